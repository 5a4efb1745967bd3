#include "formats/maildir/tree.hpp"

#include <algorithm>
#include <utility>

#include "formats/maildir/folder_layout.hpp"
#include "formats/maildir/name.hpp"

namespace mailhaul::formats::maildir {

namespace {

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

}  // namespace

FolderDirectories open_parts(const fs::Directory& home) {
  return {home, home.find_directory("new"), home.find_directory("cur")};
}

store::StoreId Tree::identity() const {
  const fs::FileId id = root_.opened_as().id;
  return {"maildir:" + std::to_string(id.device) + ":" + std::to_string(id.inode) + ":" + root_.place()};
}

void Tree::tell(const Finding& finding) {
  constexpr std::size_t most_remembered = 4096;
  const std::string key = std::to_string(static_cast<int>(finding.kind)) + '\0' + finding.folder + '\0' +
                          finding.where + '\0' + finding.text;
  {
    const std::lock_guard guard(told_mutex_);
    if (told_.count(key) != 0) return;
    if (told_.size() < most_remembered) told_.insert(key);
  }
  context_.findings.add(finding);
}

void Tree::note_unread(FindingKind kind, const std::string& where, const std::string& text) {
  // At the target nothing is missing by it: we only add.
  tell({kind, side() == Side::target ? Weight::note : Weight::failed, {}, where, text});
}

void Tree::take_root_entry(const fs::Entry& entry, std::vector<std::string>& directories) {
  const std::string& name = entry.name;
  if (name == "cur" || name == "new" || name == "tmp") return;
  const bool is_dotted = name.front() == '.';
  fs::EntryKind kind = entry.kind;
  if (kind == fs::EntryKind::unknown) {
    const auto status = root_.look_at(name);
    kind = status ? status->kind : fs::EntryKind::unknown;
  }
  if (kind == fs::EntryKind::symlink && is_dotted) {
    // ".dovecot.sieve" is a link by design (maildir.md section 5) and no folder.
    if (name.rfind(".dovecot.", 0) != 0)
      note_unread(FindingKind::symlink, name, "a symbolic link where a folder could be: not followed");
    return;
  }
  if (kind != fs::EntryKind::directory) return;
  try {
    const auto directory = root_.find_directory(name);
    if (!directory) return;
    if (!is_dotted) {
      if (has_any(*directory, {"cur", "new"}))
        note_unread(FindingKind::ignored_file, name,
                    "a directory with cur or new that is no Maildir++ folder (LAYOUT=fs?): not read");
      return;
    }
    if (!has_any(*directory, {"cur", "new", "tmp"})) return;
    // maildir.md section 9. Only mail in there makes it worth a name of its own.
    if (is_hidden_by_root(name) && !has_mail(*directory)) return;
    directories.push_back(name);
  } catch (const Error& error) {
    if (!is_dotted) return;
    note_unread(error.cause() == Cause::refused ? FindingKind::foreign_owner : FindingKind::unreadable, name,
                "a directory that could be a folder was not opened: " + error.reason());
  }
}

void Tree::list_folders() {
  std::vector<std::string> directories;
  root_.list([&](const fs::Entry& entry) { take_root_entry(entry, directories); });
  std::map<mail::FolderName, std::string> found;
  for (NamedDirectory& named : name_folders(std::move(directories))) {
    if (!named.remark.empty())
      tell({FindingKind::folder_name, Weight::note, named.folder.display(), named.directory, named.remark});
    found.emplace(std::move(named.folder), std::move(named.directory));
  }
  directories_ = std::move(found);
}

std::vector<mail::FolderName> Tree::folders() {
  const std::lock_guard guard(mutex_);
  list_folders();
  std::vector<mail::FolderName> out{mail::FolderName{}};
  for (const auto& entry : *directories_) out.push_back(entry.first);
  return out;
}

std::optional<std::string> Tree::directory_of(const store::FolderRef& folder) {
  if (!folder.mailbox.empty()) return std::nullopt;
  if (folder.folder.is_inbox()) return "";
  if (!directories_) list_folders();
  if (const auto it = directories_->find(folder.folder); it != directories_->end()) return it->second;
  return folder_directory(folder.folder);
}

std::optional<FolderDirectories> Tree::find(const store::FolderRef& folder) {
  const std::lock_guard guard(mutex_);
  const auto directory = directory_of(folder);
  if (!directory) return std::nullopt;
  try {
    if (directory->empty()) return open_parts(root_);
    const auto home = root_.find_directory(*directory);
    if (!home) return std::nullopt;
    return open_parts(*home);
  } catch (Error& error) {
    throw error.in(folder.display());
  }
}

std::string Tree::directory_for(const store::FolderRef& folder) {
  if (!folder.mailbox.empty()) {
    throw Error(Cause::unsupported, Scope::mailbox, "making a folder")
        .in(folder.display())
        .because("a Maildir holds the mail of one mailbox")
        .on(side());
  }
  const std::lock_guard guard(mutex_);
  if (auto directory = directory_of(folder)) return *directory;
  throw Error(Cause::unsupported, Scope::folder, "making a folder")
      .in(folder.display())
      .because("Maildir++ has no name for it: a level holds '.' or '/', or the whole name is over 255 octets")
      .hint("give it another name with --map-folder")
      .on(side());
}

void Tree::made(const store::FolderRef& folder, const std::string& directory) {
  const std::lock_guard guard(mutex_);
  if (directories_ && !directory.empty()) directories_->emplace(folder.folder, directory);
}

void Tree::used(mail::UidValidity validity) {
  const std::lock_guard guard(mutex_);
  largest_validity_.value = std::max(largest_validity_.value, validity.value);
}

mail::UidValidity Tree::largest_validity() {
  const std::lock_guard guard(mutex_);
  return largest_validity_;
}

}  // namespace mailhaul::formats::maildir
