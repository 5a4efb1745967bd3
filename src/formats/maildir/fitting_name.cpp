#include "formats/maildir/fitting_name.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/beginning_of.hpp"
#include "formats/escaped_name.hpp"
#include "formats/maildir/name.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// maildir.md sections 5 and 9: with LAYOUT=fs folders stand beside these.
bool is_reserved(std::string_view level) {
  static constexpr std::array<std::string_view, 6> names{"cur",           "new",           "tmp",
                                                         "subscriptions", "maildirfolder", "maildirsize"};
  static constexpr std::array<std::string_view, 3> prefixes{"dovecot-", "dovecot.", "courierimap"};
  return std::find(names.begin(), names.end(), level) != names.end() ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return level.rfind(prefix, 0) == 0; });
}

/// Whether the octet at `at` can't stand in a level. `first`: the folder's first level.
bool is_unfit(std::string_view level, std::size_t at, bool first, const Naming& naming) {
  const auto octet = static_cast<unsigned char>(level[at]);
  if (octet == '/' || octet == '\0') return true;
  if (octet == '.' && naming.layout == Layout::maildir_plus_plus) return true;
  // Names stand in lists of lines; modified UTF-7 spells control octets with letters.
  if (naming.utf8 && (octet < 0x20 || octet == 0x7f)) return true;
  if (at > 0) return false;
  // A server takes it for a home directory: "Invalid mailbox name: Begins with '~'".
  if (octet == '~' && first) return true;
  // A `.Name` below the root is what Maildir++ trees are known by: the next run would take the tree for one.
  if (octet == '.' && first) return true;
  return naming.layout == Layout::fs && (level == "." || level == ".." || is_reserved(level));
}

bool is_fit(std::string_view level, bool first, const Naming& naming) {
  for (std::size_t i = 0; i < level.size(); ++i)
    if (is_unfit(level, i, first, naming)) return false;
  return true;
}

std::string escaped(std::string_view level, bool first, const Naming& naming) {
  return escaped_name(level, [&](std::size_t at) { return is_unfit(level, at, first, naming); });
}

std::size_t encoded_size(std::string_view level, const Naming& naming) {
  const auto encoded = encode_level(level, naming);
  return encoded ? encoded->size() : longest_name + 1;
}

/// How much of the room of names a level takes: in Maildir++ all levels share one name.
std::size_t room_of(std::string_view level, const Naming& naming) {
  return encoded_size(level, naming) + (naming.layout == Layout::maildir_plus_plus ? 1 : 0);
}

bool has_room(const std::vector<std::string>& parts, const Naming& naming) {
  if (parts.size() > deepest_folder) return false;
  std::size_t sum = 0;
  for (const std::string& part : parts) {
    const std::size_t room = room_of(part, naming);
    sum = naming.layout == Layout::fs ? room : sum + room;
    if (sum > longest_name) return false;
  }
  return true;
}

std::vector<std::string> shortened(const std::vector<std::string>& parts, const mail::FolderName& whole,
                                   const Naming& naming) {
  constexpr std::size_t kept_for_last = 55;  // the sign, 16 digits, and something that a person recognises
  std::vector<std::string> out;
  std::size_t used = 0;
  for (const std::string& part : parts) {
    const std::size_t room = room_of(part, naming);
    const std::size_t more = naming.layout == Layout::fs ? 0 : room;
    const bool is_last = out.size() + 1 == std::min(parts.size(), deepest_folder);
    if (is_last || room > longest_name || used + more > longest_name - kept_for_last) break;
    out.push_back(part);
    used += more;
  }
  const std::string mark = mail::name_mark(whole);
  const auto size_on_disk = [&naming](std::string_view text) { return encoded_size(text, naming); };
  const std::size_t separator = naming.layout == Layout::fs ? 0 : 1;
  out.push_back(beginning_of(parts.back(), longest_name - used - separator - mark.size(), size_on_disk) + mark);
  return out;
}

}  // namespace

bool is_expressible(const mail::FolderName& folder, const Naming& naming) {
  const std::vector<std::string>& parts = folder.parts();
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!is_fit(parts[i], i == 0, naming)) return false;
  return (parts.size() == 1 || !is_inbox_level(parts.front()) || parts.front() == "INBOX") && has_room(parts, naming);
}

mail::FolderName fitting_name(const mail::FolderName& folder, const Naming& naming) {
  if (folder.is_inbox() || is_expressible(folder, naming)) return folder;
  std::vector<std::string> parts = folder.parts();
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!is_fit(parts[i], i == 0, naming)) parts[i] = escaped(parts[i], i == 0, naming);
  if (parts.size() > 1 && is_inbox_level(parts.front())) parts.front() = "INBOX";
  if (!has_room(parts, naming)) parts = shortened(parts, folder, naming);
  return mail::FolderName(std::move(parts));
}

}  // namespace mailhaul::formats::maildir
