#include "formats/archive/part_names.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mailhaul::formats::archive {
namespace {

constexpr std::string_view mark = ".part";
constexpr std::size_t most_digits = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<PartName> parse_part_name(std::string_view name) {
  const std::size_t at = name.rfind(mark);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view digits = name.substr(at + mark.size());
  if (digits.empty() || digits.size() > most_digits || !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  PartName part{name.substr(0, at)};
  std::from_chars(digits.data(), digits.data() + digits.size(), part.number);
  return part;
}

PartSet order_parts(const std::vector<std::string>& names, std::string_view archive) {
  std::vector<std::pair<std::uint32_t, std::string>> parts;
  for (const std::string& name : names) {
    const auto part = parse_part_name(name);
    if (part && part->archive == archive) parts.emplace_back(part->number, name);
  }
  std::sort(parts.begin(), parts.end());
  PartSet out;
  std::uint32_t expected = !parts.empty() && parts.front().first == 0 ? 0 : 1;
  for (auto& [number, name] : parts) {
    if (out.fault.empty() && number > expected) out.fault = "part " + std::to_string(expected) + " is missing";
    if (out.fault.empty() && number < expected)
      out.fault = "two files are part " + std::to_string(number) + ": " + out.names.back() + " and " + name;
    expected = number + 1;
    out.names.push_back(std::move(name));
  }
  return out;
}

}  // namespace mailhaul::formats::archive
