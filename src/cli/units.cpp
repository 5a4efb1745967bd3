#include "units.hpp"

#include <charconv>
#include <string>

namespace mailhaul::cli {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned shift = 0;
  switch (text.back()) {
  case 'k':
  case 'K': shift = 10; break;
  case 'm':
  case 'M': shift = 20; break;
  case 'g':
  case 'G': shift = 30; break;
  case 't':
  case 'T': shift = 40; break;
  default: break;
  }
  if (shift > 0) text.remove_suffix(1);
  const std::size_t dot = text.find('.');
  const auto whole = text.substr(0, dot);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (error != std::errc() || end != whole.data() + whole.size() || number > (~std::uint64_t{0} >> shift))
    return std::nullopt;
  std::uint64_t octets = number << shift;
  if (dot == std::string_view::npos) return octets;
  // Decimals of the unit, one digit at a time: no rounding of large numbers.
  std::uint64_t unit = std::uint64_t{1} << shift;
  const auto decimals = text.substr(dot + 1);
  if (decimals.empty() || decimals.find_first_not_of("0123456789") != std::string_view::npos || shift == 0)
    return std::nullopt;
  std::uint64_t scale = 10;
  for (const char digit : decimals.substr(0, 6)) {
    octets += unit * static_cast<std::uint64_t>(digit - '0') / scale;
    scale *= 10;
  }
  return octets;
}

std::optional<std::chrono::seconds> parse_age(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t unit = 86'400;
  switch (text.back()) {
  case 's': unit = 1; break;
  case 'm': unit = 60; break;
  case 'h': unit = 3'600; break;
  case 'd': break;
  case 'w': unit = 7 * 86'400; break;
  case 'y': unit = 365 * 86'400; break;
  default:
    if (text.back() < '0' || text.back() > '9') return std::nullopt;
    break;
  }
  if (text.back() > '9') text.remove_suffix(1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds{number * unit};
}

}  // namespace mailhaul::cli
