#include "formats/maildir/tree.hpp"

#include <utility>

#include "formats/maildir/folder_finder.hpp"
#include "formats/maildir/recognise.hpp"

namespace mailhaul::formats::maildir {

Tree::Tree(Context& context, fs::Directory root, const TreeOptions& said)
    : context_(context),
      root_(std::move(root)),
      naming_(recognise(root_, said).naming),
      layout_is_said_(said.layout.has_value()),
      among_mailboxes_(said.among_mailboxes) {}

FolderDirectories open_parts(const fs::Directory& home) {
  return {home, home.find_directory("new"), home.find_directory("cur")};
}

store::StoreId Tree::identity() const {
  return {"maildir:" + std::to_string(root_.file_system()) + ":" + std::to_string(root_.opened_as().id.inode) + ":" +
          root_.place()};
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

/// Nothing is missing by them at the target, nor where the operator has said what the layout is.
void Tree::tell_undotted() {
  const bool is_missing = side() == Side::source && !layout_is_said_;
  for (const std::string& path : find_undotted(root_))
    tell({FindingKind::ignored_file,
          is_missing ? Weight::failed : Weight::note,
          {},
          path,
          "a directory with cur or new that is no Maildir++ folder: not read (a tree of such folders is "
          "maildir:DIR:LAYOUT=fs)"});
}

void Tree::list_folders() {
  auto directories = find_folders(
      root_, naming_.layout,
      [this](FindingKind kind, const std::string& where, const std::string& text) { note_unread(kind, where, text); },
      among_mailboxes_ ? OtherMailboxes::yes : OtherMailboxes::no);
  if (naming_.layout == Layout::maildir_plus_plus && !among_mailboxes_) tell_undotted();
  std::map<mail::FolderName, std::string> found;
  for (NamedDirectory& named : name_folders(std::move(directories), naming_)) {
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

std::map<mail::FolderName, std::string> Tree::directories() {
  const std::lock_guard guard(mutex_);
  if (!directories_) list_folders();
  return *directories_;
}

std::optional<std::string> Tree::directory_of(const store::FolderRef& folder) {
  if (!folder.mailbox.empty()) return std::nullopt;
  if (folder.folder.is_inbox()) return "";
  if (!directories_) list_folders();
  if (const auto it = directories_->find(folder.folder); it != directories_->end()) return it->second;
  return folder_directory(folder.folder, naming_);
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
      .because("this tree has no name for it: a level holds what none may, or it is too long")
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
