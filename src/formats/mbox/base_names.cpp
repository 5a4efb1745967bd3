#include "base_names.hpp"

#include "folder_numbers.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "pseudo_message.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// A header block must stay shorter than what is read of one, whatever names come to it.
constexpr std::size_t longest_first_header_octets =
    mail::header_block_limit_octets - 2 * mail::base_keywords_limit_octets;

}  // namespace

void BaseNames::take_from(std::string_view header, std::uint64_t offset) {
  base_ = find_base_line(header, offset);
  if (!base_) return;
  is_pseudo_ = mail::parse_store_headers(header).pseudo;
  for (const mail::HeaderField& field : mail::split_header(header)) {
    const std::uint64_t at = offset + static_cast<std::uint64_t>(field.whole.data() - header.data());
    if (!find_base_line(field.whole, at)) continue;
    text_ = field.whole;
    text_at_ = at;
    break;
  }
  names_end_ = text_.find_last_not_of(" \t\r\n") + 1;
  for (const std::string& name : base_->says.keywords) {
    names_.add(name);
    static_cast<void>(room_.take(name));
  }
  // Without a last UID the first name would be taken for one; and names that are not read may be the very ones.
  is_closed_ = base_->last_uid_width == 0 || base_->says.left_out > 0 || header.size() > longest_first_header_octets;
}

bool BaseNames::has_room_for(std::string_view name, const mail::KeywordSet& more) const {
  if (!base_ || names_.has(name)) return true;
  if (is_closed_) return false;
  mail::BaseRoom room = room_;
  for (const std::string& other : more)
    if (!names_.has(other) && !room.take(other)) return false;
  return room.take(name);
}

void BaseNames::add(const mail::KeywordSet& names) {
  if (!base_ || is_closed_) return;
  for (const std::string& name : names) {
    if (names_.has(name) || !mail::is_keyword(name) || !room_.take(name)) continue;
    names_.add(name);
    new_names_.add(name);
  }
}

std::string BaseNames::new_names() const {
  std::string text;
  for (const std::string& name : new_names_) text.append(" ").append(name);
  return text;
}

std::optional<TextEdit> BaseNames::names_edit() const {
  if (!base_ || new_names_.empty()) return std::nullopt;
  return TextEdit{text_at_ + names_end_, 0, new_names()};
}

std::string BaseNames::line(std::string_view line_end) const {
  if (!base_) return {};
  std::string text = text_;
  text.insert(names_end_, new_names());
  if (!text.ends_with('\n')) text += line_end;  // that one was the separator's
  return text;
}

std::string BaseNames::as_pseudo_message(std::string_view host, mail::InternalDate now) const {
  mail::ImapBase base = base_->says;
  for (const std::string& name : new_names_) base.keywords.push_back(name);
  base.spare_octets = FolderNumbers::spare_octets;
  return pseudo_message(base, host, now);
}

}  // namespace mailhaul::formats::mbox
