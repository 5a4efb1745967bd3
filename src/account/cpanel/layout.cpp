#include "mailhaul/account/cpanel/layout.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "account/bearable_name.hpp"
#include "account/text/keyed_lines.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = MailboxPlace::Kind;
using State = MailboxPlace::State;
using Format = MailboxPlace::Format;
using Names = std::vector<std::pair<std::string, io::NodeKind>>;

constexpr const char* archive_name = "archive";
constexpr const char* format_marker = "mailbox_format.cpanel";
constexpr std::uint64_t most_lines_octets = std::uint64_t{16} << 20U;
constexpr std::uint64_t most_marker_octets = 4096;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Directories that servers and machines make, and in which no mail is (cpanel.md 7).
bool is_never_mail(const std::string& name) {
  return is_one_of(name, {"virtual", "lost+found", ".cagefs"}) || name.rfind(".nfs", 0) == 0;
}

bool is_part_of_mailbox(const std::string& name) {
  return is_one_of(name, {"cur", "new", "tmp", "storage", "mailboxes"});
}

Names list(io::Tree& tree, const std::string& path) {
  Names names;
  tree.list(path, [&names](const std::string& name, io::NodeKind kind) { names.emplace_back(name, kind); });
  return names;
}

/// The last component of a link's text.
std::string last_of(std::string target) {
  while (!target.empty() && target.back() == '/') target.pop_back();
  return target.substr(target.rfind('/') + 1);  // without a '/': all of it
}

class LayoutReader {
 public:
  LayoutReader(io::Tree& home, const std::string& user, const LinesByAddress& lines, Findings& findings)
      : home_(home), user_(user), lines_(lines), findings_(findings) {}

  Layout read(const std::set<std::string>& known_domains) {
    for (const auto& [name, kind] : list(home_, "etc"))
      if (kind == io::NodeKind::directory && is_safe_domain(name)) layout_.domains.insert(name);
    layout_.domains.insert(known_domains.begin(), known_domains.end());
    for (const auto& [address, unused] : lines_)
      if (const auto parts = split_address(address)) layout_.domains.insert(parts->domain);
    const Names entries = list(home_, "mail");
    for (const auto& [name, kind] : entries) take_entry(name, kind, entries);
    if (has_account_mailbox_) add_account();
    add_those_without_directory();
    std::sort(layout_.mailboxes.begin(), layout_.mailboxes.end(), [](const auto& a, const auto& b) {
      return std::pair(a.kind != Kind::account, std::string_view(a.name)) <
             std::pair(b.kind != Kind::account, std::string_view(b.name));
    });
    tell_clashes();
    return std::move(layout_);
  }

 private:
  void tell(FindingKind kind, Weight weight, const std::string& mailbox, const std::string& where,
            const std::string& text) {
    findings_.add({kind, weight, mailbox, where, text});
  }

  void take_entry(const std::string& name, io::NodeKind kind, const Names& beside) {
    const std::string path = "mail/" + name;
    if (is_never_mail(name)) return;
    if (kind == io::NodeKind::symlink) return take_link(name, beside);
    if (is_part_of_mailbox(name) || name == format_marker) {
      has_account_mailbox_ = true;
    } else if (kind != io::NodeKind::directory) {
      return;  // files of the account's own mailbox: its Maildir knows them
    } else if (name.front() == '.') {
      has_account_mailbox_ = has_account_mailbox_ || name != std::string(".") + format_marker;
    } else if (name == archive_name) {
      take_archive();
    } else if (layout_.domains.count(name) != 0 || (is_safe_domain(name) && holds_mailboxes(path))) {
      take_domain(name);
    } else if (holds_mailboxes(path)) {
      tell(FindingKind::ignored_file, Weight::failed, "", path,
           "a directory with mailboxes in it, whose name is no domain: not read");
    } else {
      tell(FindingKind::ignored_file, Weight::note, "", path, "a directory that is no domain of the account: not read");
    }
  }

  /// `L@D` and `.L@D_TLD` only show what is read where it lies.
  void take_link(const std::string& name, const Names& beside) {
    if (name.find('@') != std::string::npos) {
      ++layout_.derived_links;
      return;
    }
    if (name.front() == '.') return;  // its Maildir tells
    const std::string path = "mail/" + name;
    closed_.insert(name);
    const std::string target = last_of(home_.look_at(path).link_target);
    const std::pair wanted(target, io::NodeKind::directory);
    const bool is_beside = target != name && std::find(beside.begin(), beside.end(), wanted) != beside.end();
    if (is_beside)
      tell(FindingKind::symlink, Weight::note, "", path, "a link to " + target + ", which is read where it lies");
    else
      tell(FindingKind::symlink, Weight::failed, "", path,
           "a symbolic link where a domain's mailboxes could be: not followed");
  }

  [[nodiscard]] bool is_mailbox(const std::string& path) {
    const Names names = list(home_, path);
    return std::any_of(names.begin(), names.end(), [](const auto& entry) {
      const bool is_part = is_part_of_mailbox(entry.first) && entry.first != "tmp";
      return is_part || entry.first == format_marker;
    });
  }

  [[nodiscard]] bool holds_mailboxes(const std::string& path) {
    for (const auto& [name, kind] : list(home_, path))
      if (kind == io::NodeKind::directory && is_mailbox(path + "/" + name)) return true;
    return false;
  }

  void take_domain(const std::string& domain) {
    layout_.domains.insert(domain);
    const std::string path = "mail/" + domain;
    try {
      for (const auto& [name, kind] : list(home_, path)) take_user(domain, name, kind);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      closed_.insert(domain);
      tell(FindingKind::unreadable, Weight::failed, "", path, "mailboxes of a domain can't be read: " + error.reason());
    }
  }

  void take_user(const std::string& domain, const std::string& name, io::NodeKind kind) {
    const std::string path = "mail/" + domain + "/" + name;
    if (is_never_mail(name)) return;
    const std::string address = name + "@" + domain;
    const auto lines = lines_.find(address);
    const bool is_known = lines != lines_.end();
    if (kind == io::NodeKind::symlink)
      return tell(FindingKind::symlink, Weight::failed, address, path,
                  "a symbolic link where a mailbox could be: not followed");
    if (kind != io::NodeKind::directory) return;
    if (!is_bearable_local_part(name))
      return tell(FindingKind::odd_name, Weight::failed, "", path, "no mailbox can have that name: not read");
    if (!is_known && (name.front() == '.' || !is_mailbox(path)))
      return tell(FindingKind::ignored_file, Weight::note, "", path, "a directory that is no mailbox: not read");
    MailboxPlace place;
    place.name = address;
    place.path = path;
    place.state = !is_known ? State::orphan : lines->second.passwd ? State::full : State::no_login;
    if (place.state != State::full)
      tell(FindingKind::mailbox, Weight::note, address, path,
           place.state == State::orphan ? "it has mail, and no line in passwd, shadow or quota: its mail is read"
                                        : "it has no line in passwd: nobody can log in, and its mail is read");
    add(std::move(place));
  }

  void take_archive() {
    if (lists_folders("mail/archive")) add({archive_name, Kind::archive, State::full, Format::maildir, "mail/archive"});
    for (const auto& [name, kind] : list(home_, "mail/archive")) {
      const std::string path = std::string("mail/archive/") + name;
      if (kind == io::NodeKind::directory && is_safe_domain(name) && lists_folders(path))
        add({archive_name + ("/" + name), Kind::archive, State::full, Format::maildir, path});
    }
  }

  [[nodiscard]] bool lists_folders(const std::string& path) {
    const Names names = list(home_, path);
    return std::any_of(names.begin(), names.end(), [](const auto& entry) {
      const bool is_folder = entry.first.front() == '.' || is_part_of_mailbox(entry.first);
      return entry.second == io::NodeKind::directory && is_folder && !is_never_mail(entry.first);
    });
  }

  void add_account() { add({user_, Kind::account, State::full, Format::maildir, "mail"}); }

  void add_those_without_directory() {
    std::set<std::string> there;
    for (const MailboxPlace& place : layout_.mailboxes) there.insert(place.name);
    for (const auto& [address, lines] : lines_) {
      if (there.count(address) != 0) continue;
      const std::string path = mailbox_path(address, user_);
      if (path.empty()) {
        tell(FindingKind::odd_name, Weight::failed, "", address, "no mailbox can have that name: not read");
      } else if (!lines.passwd) {
        tell(FindingKind::mailbox, Weight::note, address, path,
             "shadow or quota has a line of it, and it is not there");
      } else if (closed_.count(split_address(address)->domain) == 0 &&
                 home_.look_at(path).kind == io::NodeKind::missing) {
        layout_.mailboxes.push_back({address, Kind::user, State::no_directory, Format::maildir, path});
      }
    }
  }

  /// Of two whose names differ in case alone, a server that folds case sees one.
  void tell_clashes() {
    std::map<std::string, std::string> seen;
    for (const MailboxPlace& place : layout_.mailboxes) {
      const auto [other, is_new] = seen.emplace(lower_case(place.name), place.name);
      if (!is_new)
        tell(FindingKind::mailbox, Weight::note, place.name, place.path,
             "its name differs from " + other->second + " in case alone");
    }
  }

  void add(MailboxPlace place) {
    try {
      const Names names = list(home_, place.path);
      look_at_format(place, names);
      if (place.format == Format::maildir) look_at_names(place, names);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      return tell(FindingKind::unreadable, Weight::failed, place.name, place.path,
                  "a mailbox can't be read: " + error.reason());
    }
    layout_.mailboxes.push_back(std::move(place));
  }

  void look_at_format(MailboxPlace& place, const Names& names) {
    const auto has = [&names](std::string_view wanted) {
      return std::any_of(names.begin(), names.end(), [&](const auto& entry) { return entry.first == wanted; });
    };
    std::string marker;
    if (has(format_marker)) {
      const auto text = home_.read(place.path + "/" + format_marker, most_marker_octets);
      marker = lower_case(trimmed(text.value_or("")));
    }
    const bool has_mdbox = has("storage") || has("mailboxes");
    const bool has_maildir = has("cur") || has("new");
    if (has("conversion_in_progress.txt"))
      place.format = Format::converting;
    else if (marker.empty())
      place.format = has("storage") && !has_maildir ? Format::mdbox : Format::maildir;
    else
      place.format = marker == "maildir" ? Format::maildir : marker == "mdbox" ? Format::mdbox : Format::unknown;
    tell_format(place, marker, has_mdbox);
  }

  void tell_format(const MailboxPlace& place, const std::string& marker, bool has_mdbox) {
    const auto failed = [&](const std::string& text) {
      tell(FindingKind::mailbox, Weight::failed, place.name, place.path, text);
    };
    switch (place.format) {
    case Format::maildir:
      if (has_mdbox)
        tell(FindingKind::ignored_file, Weight::note, place.name, place.path,
             "files of an mdbox are there beside the Maildir in use: not read");
      return;
    case Format::mdbox:
      return failed("it is an mdbox, which this version does not read: convert it to maildir, and run again");
    case Format::converting: return failed("it is being converted to another format: run again when that is done");
    case Format::unknown: return failed("its format is \"" + marker + "\", which this version does not read");
    }
  }

  /// cpanel.md 1.1: one name that can't be modified UTF-7 tells for the whole mailbox.
  void look_at_names(MailboxPlace& place, const Names& names) {
    for (const auto& [name, kind] : names) {
      if (kind != io::NodeKind::directory || name.front() != '.' || is_never_mail(name)) continue;
      for (std::size_t begin = 1; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        if (!mail::from_modified_utf7(std::string_view(name).substr(begin, end - begin))) {
          place.has_utf8_names = true;
          return tell(FindingKind::folder_name, Weight::note, place.name, name,
                      "folder names of this mailbox are taken for UTF-8");
        }
        begin = end + 1;
      }
    }
  }

  io::Tree& home_;
  const std::string& user_;
  const LinesByAddress& lines_;
  Findings& findings_;
  Layout layout_;
  bool has_account_mailbox_ = false;
  std::set<std::string> closed_{};  ///< domains whose mailboxes are not seen, so that none is taken for an empty one
};

void read_lines_of(io::Tree& home, const std::string& domain, const char* file, bool MailboxLines::*line,
                   LinesByAddress& lines, Findings& findings) {
  const std::string path = "etc/" + domain + "/" + file;
  try {
    const auto text = home.read(path, most_lines_octets);
    if (!text) return;
    for (const KeyedLine& found : parse_keyed_lines(*text).lines) lines[found.local_part + "@" + domain].*line = true;
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    findings.add({FindingKind::unreadable, Weight::lost, "", path, "it can't be read: " + error.reason()});
  }
}

}  // namespace

const char* to_string(MailboxPlace::State state) {
  switch (state) {
  case State::full: return "full";
  case State::no_directory: return "no directory";
  case State::no_login: return "no line in passwd";
  case State::orphan: return "orphan";
  }
  return "";
}

LinesByAddress read_mailbox_lines(io::Tree& home, Findings& findings) {
  LinesByAddress lines;
  for (const auto& [name, kind] : list(home, "etc")) {
    if (kind != io::NodeKind::directory || !is_safe_domain(name)) continue;
    read_lines_of(home, name, "passwd", &MailboxLines::passwd, lines, findings);
    read_lines_of(home, name, "shadow", &MailboxLines::shadow, lines, findings);
    read_lines_of(home, name, "quota", &MailboxLines::quota, lines, findings);
  }
  return lines;
}

Layout read_layout(io::Tree& home, const std::string& user, const LinesByAddress& lines,
                   const std::set<std::string>& domains, Findings& findings) {
  return LayoutReader(home, user, lines, findings).read(domains);
}

std::string mailbox_path(const std::string& name, const std::string& user) {
  if (name == user) return "mail";
  if (name == archive_name) return "mail/archive";
  if (name.rfind("archive/", 0) == 0) {
    const std::string domain = name.substr(std::string_view("archive/").size());
    return is_safe_domain(domain) ? "mail/archive/" + domain : "";
  }
  const auto parts = split_address(name);
  if (!parts || !is_bearable_local_part(parts->local_part) || !is_safe_domain(parts->domain)) return "";
  return "mail/" + parts->domain + "/" + parts->local_part;
}

}  // namespace mailhaul::account::cpanel
