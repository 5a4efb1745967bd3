#include "mailhaul/mail/postmark.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "mail/ascii.hpp"

namespace mailhaul::mail {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view opening = "From ";

/// Where a parser stands in the line. Behind the end there are NULs, so nothing has to ask for lengths.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] char at(std::size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }
  [[nodiscard]] bool digits(std::size_t ahead, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i)
      if (!ascii::is_digit(at(ahead + i))) return false;
    return true;
  }
  /// The next `count` digits, which were seen to be digits, as a number.
  int take(std::size_t count) {
    int value = 0;
    for (; count > 0; --count, ++pos_) value = value * 10 + (at() - '0');
    return value;
  }
  void skip(std::size_t octets) { pos_ = std::min(pos_ + octets, text_.size()); }
  bool skip_if(char c) {
    if (at() != c || pos_ == text_.size()) return false;
    ++pos_;
    return true;
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(pos_); }

 private:
  std::string_view text_;
  std::size_t pos_ = 0;
};

struct Fields {
  int year = 0;
  unsigned month = 1;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;

  /// Fields over their range run into the next one, as mktime() does for Dovecot ("Feb 30" is a day in March).
  [[nodiscard]] CivilSeconds civil() const {
    const std::chrono::local_days first{std::chrono::year{year} / std::chrono::month{month} / 1};
    return CivilSeconds{first + days{day - 1}} + hours{hour} + minutes{minute} + seconds{second};
  }
  [[nodiscard]] bool in_range() const {
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    return date.ok() && hour < 24 && minute < 60 && second < 60;
  }
};

/// Length of the sender that `text` begins with: an optional quoted string, then everything up to a blank. A backslash
/// guards the octet behind it even when it was guarded itself, because that is how Dovecot counts.
std::optional<std::size_t> sender_length(std::string_view text) {
  std::size_t end = 0;
  if (!text.empty() && text[0] == '"') {
    bool guarded = false;
    for (end = 1; end < text.size() && (text[end] != '"' || guarded); ++end) guarded = text[end] == '\\';
  }
  end = text.find(' ', end);
  if (end == std::string_view::npos) return std::nullopt;
  if (const std::string_view sender = text.substr(0, end);
      sender.find('\r') != std::string_view::npos || sender.find('\n') != std::string_view::npos)
    return std::nullopt;
  return end;
}

/// "Jan " in any case; "??? " is January for Dovecot, which met such a file.
bool parse_month(Cursor& in, Fields& fields) {
  if (in.at(3) != ' ') return false;
  const std::string_view word = in.rest().substr(0, 3);
  const auto month = month_of(word);
  if (!month && word != "???") return false;
  fields.month = month.value_or(1);
  in.skip(4);
  return true;
}

bool parse_year(Cursor& in, Fields& fields) {
  if (!in.digits(0, 4)) return false;
  fields.year = in.take(4);
  return true;
}

/// HH:MM[:SS]
bool parse_time(Cursor& in, Fields& fields) {
  if (!in.digits(0, 2) || in.at(2) != ':' || !in.digits(3, 2)) return false;
  fields.hour = in.take(2);
  in.skip(1);
  fields.minute = in.take(2);
  if (!in.skip_if(':')) return true;
  if (!in.digits(0, 2)) return false;
  fields.second = in.take(2);
  return true;
}

/// "+hhmm" at the cursor.
std::optional<minutes> parse_zone(Cursor& in) {
  const char sign = in.at();
  if ((sign != '+' && sign != '-') || !in.digits(1, 4)) return std::nullopt;
  in.skip(1);
  const hours whole{in.take(2)};
  const minutes east = whole + minutes{in.take(2)};
  return sign == '-' ? -east : east;
}

/// "Nov  9 22:33:52 [EET ]2001", behind the weekday: date A of mbox.md section 2.
bool parse_asctime(Cursor& in, Fields& fields, std::optional<minutes>& zone) {
  if (!parse_month(in, fields)) return false;
  in.skip_if(' ');
  const std::size_t day_digits = in.at(1) == ' ' ? 1 : 2;
  if (!in.digits(0, day_digits) || in.at(day_digits) != ' ') return false;
  fields.day = in.take(day_digits);
  in.skip(1);
  if (!parse_time(in, fields) || !in.skip_if(' ')) return false;
  if (!in.digits(0, 4)) {
    // Names of zones mean too little to be used ("IST"); Dovecot skips numbers too, Takeout and emacs mean them.
    if (Cursor ahead = in; auto numeric = parse_zone(ahead))
      if (ahead.at() == ' ') zone = numeric;
    const std::string_view rest = in.rest();
    const std::size_t end = rest.find(' ');
    if (end == std::string_view::npos || rest.substr(0, end).find('\r') != std::string_view::npos) return false;
    in.skip(end + 1);
  }
  return parse_year(in, fields);
}

/// ", 29 Nov 2001 22:33:52", behind "Thu" and one octet more: date B.
bool parse_rfc822(Cursor& in, Fields& fields) {
  in.skip(1);
  const std::size_t day_digits = in.digits(0, 2) ? 2 : 1;
  if (!in.digits(0, day_digits) || in.at(day_digits) != ' ') return false;
  fields.day = in.take(day_digits);
  in.skip(1);
  if (!parse_month(in, fields) || !parse_year(in, fields)) return false;
  in.skip(1);
  return parse_time(in, fields);
}

/// A sender that every reader of mbox.md section 2 finds the end of: no blanks but in a quoted string, 7-bit, not so
/// long that the line would pass the limit.
bool is_safe_sender(std::string_view sender) {
  constexpr std::size_t longest = postmark_limit_octets / 2;
  if (sender.empty() || sender.size() > longest) return false;
  std::size_t quoted = 0;
  if (sender[0] == '"') {
    // The blank stands for the one that follows in the line: the sender must end where it seems to.
    if (sender_length(std::string(sender) + ' ') != sender.size()) return false;
    quoted = sender.rfind('"') + 1;
  }
  const auto printable = [](char c) { return ascii::is_graphic(c) || c == ' '; };
  return std::all_of(sender.begin(), sender.begin() + static_cast<std::ptrdiff_t>(quoted), printable) &&
         std::all_of(sender.begin() + static_cast<std::ptrdiff_t>(quoted), sender.end(), ascii::is_graphic);
}

}  // namespace

InternalDate Postmark::instant(const Clock& clock) const {
  if (!zone) return clock.from_local(civil);
  return InternalDate{civil.time_since_epoch() - *zone};
}

std::optional<Postmark> parse_postmark(std::string_view line) {
  if (line.size() > postmark_limit_octets || line.substr(0, opening.size()) != opening) return std::nullopt;
  line.remove_prefix(opening.size());
  const auto length = sender_length(line);
  if (!length) return std::nullopt;
  Cursor in(line.substr(*length));
  while (in.skip_if(' ')) {
  }
  // Four octets of weekday and blank, never looked at: real files have "Thu,", "Don" and worse.
  in.skip(4);
  Fields fields;
  std::optional<minutes> zone;
  if (Cursor asctime = in; parse_month(asctime, fields)) {
    if (!parse_asctime(in, fields, zone)) return std::nullopt;
  } else if (!parse_rfc822(in, fields)) {
    return std::nullopt;
  }
  if (fields.day == 0) fields.day = 1;
  if (Cursor ahead = in; ahead.skip_if(' ')) {
    if (const auto trailing = parse_zone(ahead)) {
      // With a zone Dovecot wants a date that exists; it forgives the leap second.
      zone = trailing;
      if (fields.second == 60) fields.second = 59;
      if (!fields.in_range()) return std::nullopt;
    }
  }
  return Postmark{line.substr(0, *length), fields.civil(), zone};
}

std::string format_postmark(std::string_view sender, InternalDate date) {
  using std::chrono::sys_days;
  constexpr InternalDate first = sys_days{std::chrono::year{1970} / 1 / 1};
  constexpr InternalDate last = sys_days{std::chrono::year{10000} / 1 / 1} - seconds{1};
  date = std::clamp(date, first, last);
  const auto day = std::chrono::floor<days>(date);
  const std::chrono::year_month_day ymd{day};
  const std::chrono::hh_mm_ss time{date - day};
  std::string line{opening};
  line += is_safe_sender(sender) ? sender : "MAILER-DAEMON";
  line += "  ";
  line += weekday_name(std::chrono::weekday{day}.c_encoding());
  line += ' ';
  line += month_name(static_cast<unsigned>(ymd.month()));
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), " %02u %02d:%02d:%02d %04d +0000", static_cast<unsigned>(ymd.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()), static_cast<int>(ymd.year()));
  line.append(text.data(), static_cast<std::size_t>(length));
  return line;
}

}  // namespace mailhaul::mail
