#include "formats/maildir/quota_file.hpp"

#include <algorithm>
#include <charconv>

namespace mailhaul::formats::maildir {

namespace {

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t last = text.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

/// "1000S,20C": digits and one of the two letters, any number of times.
bool are_limits(std::string_view line) {
  if (line.empty() || line.back() == ',') return false;
  do {
    const std::string_view part = line.substr(0, line.find(','));
    line.remove_prefix(std::min(part.size() + 1, line.size()));
    if (part.size() < 2 || (part.back() != 'S' && part.back() != 'C')) return false;
    if (part.substr(0, part.size() - 1).find_first_not_of("0123456789") != std::string_view::npos) return false;
  } while (!line.empty());
  return true;
}

std::optional<std::int64_t> number(std::string_view text) {
  // Far below what a sum of a file's lines could overflow with.
  constexpr std::int64_t largest = std::int64_t{1} << 52U;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > largest || value < -largest)
    return std::nullopt;
  return value;
}

bool add(std::string_view line, QuotaFile& file) {
  const std::string_view octets = line.substr(0, line.find(' '));
  const auto first = number(octets);
  const auto second = number(trimmed(line.substr(octets.size())));
  if (!first || !second) return false;
  file.octets += *first;
  file.messages += *second;
  return true;
}

}  // namespace

QuotaFile parse_quota_file(std::string_view text) {
  constexpr std::size_t most_octets = 5120;  // a longer one is thrown away by every reader
  QuotaFile file;
  const std::string_view limits = trimmed(take_line(text));
  if (are_limits(limits)) file.limits = limits;
  file.is_readable = text.size() < most_octets;
  while (!text.empty() && file.is_readable) file.is_readable = add(trimmed(take_line(text)), file);
  return file;
}

std::string quota_file_text(std::string_view limits, const QuotaSum& sum) {
  return std::string(limits) + "\n" + std::to_string(sum.octets) + " " + std::to_string(sum.messages) + "\n";
}

}  // namespace mailhaul::formats::maildir
