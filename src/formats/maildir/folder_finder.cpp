#include "formats/maildir/folder_finder.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "formats/maildir/folder_layout.hpp"
#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// Directories of a tree with LAYOUT=fs that are looked into. A home directory named by mistake ends here.
constexpr std::size_t most_directories = 100'000;

bool has_any(const fs::Directory& directory, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return directory.look_at(name).has_value(); });
}

bool has_mail(const fs::Directory& directory) {
  bool found = false;
  for (const char* part : {"cur", "new"})
    if (const auto opened = directory.find_directory(part))
      opened->list([&](const fs::Entry& entry) { found = found || kind_of(entry.name) != NameKind::hidden; });
  return found;
}

bool is_part(const std::string& name) { return name == "cur" || name == "new" || name == "tmp"; }

/// ".dovecot.sieve" is a link by design (maildir.md section 5) and no folder.
bool is_known_link(const std::string& name) { return name.rfind(".dovecot.", 0) == 0; }

fs::EntryKind kind_at(const fs::Directory& directory, const fs::Entry& entry) {
  if (entry.kind != fs::EntryKind::unknown) return entry.kind;
  const auto status = directory.look_at(entry.name);
  return status ? status->kind : fs::EntryKind::unknown;
}

void note_closed(const NoteUnread& note, const std::string& where, const Error& error) {
  note(error.cause() == Cause::refused ? FindingKind::foreign_owner : FindingKind::unreadable, where,
       "a directory that could be a folder was not opened: " + error.reason());
}

/// Dovecot makes a folder of the file that says which format a cPanel mailbox has.
constexpr const char* format_marker = ".mailbox_format.cpanel";

/// cPanel's ".bob@example_com", through which the owner of an account sees the mailboxes in it.
bool is_link_to_mailbox(const std::string& name) { return name.find('@') != std::string::npos; }

/// `name` begins with a dot.
void take_dotted(const fs::Directory& root, const std::string& name, fs::EntryKind kind, const NoteUnread& note,
                 OtherMailboxes others, std::vector<std::string>& folders) {
  if (kind == fs::EntryKind::symlink) {
    const bool is_others = others == OtherMailboxes::yes && is_link_to_mailbox(name);
    if (!is_known_link(name) && !is_others)
      note(FindingKind::symlink, name, "a symbolic link where a folder could be: not followed");
    return;
  }
  if (kind != fs::EntryKind::directory) return;
  try {
    const auto directory = root.find_directory(name);
    if (!directory || !is_folder(*directory)) return;
    // maildir.md section 9. Only mail in there makes it worth a name of its own.
    const bool is_marker = others == OtherMailboxes::yes && name == format_marker;
    if ((is_hidden_by_root(name) || is_marker) && !has_mail(*directory)) return;
    folders.push_back(name);
  } catch (const Error& error) {
    note_closed(note, name, error);
  }
}

/// Walks directories in directories, without recursion (S13).
class NestedFolders {
 public:
  NestedFolders(const fs::Directory& root, const NoteUnread& note) : root_(root), note_(note) {}

  std::vector<std::string> find() {
    look_into(root_, "", 0);
    return go_on();
  }

  /// Only below these directories of the root.
  std::vector<std::string> find_below(const std::vector<std::string>& names) {
    for (const std::string& name : names) waiting_.emplace_back(name, 1);
    return go_on();
  }

 private:
  std::vector<std::string> go_on() {
    for (std::size_t seen = 0; !waiting_.empty(); ++seen) {
      const auto [path, depth] = std::move(waiting_.back());
      waiting_.pop_back();
      if (seen == most_directories) {
        note_(FindingKind::over_limit, path, "more directories than are looked into: folders here are not read");
        break;
      }
      take(path, depth);
    }
    return std::move(folders_);
  }

  void take(const std::string& path, std::size_t depth) {
    try {
      const auto directory = root_.find_directory(path);
      if (!directory) return;
      const bool hidden = depth == 1 && is_hidden_by_root(path, {Layout::fs, false}) && !has_mail(*directory);
      if (is_folder(*directory) && !hidden) folders_.push_back(path);
      look_into(*directory, path, depth);
    } catch (const Error& error) {
      note_closed(note_, path, error);
    }
  }

  void look_into(const fs::Directory& directory, const std::string& path, std::size_t depth) {
    directory.list([&](const fs::Entry& entry) {
      if (is_part(entry.name)) return;
      const fs::EntryKind kind = kind_at(directory, entry);
      const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
      if (kind == fs::EntryKind::symlink && !is_known_link(entry.name))
        note_(FindingKind::symlink, below, "a symbolic link where a folder could be: not followed");
      if (kind != fs::EntryKind::directory) return;
      if (depth == deepest_folder)
        note_(FindingKind::over_limit, below, "deeper than 64 levels: not read");
      else
        waiting_.emplace_back(below, depth + 1);
    });
  }

  const fs::Directory& root_;
  const NoteUnread& note_;
  std::vector<std::pair<std::string, std::size_t>> waiting_;
  std::vector<std::string> folders_;
};

}  // namespace

bool is_folder(const fs::Directory& directory) { return has_any(directory, {"cur", "new", "tmp"}); }

std::vector<std::string> find_folders(const fs::Directory& root, Layout layout, const NoteUnread& note,
                                      OtherMailboxes others) {
  if (layout == Layout::fs) return NestedFolders(root, note).find();
  std::vector<std::string> folders;
  root.list([&](const fs::Entry& entry) {
    if (entry.name.front() == '.') take_dotted(root, entry.name, kind_at(root, entry), note, others, folders);
  });
  return folders;
}

std::vector<std::string> find_undotted(const fs::Directory& root) {
  std::vector<std::string> names;
  root.list([&](const fs::Entry& entry) {
    const bool may_be = entry.name.front() != '.' && !is_part(entry.name);
    if (may_be && kind_at(root, entry) == fs::EntryKind::directory) names.push_back(entry.name);
  });
  if (names.empty()) return {};
  std::vector<std::string> found = NestedFolders(root, [](auto, const auto&, const auto&) {}).find_below(names);
  // Other programs have a "tmp" too: Sieve's directory is no folder.
  const auto is_none = [&](const std::string& path) {
    try {
      const auto directory = root.find_directory(path);
      return !directory || !has_any(*directory, {"cur", "new"});
    } catch (const Error&) {
      return true;
    }
  };
  found.erase(std::remove_if(found.begin(), found.end(), is_none), found.end());
  std::sort(found.begin(), found.end());
  return found;
}

std::string find_marked_folder(const fs::Directory& root) {
  std::string first;
  root.list([&](const fs::Entry& entry) {
    if (entry.name.front() != '.' || (!first.empty() && first < entry.name)) return;
    try {
      if (kind_at(root, entry) != fs::EntryKind::directory) return;
      const auto directory = root.find_directory(entry.name);
      const auto marker = directory ? directory->look_at("maildirfolder") : std::nullopt;
      if (marker && marker->kind == fs::EntryKind::regular && is_folder(*directory)) first = entry.name;
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      // Closed to us: it proves nothing.
    }
  });
  return first;
}

}  // namespace mailhaul::formats::maildir
