#include "store/renamed_texts.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace mailhaul::store {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

constexpr std::string_view blanks = " \t\r\n";

bool is_domain_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// RFC 5322, atext, and what is beyond ASCII: the local part of "o'brien@…" is not "brien".
bool is_local_part_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         is_one_of(c, ".!#$%&'*+-/=?^_`{|}~") || static_cast<unsigned char>(c) >= 0x80;
}

/// What may stand before a path in a command line, and what ends one.
bool may_precede_path(char c) { return is_one_of(c, blanks) || is_one_of(c, "\"'=:,;|<>([{&`!"); }
bool ends_path(char c) { return is_one_of(c, blanks) || is_one_of(c, "\"'\\:,;|<>)]}&`"); }

std::string_view without_slashes_at_end(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

/// The longest of the homes that the text begins with, at a component boundary; empty: none.
std::string_view home_at(std::string_view text, const Renaming& renaming) {
  std::string_view found;
  const auto look = [&](std::string_view home) {
    home = without_slashes_at_end(home);
    if (home.empty() || home.front() != '/' || home.size() <= found.size()) return;
    if (text.substr(0, home.size()) != home) return;
    if (text.size() == home.size() || text[home.size()] == '/' || ends_path(text[home.size()])) found = home;
  };
  for (const std::string& home : renaming.old_homes) look(home);
  // Below the new home too there are domains in paths: it may be the old one.
  if (found.empty()) look(renaming.new_home);
  return found;
}

/// Of "USER.pref" or "bob@example.com.pref" what follows the name.
bool is_name_ending(std::string_view text) {
  constexpr std::array<std::string_view, 9> endings{
      ".pref", ".abook", ".sig", ".json", ".conf", ".yaml", ".lock", ".rcube", ".suspended_incoming"};
  if (text.empty() || text.front() == '_') return true;
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return text.substr(0, ending.size()) == ending && (text.size() == ending.size() || text[ending.size()] == '.');
  });
}

/// "bob@old.example" with what may follow it in a file's name.
std::string renamed_address_name(std::string_view name, const Renaming& renaming) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string(name);
  const std::string whole = lower_case(name);
  for (const auto& [from, to] : renaming.mailboxes)
    if (whole.starts_with(from) && is_name_ending(name.substr(from.size())))
      return to + std::string(name.substr(from.size()));
  const std::string_view rest = name.substr(at + 1);
  const std::string lower = lower_case(rest);
  for (const auto& [from, to] : renaming.domains)
    if (lower.substr(0, from.size()) == from && is_name_ending(rest.substr(from.size())))
      return std::string(name.substr(0, at + 1)) + to + std::string(rest.substr(from.size()));
  return std::string(name);
}

std::string renamed_user_name(std::string_view name, const Renaming& renaming) {
  for (const auto& [from, to] : renaming.users)
    if (name.substr(0, from.size()) == from && is_name_ending(name.substr(from.size())))
      return to + std::string(name.substr(from.size()));
  return std::string(name);
}

std::string with_underscores(std::string text) {
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

/// ".bob@old_example": the link by which the owner sees that mailbox as a folder of his.
std::string renamed_link_name(std::string_view name, const Renaming& renaming) {
  const std::size_t at = name.rfind('@');
  for (const auto& [from, to] : renaming.domains)
    if (lower_case(name.substr(at + 1)) == with_underscores(from))
      return std::string(name.substr(0, at + 1)) + with_underscores(to);
  return std::string(name);
}

/// The names below the home whose second component (the third of two of them) says whose they are.
std::string renamed_component(std::string_view directory, std::string_view name, const Renaming& renaming) {
  if (directory == "mail" || directory == "mail/archive") {
    if (name.empty() || name.find('@') == std::string_view::npos) return renamed_domain(name, renaming);
    return name.front() == '.' ? renamed_link_name(name, renaming) : renamed_address_name(name, renaming);
  }
  if (directory == "etc") {
    if (name.find('@') != std::string_view::npos) return renamed_address_name(name, renaming);
    if (name.find(".rcube.db") != std::string_view::npos) return renamed_user_name(name, renaming);
    return renamed_domain(name, renaming);
  }
  if (directory == ".autorespond") return renamed_address_name(name, renaming);
  if (directory == ".sqmaildata" || directory == ".caldav" || directory == ".cpanel/nvdata") {
    if (name.find('@') != std::string_view::npos) return renamed_address_name(name, renaming);
    return renamed_user_name(name, renaming);
  }
  return std::string(name);
}

/// "mail/old.example/bob/.Sent" and "etc/old.example/bob/filter" of a mailbox that has a name of its own at the target.
std::optional<std::string> renamed_mailbox_path(std::string_view path, const Renaming& renaming) {
  if (renaming.mailboxes.empty()) return std::nullopt;
  const std::size_t top = path.find('/');
  if (top == std::string_view::npos) return std::nullopt;
  const std::string_view root = path.substr(0, top);
  if (root != "mail" && root != "etc") return std::nullopt;
  const std::size_t middle = path.find('/', top + 1);
  if (middle == std::string_view::npos) return std::nullopt;
  const std::size_t end = std::min(path.find('/', middle + 1), path.size());
  const std::string_view domain = path.substr(top + 1, middle - top - 1);
  const std::string address = lower_case(path.substr(middle + 1, end - middle - 1)) + '@' + lower_case(domain);
  const auto mailbox = renaming.mailboxes.find(address);
  if (mailbox == renaming.mailboxes.end()) return std::nullopt;
  const std::size_t at = mailbox->second.rfind('@');
  return std::string(root) + '/' + mailbox->second.substr(at + 1) + '/' + mailbox->second.substr(0, at) +
         std::string(path.substr(end));
}

/// Where the path of a command line that begins at `begin` ends.
std::size_t end_of_path(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && !ends_path(text[end])) ++end;
  return end;
}

}  // namespace

std::string renamed_domain(std::string_view domain, const Renaming& renaming) {
  const auto at = renaming.domains.find(lower_case(domain));
  return at == renaming.domains.end() ? std::string(domain) : at->second;
}

const std::string* name_of_mailbox(std::string_view address, const Renaming& renaming) {
  const auto mailbox = renaming.mailboxes.find(lower_case(address));
  return mailbox == renaming.mailboxes.end() ? nullptr : &mailbox->second;
}

std::string renamed_address(std::string_view address, const Renaming& renaming) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string(address);
  if (const std::string* const mailbox = name_of_mailbox(address, renaming)) return *mailbox;
  return std::string(address.substr(0, at + 1)) + renamed_domain(address.substr(at + 1), renaming);
}

std::string with_renamed_addresses(std::string_view text, const Renaming& renaming) {
  std::string out;
  std::size_t local_part = 0;  // octets before text[i] that could be one
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    out += c;
    if (c != '@') {
      local_part = is_local_part_octet(c) ? local_part + 1 : 0;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_domain_octet(text[end])) ++end;
    // A sentence may end behind an address.
    while (end > i && text[end - 1] == '.') --end;
    const std::size_t begin = i - 1 - local_part;
    const auto mailbox = renaming.mailboxes.find(lower_case(text.substr(begin, end - begin)));
    if (local_part > 0 && mailbox != renaming.mailboxes.end()) {
      out.resize(out.size() - local_part - 1);
      out += mailbox->second;
    } else {
      out += renamed_domain(text.substr(i, end - i), renaming);
    }
    local_part = 0;
    i = end;
  }
  return out;
}

std::string renamed_home_path(std::string_view path, const Renaming& renaming) {
  if (auto moved = renamed_mailbox_path(path, renaming)) return *std::move(moved);
  std::string out;
  std::string directory;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    out += renamed_component(directory, name, renaming);
    if (end < path.size()) out += '/';
    // By the old names: they say which directory it is.
    if (!name.empty()) directory += (directory.empty() ? "" : "/") + std::string(name);
    begin = end + 1;
  }
  return out;
}

std::string renamed_path(std::string_view path, const Renaming& renaming) {
  for (const std::string_view home : {std::string_view("$home/"), std::string_view("${home}/")})
    if (path.substr(0, home.size()) == home)
      return std::string(home) + renamed_home_path(path.substr(home.size()), renaming);
  const std::string_view home = home_at(path, renaming);
  if (home.empty() || (path.size() > home.size() && path[home.size()] != '/')) return std::string(path);
  std::string out(renaming.new_home.empty() ? home : without_slashes_at_end(renaming.new_home));
  if (path.size() == home.size()) return out;
  return out + '/' + renamed_home_path(path.substr(home.size() + 1), renaming);
}

std::string with_renamed_paths(std::string_view command, const Renaming& renaming) {
  std::string out;
  for (std::size_t i = 0; i < command.size();) {
    const bool may_begin = i == 0 || may_precede_path(command[i - 1]);
    const bool is_home = may_begin && (command[i] == '/' ? !home_at(command.substr(i), renaming).empty()
                                                         : command.substr(i, 6) == "$home/");
    if (!is_home) {
      out += command[i++];
      continue;
    }
    const std::size_t end = end_of_path(command, i);
    out += renamed_path(command.substr(i, end - i), renaming);
    i = end;
  }
  return out;
}

}  // namespace mailhaul::store
