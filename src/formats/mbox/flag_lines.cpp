#include "flag_lines.hpp"

#include <algorithm>
#include <utility>

#include "mailhaul/mail/keyword.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view from_word = "From ";
/// So many octets must be left of what is read of a header block, or the next reader would stop within it: names that
/// come into a base are not counted here.
constexpr std::size_t spare_header_octets = 64 * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_base(std::string_view name) {
  return mail::equal_without_case(name, "X-IMAPbase") || mail::equal_without_case(name, "X-IMAP");
}

std::vector<std::string_view> words_of(std::string_view body) {
  std::vector<std::string_view> words;
  for (std::size_t at = body.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(body.find_first_of(blanks, at), body.size());
    words.push_back(body.substr(at, end - at));
    at = body.find_first_not_of(blanks, end);
  }
  return words;
}

/// The body of a field without its letters `drop` and with `add`; `order` is the one in which letters are written.
std::string with_letters(std::string_view body, std::string_view drop, std::string_view add, std::string_view order) {
  std::string text;
  for (const char c : body)
    if (drop.find(c) == std::string_view::npos) text += c;
  for (const char letter : add) {
    const std::string_view later = order.substr(order.find(letter) + 1);
    std::size_t at = later.empty() ? std::string::npos : text.find_first_of(later);
    if (at == std::string::npos) {
      at = text.find_last_not_of(blanks) + 1;  // npos + 1 is the beginning
      if (at == 0 && (text.empty() || !is_blank(text.front()))) text.insert(0, 1, ' ');
      if (at == 0) at = 1;
    }
    text.insert(at, 1, letter);
  }
  return text;
}

/// The same for names. In one line, whatever it was before.
std::string with_names(std::string_view body, const mail::KeywordSet& drop, const mail::KeywordSet& add) {
  const std::size_t line_feed = std::min(body.find('\n'), body.size());
  const bool is_folded = line_feed + 1 < body.size();
  const std::size_t end_of_line = line_feed > 0 && body[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
  const std::string_view line = body.substr(0, end_of_line);
  const std::size_t first = std::min(line.find_first_not_of(blanks), line.size());
  const std::size_t last = line.find_last_not_of(blanks);
  const bool is_empty = last == std::string_view::npos;
  std::string text(is_empty || first == 0 ? " " : line.substr(0, first));
  bool begins = true;
  const auto put = [&](std::string_view name) {
    if (!std::exchange(begins, false)) text += ' ';
    text += name;
  };
  for (const std::string_view name : words_of(body))
    if (!drop.has(name)) put(name);
  for (const std::string& name : add) put(name);
  if (!is_folded && !is_empty) text += line.substr(last + 1);
  // A last line may be without its end: that is the separator's.
  const bool is_ended = body.ends_with('\n');
  if (is_ended) text += body.substr(body.size() - (body.ends_with("\r\n") ? 2 : 1));
  return text;
}

std::uint64_t offset_in(std::string_view header, std::string_view part) {
  return static_cast<std::uint64_t>(part.data() - header.data());
}

}  // namespace

FlagLines::FlagLines(std::string_view header) : header_(header), fields_(mail::split_header(header)) {}

std::string_view FlagLines::line_end() const {
  const std::size_t line_feed = header_.find('\n');
  return line_feed != std::string_view::npos && line_feed > 0 && header_[line_feed - 1] == '\r' ? "\r\n" : "\n";
}

/// A line put in before this place joins no other, and makes no postmark of a line that is none.
bool FlagLines::is_free(std::size_t place) const {
  if (place > 0 || header_.empty()) return true;
  // The line behind a postmark splits no message whatever it says; one line further down it would.
  return !is_blank(header_.front()) && !header_.starts_with(from_word);
}

/// Before the empty line. Where there is none the last line may be without its end, which then is the separator's: so
/// before that line.
std::optional<std::size_t> FlagLines::place_for_lines() const {
  std::size_t place = 0;
  for (const mail::HeaderField& field : fields_) place += field.whole.size();
  if (place == header_.size() && place > 0 && header_.back() != '\n') place -= fields_.back().whole.size();
  if (!is_free(place)) return std::nullopt;
  return place;
}

bool FlagLines::has_room_for(const TextEdits& edits) const {
  const std::int64_t growth = growth_of(edits);
  return growth <= 0 ||
         header_.size() + static_cast<std::size_t>(growth) + spare_header_octets <= mail::header_block_limit_octets;
}

void FlagLines::change_letters(std::string_view name, std::string_view drop, std::string_view add,
                               std::string_view order, TextEdits& edits, std::string& new_lines) const {
  for (const mail::HeaderField& field : fields_) {
    if (!mail::equal_without_case(field.name, name)) continue;
    std::string text = with_letters(field.body, drop, std::exchange(add, {}), order);
    if (text != field.body) edits.push_back({offset_in(header_, field.body), field.body.size(), std::move(text)});
  }
  if (add.empty()) return;
  new_lines.append(name).append(": ").append(add).append(line_end());
}

void FlagLines::change_keywords(const mail::KeywordSet& drop, const mail::KeywordSet& add, TextEdits& edits,
                                std::string& new_lines) const {
  if (drop.empty() && add.empty()) return;
  const mail::KeywordSet nothing;
  bool is_added = add.empty();
  for (const mail::HeaderField& field : fields_) {
    if (!mail::equal_without_case(field.name, "X-Keywords")) continue;
    const std::vector<std::string_view> words = words_of(field.body);
    const bool loses = std::any_of(words.begin(), words.end(), [&](std::string_view word) { return drop.has(word); });
    const bool gains = !std::exchange(is_added, true);
    if (!loses && !gains) continue;
    edits.push_back(
        {offset_in(header_, field.body), field.body.size(), with_names(field.body, drop, gains ? add : nothing)});
  }
  if (is_added) return;
  new_lines += "X-Keywords:";
  for (const std::string& name : add) new_lines.append(" ").append(name);
  new_lines += line_end();
}

std::optional<TextEdits> FlagLines::change(const MessageFlags& now, const MessageFlags& wanted) const {
  const mail::FlagSet gained = wanted.flags - now.flags;
  const mail::FlagSet lost = now.flags - wanted.flags;
  TextEdits edits;
  std::string new_lines;
  std::string drop;
  if (lost.has(mail::Flag::seen)) drop += 'R';
  if (lost.has(mail::Flag::answered)) drop += 'r';  // mutt
  change_letters("Status", drop, gained.has(mail::Flag::seen) ? "R" : "", "RO", edits, new_lines);
  std::string order;
  std::string add;
  drop.clear();
  for (const mail::FlagLetter& row : mail::x_status_letters) {
    order += row.letter;
    if (gained.has(row.flag)) add += row.letter;
    if (lost.has(row.flag)) drop += row.letter;
  }
  change_letters("X-Status", drop, add, order, edits, new_lines);
  change_keywords(now.keywords.without(wanted.keywords), wanted.keywords.without(now.keywords), edits, new_lines);
  if (!new_lines.empty()) {
    const auto place = place_for_lines();
    if (!place) return std::nullopt;
    edits.push_back({*place, 0, std::move(new_lines)});
  }
  sort_edits(edits);
  if (!has_room_for(edits)) return std::nullopt;
  return edits;
}

std::optional<TextEdits> FlagLines::become_first(std::string_view base) const {
  TextEdits edits;
  if (!base.empty()) {
    // Rule 1: an X-UID above it would not count.
    const auto first = std::find_if(fields_.begin(), fields_.end(), [](const mail::HeaderField& field) {
      return !field.name.empty() && mail::is_store_header(field.name);
    });
    const std::optional<std::uint64_t> place =
        first != fields_.end() ? offset_in(header_, first->whole) : std::optional<std::uint64_t>(place_for_lines());
    if (!place) return std::nullopt;
    edits.push_back({*place, 0, std::string(base)});
  }
  for (const mail::HeaderField& field : fields_)
    if (!field.name.empty() && is_base(field.name))
      edits.push_back({offset_in(header_, field.whole), field.whole.size(), {}});
  if (!has_room_for(edits)) return std::nullopt;
  return edits;
}

std::size_t FlagLines::keyword_names() const {
  std::size_t names = 0;
  for (const mail::HeaderField& field : fields_)
    if (mail::equal_without_case(field.name, "X-Keywords")) names += words_of(field.body).size();
  return names;
}

}  // namespace mailhaul::formats::mbox
