#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/folder_layout.hpp"
#include "formats/maildir/known_listings.hpp"
#include "formats/maildir/shared_list.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::maildir {

/// One tree: its root, how folders are named in it, and what directory each is in. Any number of threads.
class Tree {
 public:
  Tree(Context& context, fs::Directory root, const TreeOptions& said);

  [[nodiscard]] Context& context() const { return context_; }
  [[nodiscard]] const fs::Directory& root() const { return root_; }
  [[nodiscard]] const Naming& naming() const { return naming_; }
  [[nodiscard]] Side side() const { return root_.rules().side; }
  [[nodiscard]] store::StoreId identity() const;

  /// Lists the root anew: INBOX first, the others sorted.
  [[nodiscard]] std::vector<mail::FolderName> folders();
  /// What directory each folder is in, as listed last; INBOX is not among them.
  [[nodiscard]] std::map<mail::FolderName, std::string> directories();
  /// Nothing when the folder does not exist. Error of scope folder when it may not be opened.
  [[nodiscard]] std::optional<FolderDirectories> find(const store::FolderRef& folder);
  /// The directory that holds, or shall hold, a folder; "" is the root. Error(unsupported) where none can.
  [[nodiscard]] std::string directory_for(const store::FolderRef& folder);
  /// The folder was made.
  void made(const store::FolderRef& folder, const std::string& directory);

  /// A folder has that UIDVALIDITY.
  void used(mail::UidValidity validity);
  /// Of those in use; 0 where there is none.
  [[nodiscard]] mail::UidValidity largest_validity();

  [[nodiscard]] SharedLists& shared_lists() { return shared_lists_; }
  [[nodiscard]] KnownListings& known_listings() { return known_listings_; }

  /// Hands a finding on, once: a folder is listed several times in a run.
  void tell(const Finding& finding);

 private:
  void list_folders();
  void tell_undotted();
  void note_unread(FindingKind kind, const std::string& where, const std::string& text);
  [[nodiscard]] std::optional<std::string> directory_of(const store::FolderRef& folder);

  Context& context_;
  fs::Directory root_;
  Naming naming_;
  bool layout_is_said_;
  bool among_mailboxes_;
  std::mutex mutex_;
  std::optional<std::map<mail::FolderName, std::string>> directories_;
  mail::UidValidity largest_validity_{};
  SharedLists shared_lists_;
  KnownListings known_listings_;
  std::mutex told_mutex_;
  std::set<std::string> told_;
};

/// The open parts of a folder's directory; missing ones stay away.
[[nodiscard]] FolderDirectories open_parts(const fs::Directory& home);

}  // namespace mailhaul::formats::maildir
