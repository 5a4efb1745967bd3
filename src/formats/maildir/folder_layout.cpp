#include "formats/maildir/folder_layout.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "formats/maildir/fitting_name.hpp"
#include "formats/maildir/name.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/mail/modified_utf7.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::maildir {

namespace {

char separator_of(Layout layout) { return layout == Layout::fs ? '/' : '.'; }

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::vector<std::string_view> levels_of(std::string_view directory, Layout layout) {
  const char separator = separator_of(layout);
  std::string_view rest = layout == Layout::fs ? directory : directory.substr(1);
  std::vector<std::string_view> levels;
  for (bool more = true; more;) {
    const std::size_t end = rest.find(separator);
    levels.push_back(rest.substr(0, end));
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
  }
  return levels;
}

struct Decoded {
  std::vector<std::string> parts;
  std::string remark;
};

void remark(Decoded& decoded, std::string_view text) {
  if (!decoded.remark.empty()) decoded.remark += "; ";
  decoded.remark += text;
}

Decoded decode(std::string_view directory, const Naming& naming) {
  Decoded out;
  bool guessed = false;
  bool empty = false;
  for (const std::string_view level : levels_of(directory, naming.layout)) {
    if (level.empty()) {
      empty = true;
      out.parts.emplace_back("_");
    } else if (naming.utf8 && is_utf8(level)) {
      out.parts.emplace_back(level);
    } else {
      mail::DecodedLevel decoded = mail::decode_level(level);
      guessed = guessed || naming.utf8 || decoded.encoding != mail::NameEncoding::modified_utf7;
      out.parts.push_back(std::move(decoded.utf8));
    }
  }
  if (guessed)
    remark(out, naming.utf8 ? "not in UTF-8, read as Latin-1" : "not in modified UTF-7, read as UTF-8 or Latin-1");
  if (empty) remark(out, "a level without a name, shown as \"_\"");
  // RFC 9051 5.1: the first level INBOX has no case; a server lists ".inbox.x" but can't open it.
  if (is_inbox_level(out.parts.front()) && out.parts.front() != "INBOX") {
    out.parts.front() = "INBOX";
    remark(out, "INBOX in another spelling");
  }
  return out;
}

}  // namespace

bool is_inbox_level(std::string_view level) {
  constexpr std::string_view inbox = "inbox";
  return std::equal(level.begin(), level.end(), inbox.begin(), inbox.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

std::optional<std::string> encode_level(std::string_view level, const Naming& naming) {
  if (!naming.utf8) return mail::to_modified_utf7(level);
  return is_utf8(level) ? std::optional(std::string(level)) : std::nullopt;
}

std::optional<std::string> folder_directory(const mail::FolderName& folder, const Naming& naming) {
  if (folder.is_inbox()) return "";
  if (!is_expressible(folder, naming)) return std::nullopt;
  std::string out;
  for (const std::string& part : folder.parts()) {
    if (naming.layout == Layout::maildir_plus_plus || !out.empty()) out += separator_of(naming.layout);
    out += *encode_level(part, naming);
  }
  return out;
}

bool is_hidden_by_root(std::string_view directory, const Naming& naming) {
  return is_inbox_level(naming.layout == Layout::fs ? directory : directory.substr(1));
}

std::vector<NamedDirectory> name_folders(std::vector<std::string> directories, const Naming& naming) {
  std::sort(directories.begin(), directories.end());
  std::vector<NamedDirectory> out;
  std::vector<std::pair<std::string, Decoded>> later;
  std::set<mail::FolderName> taken{mail::FolderName{}};
  for (std::string& directory : directories) {
    Decoded decoded = decode(directory, naming);
    mail::FolderName folder(decoded.parts);
    if (decoded.remark.empty() && folder_directory(folder, naming) == directory && taken.insert(folder).second) {
      out.push_back({std::move(directory), std::move(folder), {}});
    } else {
      later.emplace_back(std::move(directory), std::move(decoded));
    }
  }
  std::map<mail::FolderName, std::size_t> claims;
  for (const auto& entry : later) ++claims[mail::FolderName(entry.second.parts)];
  for (auto& [directory, decoded] : later) {
    mail::FolderName folder(decoded.parts);
    // Of several that want a name none has it, or who else is there would decide.
    if (claims[folder] > 1 || !taken.insert(folder).second) {
      remark(decoded, "the name is that of another directory too");
      const std::string last = decoded.parts.back();
      unsigned attempt = 0;
      do {
        decoded.parts.back() = last + mail::name_mark(directory, attempt++);
        folder = mail::FolderName(decoded.parts);
      } while (!taken.insert(folder).second);
    }
    out.push_back({std::move(directory), std::move(folder), std::move(decoded.remark)});
  }
  return out;
}

EncodingEvidence weigh_encoding(const std::vector<std::string>& directories, Layout layout) {
  EncodingEvidence evidence;
  for (const std::string& directory : directories) {
    for (const std::string_view level : levels_of(directory, layout)) {
      if (is_ascii(level)) {
        const auto decoded = mail::from_modified_utf7(level);
        if (decoded && !is_ascii(*decoded)) return {false, std::string(level)};
      } else if (is_utf8(level) && !evidence.utf8) {
        evidence = {true, std::string(level)};
      }
    }
  }
  return evidence;
}

}  // namespace mailhaul::formats::maildir
