#include "mailhaul/mail/date_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "mail/ascii.hpp"
#include "mailhaul/mail/header_block.hpp"

namespace mailhaul::mail {
namespace {

using std::chrono::minutes;

/// RFC 5322 4.3: the only names that mean something, in hours east of UTC.
struct ZoneName {
  std::string_view name;
  int hours;
};
constexpr std::array zone_names{ZoneName{"UT", 0},   ZoneName{"GMT", 0},  ZoneName{"EST", -5}, ZoneName{"EDT", -4},
                                ZoneName{"CST", -6}, ZoneName{"CDT", -5}, ZoneName{"MST", -7}, ZoneName{"MDT", -6},
                                ZoneName{"PST", -8}, ZoneName{"PDT", -7}};

/// Comments become a blank; they nest, and \\ takes the meaning of what follows. One that does not end takes the rest.
std::string without_comments(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (depth > 0 && c == '\\') {
      ++i;
    } else if (c == '(') {
      ++depth;
    } else if (depth > 0 && c == ')') {
      if (--depth == 0) out += ' ';
    } else if (depth == 0) {
      out += c;
    }
  }
  return out;
}

/// Words between blanks; commas end a word and are dropped.
std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view between = " \t\r\n,";
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(between); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(between, end);
  }
  return words;
}

std::optional<unsigned> small_number(std::string_view digits, std::size_t most_digits) {
  return digits.size() <= most_digits ? ascii::number<unsigned>(digits) : std::nullopt;
}

std::optional<int> year_of(std::string_view digits) {
  const auto number = small_number(digits, 4);
  if (!number || digits.size() < 2) return std::nullopt;
  const int year = static_cast<int>(*number);
  if (digits.size() == 2) return year < 50 ? year + 2000 : year + 1900;
  return digits.size() == 3 ? year + 1900 : year;
}

/// "22:33" or "22:33:52"; a leap second is the second before it.
std::optional<std::chrono::seconds> time_of(std::string_view word) {
  std::array<unsigned, 3> parts{};
  std::size_t count = 0;
  for (;;) {
    const std::size_t colon = std::min(word.find(':'), word.size());
    const auto number = small_number(word.substr(0, colon), 2);
    if (!number || count == parts.size()) return std::nullopt;
    parts[count++] = *number;
    if (colon == word.size()) break;
    word.remove_prefix(colon + 1);
  }
  const auto [hour, minute, second] = parts;
  if (count < 2 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::hours{hour} + minutes{minute} + std::chrono::seconds{std::min(second, 59U)};
}

std::optional<minutes> zone_of(std::string_view word) {
  if (word.front() == '+' || word.front() == '-') {
    const auto number = small_number(word.substr(1), 4);
    if (!number || word.size() != 5 || *number % 100 > 59 || *number / 100 > 23) return std::nullopt;
    const minutes east{static_cast<int>(*number / 100 * 60 + *number % 100)};
    return word.front() == '-' ? -east : east;
  }
  for (const ZoneName& zone : zone_names)
    if (ascii::equal(word, zone.name)) return std::chrono::hours{zone.hours};
  return minutes{0};
}

}  // namespace

std::optional<InternalDate> parse_date_time(std::string_view text) {
  if (text.size() > date_time_limit_octets) return std::nullopt;
  const std::string plain = without_comments(text);
  const std::vector<std::string_view> words = words_of(plain);
  std::size_t next = 0;
  if (!words.empty() && !ascii::is_digit(words[0].front())) ++next;  // the weekday
  if (words.size() < next + 4) return std::nullopt;
  const auto day = small_number(words[next], 2);
  const auto month = month_of(words[next + 1]);
  const auto year = year_of(words[next + 2]);
  const auto time = time_of(words[next + 3]);
  if (!day || !month || !year || !time) return std::nullopt;
  const auto zone = words.size() > next + 4 ? zone_of(words[next + 4]) : std::optional(minutes{0});
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month}, std::chrono::day{*day}};
  if (!zone || !date.ok()) return std::nullopt;
  const InternalDate instant = std::chrono::sys_days{date} + *time - *zone;
  if (instant < InternalDate{}) return std::nullopt;
  return instant;
}

std::optional<InternalDate> received_date(std::string_view header_block) {
  const auto field = header_value(header_block, "Received");
  if (!field) return std::nullopt;
  // Comments first: they hold ';' too.
  const std::string plain = without_comments(*field);
  const std::size_t semicolon = plain.rfind(';');
  if (semicolon == std::string::npos) return std::nullopt;
  return parse_date_time(std::string_view(plain).substr(semicolon + 1));
}

std::optional<InternalDate> date_field(std::string_view header_block) {
  const auto field = header_value(header_block, "Date");
  return field ? parse_date_time(*field) : std::nullopt;
}

}  // namespace mailhaul::mail
