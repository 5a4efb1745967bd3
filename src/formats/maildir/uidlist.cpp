#include "formats/maildir/uidlist.hpp"

#include <algorithm>
#include <charconv>

#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// A name has 255 octets at most; fields of a record that is longer than this are nobody's.
constexpr std::size_t longest_line = 4096;

std::optional<std::uint32_t> number(std::string_view digits) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

bool is_guid(std::string_view text) {
  constexpr std::size_t digits = 32;
  return text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_field_letter(char c) { return c >= 'A' && c <= 'Z'; }

bool fits_in_field(std::string_view value) {
  constexpr std::string_view unfit(" \r\n\0", 4);
  return value.find_first_of(unfit) == std::string_view::npos;
}

bool fits_as_key(std::string_view key) {
  constexpr std::string_view unfit("/:\r\n\0", 5);
  return !key.empty() && key.size() <= longest_name && key.find_first_of(unfit) == std::string_view::npos;
}

}  // namespace

RecordFields parse_fields(std::string_view fields) {
  RecordFields out;
  while (!fields.empty()) {
    const std::string_view field = take_word(fields);
    if (field.empty() || !is_field_letter(field.front())) continue;
    const std::string_view value = field.substr(1);
    switch (field.front()) {
    case 'G':
      if (!value.empty()) out.guid = value;  // an empty one is cleared by the server
      break;
    case 'P': out.pop3_uidl = value; break;
    case 'O': out.pop3_order = number(value); break;
    case 'S':
    case 'W': break;
    default: out.other.append(" ").append(field);
    }
  }
  return out;
}

void UidListParser::write(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    is_too_long_ = is_too_long_ || partial_.size() + part.size() > longest_line;
    if (end == std::string_view::npos) {
      if (!is_too_long_) partial_ += part;
      return;
    }
    if (partial_.empty()) {
      take_line(part);
    } else {
      partial_ += is_too_long_ ? std::string_view() : part;
      take_line(partial_);
    }
    partial_.clear();
    is_too_long_ = false;
    piece.remove_prefix(end + 1);
  }
}

void UidListParser::finish() {
  if (!partial_.empty() || is_too_long_) take_line(partial_);
  partial_.clear();
  if (header_) header_->next.value = std::max(header_->next.value, last_ + 1);
}

void UidListParser::take_line(std::string_view line) {
  ++line_number_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (is_too_long_) return bad("too long");
  if (line.find('\0') != std::string_view::npos) return bad("a NUL octet");
  if (line_number_ == 1) return take_header(line);
  if (header_) take_record(line);
}

void UidListParser::bad(std::string_view reason) {
  if (bad_lines_++ == 0) first_bad_ = "line " + std::to_string(line_number_) + ": " + std::string(reason);
}

void UidListParser::take_header(std::string_view line) {
  const std::string_view version = take_word(line);
  UidListHeader header;
  if (version == "1") {
    header.validity.value = number(take_word(line)).value_or(0);
    header.next.value = number(take_word(line)).value_or(0);
    version_ = 1;
  } else if (version == "3") {
    version_ = 3;
    while (!line.empty()) {
      const std::string_view field = take_word(line);
      const std::string_view value = field.substr(1);
      switch (field.front()) {
      case 'V': header.validity.value = number(value).value_or(0); break;
      case 'N': header.next.value = number(value).value_or(0); break;
      case 'G':
        if (!is_guid(value)) return bad("the GUID of the mailbox is none");
        header.guid = value;
        break;
      default: header.other.append(" ").append(field);
      }
    }
  } else {
    return bad("an unknown version");
  }
  if (header.validity.value == 0 || header.next.value == 0) return bad("no UIDVALIDITY, or no next UID");
  header_ = std::move(header);
}

void UidListParser::take_record(std::string_view line) {
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  const auto uid = number(line.substr(0, digits));
  if (!uid || *uid == 0 || *uid > largest_uid || digits == line.size() || line[digits] != ' ')
    return bad("no record of a message");
  line.remove_prefix(digits);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));

  UidRecord record;
  record.uid.value = *uid;
  if (version_ == 3) {
    // A ':' begins the name only where a field could begin.
    std::size_t at = 0;
    while (at < line.size() && line[at] != ':') {
      at = std::min(line.find(' ', at), line.size());
      at = std::min(line.find_first_not_of(' ', at), line.size());
    }
    record.fields = line.substr(0, at);
    line.remove_prefix(std::min(at + 1, line.size()));
  }
  record.key = base_of(line);
  if (record.key.empty() || line.find('/') != std::string_view::npos) return bad("no file name, or one with a '/'");
  // Such files are no messages (NameKind::line_end), and at the end of a line a reader takes the CR for the line's.
  if (record.key.back() == '\r') return bad("a file name that ends in a CR");
  if (order_ == Order::ascending && *uid <= last_) return bad("UIDs do not ascend");
  last_ = std::max(last_, *uid);
  take_(record);
}

void UidListText::add_field(char letter, std::string_view value) {
  if (!fits_in_field(value)) {
    ++values_left_out_;
    return;
  }
  records_ += ' ';
  records_ += letter;
  records_ += value;
}

bool UidListText::add(const mail::ServerIds& ids, std::string_view key) {
  if (!ids.uid || ids.uid->value <= last_ || !mail::has_room({ids.uid->value + 1}) || !fits_as_key(key)) return false;
  last_ = ids.uid->value;
  records_ += std::to_string(last_);
  // What a server would take by itself is not written: its own lists look like that.
  if (!ids.guid.empty() && ids.guid != key) add_field('G', ids.guid);
  if (!ids.pop3_uidl.empty()) add_field('P', ids.pop3_uidl == key ? std::string_view() : ids.pop3_uidl);
  if (ids.pop3_order) add_field('O', std::to_string(*ids.pop3_order));
  records_ += ids.list_fields;
  records_.append(" :").append(key).append("\n");
  return true;
}

void UidListText::add_record(const UidRecord& record) {
  last_ = record.uid.value;
  records_ += std::to_string(last_) + " ";
  records_ += record.fields;
  if (!record.fields.empty() && record.fields.back() != ' ') records_ += ' ';
  records_.append(":").append(record.key).append("\n");
}

std::string UidListText::finish(const UidListHeader& header) {
  const std::uint32_t next = std::max(header.next.value, last_ + 1);
  std::string first = "3 V" + std::to_string(header.validity.value) + " N" + std::to_string(next);
  if (!header.guid.empty()) first += " G" + header.guid;
  first += header.other + "\n";
  return std::move(records_.insert(0, first));
}

}  // namespace mailhaul::formats::maildir
