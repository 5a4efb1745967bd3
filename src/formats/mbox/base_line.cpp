#include "base_line.hpp"

#include <algorithm>

#include "mailhaul/mail/header_block.hpp"

namespace mailhaul::formats::mbox {

std::optional<std::string> BaseLine::last_uid_text(mail::Uid last) const {
  const std::string digits = std::to_string(last.value);
  if (digits.size() > last_uid_width) return std::nullopt;
  return std::string(last_uid_width - digits.size(), '0') + digits;
}

std::optional<std::string> BaseLine::keywords_text(const std::vector<std::string>& names) const {
  std::string text;
  for (const std::string& name : names) text.append(" ").append(name);
  if (text.size() > keywords_room) return std::nullopt;
  text.resize(keywords_room, ' ');
  return text;
}

std::optional<BaseLine> find_base_line(std::string_view header, std::uint64_t offset) {
  for (const mail::HeaderField& field : mail::split_header(header)) {
    if (!mail::equal_without_case(field.name, "X-IMAPbase") && !mail::equal_without_case(field.name, "X-IMAP"))
      continue;
    auto says = mail::parse_imap_base(field.body);
    if (!says) continue;
    BaseLine line;
    line.says = std::move(*says);
    constexpr std::string_view blanks = " \t\r\n";
    constexpr std::string_view digits = "0123456789";
    const std::string_view body = field.body;
    const std::size_t validity = body.find_first_of(digits);
    const std::size_t behind = std::min(body.find_first_not_of(digits, validity), body.size());
    const std::size_t last = body.find_first_not_of(blanks, behind);
    if (last == std::string_view::npos) return line;  // no last UID: nothing can be filled in
    const std::size_t keywords = std::min(body.find_first_not_of(digits, last), body.size());
    const std::size_t end = std::min(body.find_first_of("\r\n", keywords), body.size());
    const std::uint64_t body_at = offset + static_cast<std::uint64_t>(body.data() - header.data());
    line.last_uid_at = body_at + last;
    line.last_uid_width = keywords - last;
    line.keywords_at = body_at + keywords;
    const bool is_folded = body.find_first_not_of("\r\n", end) != std::string_view::npos;
    // Names that were not read must not be overwritten.
    if (!is_folded && line.says.left_out == 0) line.keywords_room = end - keywords;
    return line;
  }
  return std::nullopt;
}

}  // namespace mailhaul::formats::mbox
