#include "mailhaul/mail/loose_postmark.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mail/ascii.hpp"
#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/postmark.hpp"

namespace mailhaul::mail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view opening = "From ";
constexpr std::size_t sender_words_limit = 4;

/// The words of a line, one after the other. Copies are cheap, so a parser that may fail works on one.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) { skip_blanks(); }
  [[nodiscard]] std::string_view rest() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string_view word() const { return text_.substr(0, text_.find(' ')); }
  std::string_view take() {
    const std::string_view taken = word();
    text_.remove_prefix(taken.size());
    skip_blanks();
    return taken;
  }

 private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
  std::string_view text_;
};

bool is_letter(char c) {
  return (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z') || static_cast<unsigned char>(c) > 127;
}
bool is_word_of_letters(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_letter);
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

/// A decimal number of at least one and at most `digits` digits.
std::optional<int> number(std::string_view text, std::size_t digits) {
  if (text.size() > digits) return std::nullopt;
  const auto value = ascii::number<std::uint16_t>(text);
  return value ? std::optional<int>(*value) : std::nullopt;
}

struct Fields {
  int year = 0;
  unsigned month = 0;  ///< 0: three letters that name none
  int day = 0;
  seconds time{0};
  std::optional<minutes> zone{};

  [[nodiscard]] std::optional<CivilSeconds> civil() const {
    if (month == 0) return std::nullopt;
    const std::chrono::local_days first{std::chrono::year{year} / std::chrono::month{month} / 1};
    return CivilSeconds{first + std::chrono::days{day - 1}} + time;
  }
};

/// "Thu", "Do", "Thu,", "Mér"
bool is_weekday(std::string_view word) {
  if (!word.empty() && (word.back() == ',' || word.back() == '.')) word.remove_suffix(1);
  return word.size() >= 2 && word.size() <= 4 && is_word_of_letters(word);
}

bool parse_month(std::string_view word, Fields& fields) {
  if (word.size() != 3 || !(is_word_of_letters(word) || word == "???")) return false;
  fields.month = month_of(word).value_or(0);
  return true;
}

bool parse_day(std::string_view word, Fields& fields) {
  const auto day = number(word, 2);
  fields.day = day.value_or(0);
  return day && *day >= 1 && *day <= 31;
}

/// "2001", or "01" of this century or the last.
bool parse_year(std::string_view word, Fields& fields) {
  constexpr int first_of_last_century = 70;
  const auto year = number(word, 4);
  if (!year || (word.size() != 2 && word.size() != 4)) return false;
  fields.year = word.size() == 4 ? *year : *year + (*year < first_of_last_century ? 2000 : 1900);
  return true;
}

/// "+0100", "-01:00", "Z"
std::optional<minutes> parse_zone(std::string_view word) {
  if (word == "Z") return minutes{0};
  if (word.size() == 6 && word[3] == ':') {
    return parse_zone(std::string(word.substr(0, 3)).append(word.substr(4)));
  }
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
  const auto whole = number(word.substr(1, 2), 2);
  const auto part = number(word.substr(3), 2);
  if (!whole || !part) return std::nullopt;
  const minutes east = hours{*whole} + minutes{*part};
  return word[0] == '-' ? -east : east;
}

/// A zone behind or before the year: a number that is meant, or a name that means too little to be used.
bool take_zone(Words& in, Fields& fields) {
  constexpr std::size_t longest_name = 5;
  std::string_view word = in.word();
  if (const auto zone = parse_zone(word)) {
    fields.zone = zone;
  } else {
    if (word.size() > 2 && word.front() == '(' && word.back() == ')') word = word.substr(1, word.size() - 2);
    if (word.empty() || word.size() > longest_name || !std::all_of(word.begin(), word.end(), is_capital)) return false;
  }
  in.take();
  return true;
}

/// H:MM, HH:MM:SS; with `exact` the word holds nothing else, without it a fraction and a zone may follow (ISO).
bool parse_time(std::string_view word, bool exact, Fields& fields) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return false;
  const auto hour = number(word.substr(0, colon), 2);
  const auto minute = word.size() >= colon + 3 ? number(word.substr(colon + 1, 2), 2) : std::nullopt;
  if (!hour || !minute || word[colon + 2] == ':' || *hour > 23 || *minute > 59) return false;
  word.remove_prefix(colon + 3);
  std::optional<int> second = 0;
  if (!word.empty() && word[0] == ':') {
    second = word.size() >= 3 ? number(word.substr(1, 2), 2) : std::nullopt;
    if (!second || *second > 60) return false;
    word.remove_prefix(3);
  }
  fields.time = hours{*hour} + minutes{*minute} + seconds{std::min(*second, 59)};
  if (word.empty()) return true;
  if (exact) return false;
  if (word[0] == '.' || word[0] == ',') {
    word.remove_prefix(1);
    word.remove_prefix(std::min(word.find_first_not_of("0123456789"), word.size()));
  }
  if (word.empty()) return true;
  fields.zone = parse_zone(word);
  return fields.zone.has_value();
}

/// "Thu Nov 29 22:33:52 [MET [DST]] 2001"
bool parse_asctime(Words& in, Fields& fields) {
  if (!is_weekday(in.take()) || !parse_month(in.take(), fields) || !parse_day(in.take(), fields) ||
      !parse_time(in.take(), true, fields))
    return false;
  for (int zones = 0; zones <= 2; ++zones) {
    if (parse_year(in.word(), fields)) {
      in.take();
      return true;
    }
    if (!take_zone(in, fields)) return false;
  }
  return false;
}

/// "Thu, 29 Nov 2001 22:33:52"
bool parse_rfc822(Words& in, Fields& fields) {
  const std::string_view weekday = in.take();
  return is_weekday(weekday) && weekday.back() == ',' && parse_day(in.take(), fields) &&
         parse_month(in.take(), fields) && parse_year(in.take(), fields) && parse_time(in.take(), true, fields);
}

/// "2001-11-29 22:33:52", "2001-11-29T22:33:52.5+01:00"
bool parse_iso(Words& in, Fields& fields) {
  constexpr std::size_t date_octets = 10;
  std::string_view word = in.take();
  if (word.size() < date_octets || word[4] != '-' || word[7] != '-') return false;
  const auto month = number(word.substr(5, 2), 2);
  if (!parse_year(word.substr(0, 4), fields) || !month || *month < 1 || *month > 12 ||
      !parse_day(word.substr(8, 2), fields))
    return false;
  fields.month = static_cast<unsigned>(*month);
  word.remove_prefix(date_octets);
  if (word.empty()) return parse_time(in.take(), false, fields);
  return word.size() > 1 && word[0] == 'T' && parse_time(word.substr(1), false, fields);
}

/// Only this may follow a date; prose goes on otherwise.
bool is_good_ending(Words in, Fields& fields) {
  for (int zones = 0; zones < 2 && !in.empty(); ++zones)
    if (!take_zone(in, fields)) break;
  if (in.empty()) return true;
  const bool remote = in.take() == "remote" && in.take() == "from" && !in.empty();
  in.take();
  return remote && in.empty();
}

std::optional<Fields> parse_date(const Words& begin) {
  using Parser = bool (*)(Words&, Fields&);
  constexpr std::array<Parser, 3> parsers{&parse_asctime, &parse_rfc822, &parse_iso};
  for (const Parser parser : parsers) {
    Words in = begin;
    Fields fields;
    if (parser(in, fields) && is_good_ending(in, fields)) return fields;
  }
  return std::nullopt;
}

bool is_address(std::string_view word) {
  const std::size_t at = word.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < word.size() &&
         std::all_of(word.begin(), word.end(), ascii::is_graphic);
}

std::optional<LoosePostmark> without_date(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(' ') + 1);
  LoosePostmark postmark{text};
  postmark.proof = text == "-" ? LooseProof::header_behind : LooseProof::blank_before_header_behind;
  if (!text.empty() && text != "-" && !is_address(text)) return std::nullopt;
  return postmark;
}

}  // namespace

std::optional<LoosePostmark> parse_loose_postmark(std::string_view line) {
  if (line.size() > postmark_limit_octets || line.substr(0, opening.size()) != opening) return std::nullopt;
  if (line.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  line.remove_prefix(opening.size());
  Words words(line);
  const std::string_view whole = words.rest();
  for (std::size_t skipped = 0; skipped <= sender_words_limit && !words.empty(); ++skipped) {
    if (const auto fields = parse_date(words)) {
      std::string_view sender = whole.substr(0, whole.size() - words.rest().size());
      sender = sender.substr(0, sender.find_last_not_of(' ') + 1);
      return LoosePostmark{sender, fields->civil(), fields->zone};
    }
    words.take();
  }
  return without_date(whole);
}

}  // namespace mailhaul::mail
