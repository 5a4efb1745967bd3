#include "mailhaul/mail/folder_name.hpp"

#include <cassert>
#include <utility>

#include "mail/ascii.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::mail {
namespace {

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(static_cast<unsigned char>(0xc0 | (octet >> 6)));
      utf8 += static_cast<char>(static_cast<unsigned char>(0x80 | (octet & 0x3f)));
    }
  }
  return utf8;
}

}  // namespace

FolderName::FolderName(std::vector<std::string> parts) : parts_(std::move(parts)) {
  assert(!parts_.empty());
  for ([[maybe_unused]] const std::string& part : parts_) assert(!part.empty());
  // RFC 9051 5.1: INBOX is one name in any case, and only as a whole.
  if (parts_.size() == 1 && ascii::equal(parts_[0], "INBOX")) parts_[0] = "INBOX";
}

std::optional<FolderName> FolderName::from_display(std::string_view text) {
  if (!is_utf8(text)) return std::nullopt;
  std::vector<std::string> parts;
  for (bool last = false; !last;) {
    const std::size_t slash = text.find('/');
    last = slash == std::string_view::npos;
    const std::string_view part = text.substr(0, slash);
    if (part.empty()) return std::nullopt;
    parts.emplace_back(part);
    if (!last) text.remove_prefix(slash + 1);
  }
  return FolderName(std::move(parts));
}

bool FolderName::is_inbox() const { return parts_.size() == 1 && parts_[0] == "INBOX"; }

std::string FolderName::display() const {
  std::string text;
  for (const std::string& part : parts_) {
    if (!text.empty()) text += '/';
    text += part;
  }
  return text;
}

DecodedLevel decode_level(std::string_view on_disk) {
  if (auto name = from_modified_utf7(on_disk)) return {std::move(*name), NameEncoding::modified_utf7};
  if (is_utf8(on_disk)) return {std::string(on_disk), NameEncoding::utf8};
  return {latin1_to_utf8(on_disk), NameEncoding::latin1};
}

}  // namespace mailhaul::mail
