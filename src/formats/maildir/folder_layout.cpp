#include "formats/maildir/folder_layout.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "formats/maildir/name.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::formats::maildir {

namespace {

constexpr char separator = '.';

bool is_inbox_level(std::string_view level) {
  constexpr std::string_view inbox = "inbox";
  return std::equal(level.begin(), level.end(), inbox.begin(), inbox.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

struct Decoded {
  std::vector<std::string> parts;
  std::string remark;
};

void remark(Decoded& decoded, std::string_view text) {
  if (!decoded.remark.empty()) decoded.remark += "; ";
  decoded.remark += text;
}

Decoded decode(std::string_view directory) {
  Decoded out;
  bool guessed = false;
  bool empty = false;
  std::string_view rest = directory.substr(1);
  for (bool more = true; more;) {
    const std::size_t end = rest.find(separator);
    const std::string_view level = rest.substr(0, end);
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
    if (level.empty()) {
      empty = true;
      out.parts.emplace_back("_");
      continue;
    }
    mail::DecodedLevel decoded = mail::decode_level(level);
    guessed = guessed || decoded.encoding != mail::NameEncoding::modified_utf7;
    out.parts.push_back(std::move(decoded.utf8));
  }
  if (guessed) remark(out, "not in modified UTF-7, read as UTF-8 or Latin-1");
  if (empty) remark(out, "a level without a name, shown as \"_\"");
  // RFC 9051 5.1: the first level INBOX has no case; a server lists ".inbox.x" but can't open it.
  if (is_inbox_level(out.parts.front()) && out.parts.front() != "INBOX") {
    out.parts.front() = "INBOX";
    remark(out, "INBOX in another spelling");
  }
  return out;
}

}  // namespace

std::optional<std::string> folder_directory(const mail::FolderName& folder) {
  if (folder.is_inbox()) return "";
  constexpr std::string_view unfit("./\0", 3);
  std::string out;
  for (const std::string& part : folder.parts()) {
    if (part.empty() || part.find_first_of(unfit) != std::string::npos) return std::nullopt;
    const auto encoded = mail::to_modified_utf7(part);
    if (!encoded) return std::nullopt;
    out += separator;
    out += *encoded;
  }
  if (out.size() > longest_name) return std::nullopt;
  return out;
}

bool is_hidden_by_root(std::string_view directory) { return is_inbox_level(directory.substr(1)); }

std::vector<NamedDirectory> name_folders(std::vector<std::string> directories) {
  std::sort(directories.begin(), directories.end());
  std::vector<NamedDirectory> out;
  std::vector<std::pair<std::string, Decoded>> later;
  std::set<mail::FolderName> taken{mail::FolderName{}};
  for (std::string& directory : directories) {
    Decoded decoded = decode(directory);
    mail::FolderName folder(decoded.parts);
    if (decoded.remark.empty() && folder_directory(folder) == directory && taken.insert(folder).second) {
      out.push_back({std::move(directory), std::move(folder), {}});
    } else {
      later.emplace_back(std::move(directory), std::move(decoded));
    }
  }
  std::map<mail::FolderName, unsigned> next_number;
  for (auto& [directory, decoded] : later) {
    const std::string last = decoded.parts.back();
    mail::FolderName folder(decoded.parts);
    if (!taken.insert(folder).second) {
      remark(decoded, "the name is taken by another directory");
      // Counted a name: an owner can make thousands of spellings of one name (A16).
      unsigned& n = next_number.try_emplace(folder, 2U).first->second;
      do {
        decoded.parts.back() = last + " (" + std::to_string(n++) + ")";
        folder = mail::FolderName(decoded.parts);
      } while (!taken.insert(folder).second);
    }
    out.push_back({std::move(directory), std::move(folder), std::move(decoded.remark)});
  }
  return out;
}

}  // namespace mailhaul::formats::maildir
