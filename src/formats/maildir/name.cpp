#include "formats/maildir/name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace mailhaul::formats::maildir {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_slot(char c) { return c >= 'a' && c <= 'z'; }

const mail::FlagLetter* flag_of(char c) {
  const auto* const found = std::find_if(mail::maildir_letters.begin(), mail::maildir_letters.end(),
                                         [c](const mail::FlagLetter& row) { return row.letter == c; });
  return found == mail::maildir_letters.end() ? nullptr : found;
}

void sort_unique(std::string& letters) {
  std::sort(letters.begin(), letters.end(),
            [](char a, char b) { return static_cast<unsigned char>(a) < static_cast<unsigned char>(b); });
  letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
}

/// Octets that can't stand in an info part: they would end the name, the part or the line.
constexpr bool breaks_info(char c) { return c == '/' || c == ':' || c == '\0' || c == '\r' || c == '\n'; }

std::size_t count_digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

/// The digits of ",S=" or ",W=", a view into the name; empty where readers see none.
std::string_view size_digits(std::string_view name, char letter) {
  const std::array<char, 3> field{',', letter, '='};
  const std::size_t at = name.find(std::string_view(field.data(), field.size()));
  if (at == std::string_view::npos) return {};
  const std::string_view rest = name.substr(at + field.size());
  const std::size_t digits = count_digits(rest);
  if (digits < rest.size() && rest[digits] != ',' && rest[digits] != ':') return {};
  return rest.substr(0, digits);
}

/// Digits by value, without regard to how many there are.
int compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

/// Digits after the first 'M' of the second dot-part; nothing where there is no 'M'.
std::optional<std::string_view> microseconds_of(std::string_view rest) {
  if (rest.empty() || rest.front() != '.') return std::nullopt;
  const std::string_view part = rest.substr(1, rest.find('.', 1) - 1);
  const std::size_t m = part.find('M');
  if (m == std::string_view::npos) return std::nullopt;
  const std::string_view after = part.substr(m + 1);
  return after.substr(0, count_digits(after));
}

}  // namespace

std::string_view base_of(std::string_view name) { return name.substr(0, name.find(':')); }

FileName parse_file_name(std::string_view name) {
  FileName out;
  out.base = base_of(name);
  const std::size_t last = name.rfind(':');
  out.stem = name.substr(0, last);
  if (last == std::string_view::npos || name.substr(last + 1, 2) != "2,") return out;
  const std::string_view info = name.substr(last + 3);
  const std::size_t letters = std::min(info.find(','), info.size());
  for (const char c : info.substr(0, letters)) {
    if (const mail::FlagLetter* row = flag_of(c)) {
      out.flags.add(row->flag);
    } else if (is_slot(c)) {
      out.slots |= SlotBits{1} << static_cast<unsigned>(c - 'a');
    } else {
      out.extra += c;
    }
  }
  sort_unique(out.extra);
  out.extra += info.substr(letters);
  return out;
}

std::optional<std::uint64_t> size_field(std::string_view name, char letter) {
  const std::string_view digits = size_digits(name, letter);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string with_right_sizes(std::string_view name, std::uint64_t octets, std::uint64_t octets_with_crlf) {
  std::string out(name);
  for (const auto& [letter, size] : {std::pair{'S', octets}, std::pair{'W', octets_with_crlf}}) {
    const std::string_view digits = size_digits(out, letter);
    if (digits.empty() || size_field(out, letter) == size) continue;
    out.replace(static_cast<std::size_t>(digits.data() - out.data()), digits.size(), std::to_string(size));
  }
  return out;
}

std::string info_suffix(mail::FlagSet flags, SlotBits slots, std::string_view extra) {
  std::string letters;
  for (const mail::FlagLetter& row : mail::maildir_letters)
    if (flags.has(row.flag)) letters += row.letter;
  for (unsigned i = 0; i < slot_count; ++i)
    if ((slots >> i & 1U) != 0) letters += static_cast<char>('a' + static_cast<int>(i));
  const std::size_t comma = std::min(extra.find(','), extra.size());
  for (const char c : extra.substr(0, comma))
    if (!breaks_info(c) && !is_slot(c) && flag_of(c) == nullptr) letters += c;
  sort_unique(letters);
  for (const char c : extra.substr(comma))
    if (!breaks_info(c)) letters += c;
  return ":2," + letters;
}

namespace {

/// maildir.md section 2. Without a letter nothing was meant that could be missed.
bool has_other_info(std::string_view name) {
  if (name.find(':') != std::string_view::npos) return false;
  const std::size_t comma = name.rfind(',');
  if (comma == std::string_view::npos || comma < 2 || comma + 1 == name.size() || name[comma - 1] != '2') return false;
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const char sign = name[comma - 2];
  return (sign == ';' || sign == '!' || sign == '-') &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(comma) + 1, name.end(), is_letter);
}

}  // namespace

NameKind kind_of(std::string_view name) {
  if (name.empty() || name.front() == '.') return NameKind::hidden;
  // One search a sign: find_first_of() does one for each octet of the name, and names are most of a listing.
  if (name.find('\n') != std::string_view::npos || name.find('\r') != std::string_view::npos) return NameKind::line_end;
  if (name.front() == ':') return NameKind::empty_base;
  return has_other_info(name) ? NameKind::other_info : NameKind::message;
}

bool is_usable_base(std::string_view base) {
  constexpr std::string_view unfit("/:\0\r\n", 5);
  return !base.empty() && base.front() != '.' && base.size() <= longest_base &&
         base.find_first_of(unfit) == std::string_view::npos;
}

std::uint64_t leading_decimal(std::string_view base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(base.data(), base.data() + count_digits(base), value);
  return error == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : value;
}

std::optional<std::chrono::sys_seconds> time_in_name(std::string_view base) {
  constexpr std::uint64_t earliest = 788918400;  // 1995-01-01
  constexpr std::uint64_t latest = 4102444800;   // 2100-01-01
  const std::uint64_t seconds = leading_decimal(base);
  if (seconds < earliest || seconds >= latest) return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
}

bool is_numbered_before(std::string_view base_a, std::string_view base_b) {
  const std::size_t digits_a = count_digits(base_a);
  const std::size_t digits_b = count_digits(base_b);
  if (const int c = compare_numbers(base_a.substr(0, digits_a), base_b.substr(0, digits_b)); c != 0) return c < 0;
  const std::string_view rest_a = base_a.substr(digits_a);
  const std::string_view rest_b = base_b.substr(digits_b);
  const auto micro_a = microseconds_of(rest_a);
  const auto micro_b = microseconds_of(rest_b);
  const auto place_of = [](bool has_number, std::string_view rest) {
    if (has_number) return 1;
    return rest < ".M" ? 0 : 2;
  };
  const int place_a = place_of(micro_a.has_value(), rest_a);
  const int place_b = place_of(micro_b.has_value(), rest_b);
  if (place_a != place_b) return place_a < place_b;
  if (micro_a && micro_b)
    if (const int c = compare_numbers(*micro_a, *micro_b); c != 0) return c < 0;
  if (rest_a != rest_b) return rest_a < rest_b;
  return base_a < base_b;  // "01.x" and "1.x"
}

std::uint64_t place_in_second(std::string_view base) {
  constexpr std::uint64_t in_the_middle = std::uint64_t{1} << 62U;
  constexpr std::uint64_t last = in_the_middle << 1U;
  const std::string_view rest = base.substr(count_digits(base));
  const auto digits = microseconds_of(rest);
  if (!digits) return rest < ".M" ? 0 : last;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), number);
  return in_the_middle +
         (error == std::errc::result_out_of_range ? in_the_middle - 1 : std::min(number, in_the_middle - 1));
}

std::string make_base(const NewBase& parts) {
  constexpr std::int64_t million = 1'000'000;
  constexpr std::size_t longest_host = 100;
  std::string base = std::to_string(parts.microseconds / million) + ".M" +
                     std::to_string(parts.microseconds % million) + "P" + std::to_string(parts.process) + "Q" +
                     std::to_string(parts.sequence) + "." + std::string(parts.host.substr(0, longest_host));
  if (parts.octets) base += ",S=" + std::to_string(*parts.octets);
  if (parts.octets_with_crlf) base += ",W=" + std::to_string(*parts.octets_with_crlf);
  return base;
}

}  // namespace mailhaul::formats::maildir
