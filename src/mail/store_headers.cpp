#include "mailhaul/mail/store_headers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "mail/ascii.hpp"
#include "mail/store_header_names.hpp"
#include "mailhaul/mail/header_block.hpp"

namespace mailhaul::mail {
namespace {

constexpr std::string_view blanks = " \t\r\n";
/// What IMAP clients call Flag::passed.
constexpr std::string_view forwarded = "$Forwarded";

/// Takes the next word off `text`; empty when there is none.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

/// A number followed by nothing but blanks, as Dovecot takes Content-Length and X-UID.
template <typename Number>
std::optional<Number> lone_number(std::string_view body) {
  const auto number = ascii::number<Number>(next_word(body));
  if (!next_word(body).empty()) return std::nullopt;
  return number;
}

void add_flags(std::string_view letters, FlagSet& flags) {
  for (const FlagLetter& row : x_status_letters)
    if (letters.find(row.letter) != std::string_view::npos) flags.add(row.flag);
}

void parse_status(std::string_view letters, StoreHeaders& headers) {
  for (const char letter : letters) {
    if (letter == 'R') headers.flags.add(Flag::seen);
    if (letter == 'r') headers.flags.add(Flag::answered);  // mutt
    if (letter == 'O') headers.old = true;
  }
}

void parse_keywords(std::string_view body, StoreHeaders& headers, std::vector<std::string>& names) {
  for (std::string_view name = next_word(body); !name.empty(); name = next_word(body)) {
    if (same_keyword(name, forwarded)) headers.flags.add(Flag::passed);
    if (names.size() < keywords_limit && name.size() <= keyword_limit_octets)
      names.emplace_back(name);
    else
      headers.keywords_left_out = true;
  }
}

void append_keywords(const std::vector<std::string>& names, std::string& line) {
  for (const std::string& name : names) {
    if (!is_keyword(name)) continue;
    line += ' ';
    line += name;
  }
}

/// "X-IMAPbase: 1234567890 0000000042 $Junk", the last UID ten digits wide so that servers can fill it in place.
void append_base(const ImapBase& base, bool pseudo, std::string_view eol, std::string& text) {
  std::array<char, 40> numbers{};
  const int length = std::snprintf(numbers.data(), numbers.size(), pseudo ? "%010u %010u" : "%u %010u",
                                   base.uid_validity.value, base.last_uid.value);
  text += pseudo ? "X-IMAP: " : "X-IMAPbase: ";
  text.append(numbers.data(), static_cast<std::size_t>(length));
  append_keywords(base.keywords, text);
  text.append(base.spare_octets, ' ');
  text += eol;
}

void append_line(std::string_view name, std::string_view value, std::string_view eol, std::string& text) {
  if (value.empty()) return;
  text += name;
  text += ": ";
  text += value;
  text += eol;
}

}  // namespace

bool is_store_header(std::string_view name) {
  return std::any_of(store_header_names.begin(), store_header_names.end(),
                     [&](std::string_view known) { return ascii::equal(known, name); });
}

bool BaseRoom::take(std::string_view name) {
  const std::size_t octets = octets_ + 1 + name.size();
  if (names_ == base_keywords_limit || octets > base_keywords_limit_octets || name.size() > keyword_limit_octets)
    return false;
  ++names_;
  octets_ = octets;
  return true;
}

std::optional<ImapBase> parse_imap_base(std::string_view value) {
  ImapBase base;
  const auto validity = ascii::number<std::uint32_t>(next_word(value));
  if (!validity || *validity == 0) return std::nullopt;
  base.uid_validity.value = *validity;
  if (const std::string_view word = next_word(value); !word.empty()) {
    const auto last = ascii::number<std::uint32_t>(word);
    if (!last) return std::nullopt;
    base.last_uid.value = *last;
  }
  BaseRoom room;
  for (std::string_view name = next_word(value); !name.empty(); name = next_word(value)) {
    if (room.take(name))
      base.keywords.emplace_back(name);
    else
      ++base.left_out;
  }
  return base;
}

StoreHeaders parse_store_headers(std::string_view header_block) {
  StoreHeaders headers;
  std::vector<std::string> keywords;
  for (const HeaderField& field : split_header(header_block)) {
    if (field.name.empty()) continue;
    const auto is = [&](std::string_view name) { return ascii::equal(field.name, name); };
    if (is("Status")) {
      parse_status(field.body, headers);
    } else if (is("X-Status")) {
      add_flags(field.body, headers.flags);
    } else if (is("X-Keywords")) {
      parse_keywords(field.body, headers, keywords);
    } else if (is("X-UID") && !headers.uid) {
      const auto uid = lone_number<std::uint32_t>(field.body);
      if (!uid || *uid == 0) continue;
      headers.uid = Uid{*uid};
      headers.uid_before_base = !headers.base;
    } else if (is("Content-Length") && !headers.content_length) {
      headers.content_length = lone_number<std::uint64_t>(field.body);
    } else if ((is("X-IMAPbase") || is("X-IMAP")) && !headers.base) {
      headers.base = parse_imap_base(field.body);
      headers.pseudo = headers.base && is("X-IMAP");
    }
  }
  headers.keywords.add_all(std::move(keywords));
  return headers;
}

std::string strip_store_headers(std::string_view header_block) {
  std::string kept;
  kept.reserve(header_block.size());
  std::size_t fields_end = 0;
  for (const HeaderField& field : split_header(header_block)) {
    fields_end += field.whole.size();
    if (field.name.empty() || !is_store_header(field.name)) kept += field.whole;
  }
  kept += header_block.substr(fields_end);
  return kept;
}

StoreHeaderLines format_store_headers(const StoreHeaders& headers, std::string_view eol) {
  StoreHeaderLines lines;
  std::string& text = lines.text;
  if (headers.base) append_base(*headers.base, headers.pseudo, eol, text);
  if (headers.uid) append_line("X-UID", padded_uid(*headers.uid), eol, text);

  std::string status;
  if (headers.flags.has(Flag::seen)) status += 'R';
  if (headers.old) status += 'O';
  append_line("Status", status, eol, text);

  std::string x_status;
  for (const FlagLetter& row : x_status_letters)
    if (headers.flags.has(row.flag)) x_status += row.letter;
  append_line("X-Status", x_status, eol, text);

  KeywordSet keywords = headers.keywords;
  if (headers.flags.has(Flag::passed)) keywords.add(forwarded);
  std::string names;
  append_keywords(keywords.names(), names);
  append_line("X-Keywords", std::string_view(names).substr(names.empty() ? 0 : 1), eol, text);

  if (headers.content_length) {
    text += "Content-Length: ";
    lines.content_length_at = text.size();
    text += padded_length(*headers.content_length);
    text += eol;
  }
  return lines;
}

std::string padded_uid(Uid uid) {
  constexpr std::size_t width = 10;
  std::string text = std::to_string(uid.value);
  text.resize(width, ' ');
  return text;
}

std::string padded_length(std::uint64_t number) {
  constexpr std::size_t width = 20;  // all that 64 bits can need
  std::string text = std::to_string(number);
  text.resize(width, ' ');
  return text;
}

}  // namespace mailhaul::mail
