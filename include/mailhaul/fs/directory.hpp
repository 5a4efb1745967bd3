#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/fs/kernel.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

/// How durable a finished batch is (D1, D2). `batch`: syncfs where it is sound, else fsync each.
enum class Durability { batch, each, none };

/// What every rooted handle of one run shares.
struct Rules {
  Side side = Side::source;   ///< source: O_NOATIME, nothing is ever created or locked by name
  bool cross_mounts = false;  ///< S2: leave NO_XDEV out
  bool allow_sparse = false;  ///< S13
  Durability durability = Durability::batch;
  std::vector<uid_t> more_owners{};  ///< S6: accepted beside the owner of the root
  /// Names are taken as the runner, not as each directory's owner (S9): a tree whose owners and modes are wrong can be
  /// mended by root alone (S7).
  bool as_runner = false;
};

/// Owner and permissions that something new is born with (S7): explicit, never taken from a source file.
struct Birth {
  Owner owner{};
  mode_t file_mode = 0600;
  mode_t directory_mode = 0700;
};

/// Why a leaf was not opened. An ordinary outcome: the caller counts it and goes on.
enum class Refusal { none, missing, symlink, special, directory, foreign_owner, sparse, other_mount };

struct OpenResult {
  std::optional<File> file{};
  Refusal refusal = Refusal::none;
};

enum class LinkResult { done, exists };

/// A directory below (or at) a root that the operator named: the only way into a customer's tree.
///
/// Names are single components or relative paths whose components are none of "", "." and "..": anything else is an
/// Error(Cause::refused). No symlink is followed, no mount point crossed (S2, S3). Copies share one descriptor.
/// Errors carry the side of the rules and a readable place. One thread at a time; copies count as one.
class Directory {
 public:
  /// Opens the operator's own path (S1): symlinks in it are allowed only when root or the runner owns them.
  static Directory open_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path, const Rules& rules);
  /// As open_root; nothing when the path does not exist.
  static std::optional<Directory> find_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path,
                                            const Rules& rules);
  /// Opens the root and makes its last component where it is missing. Error(Cause::cannot_create) when it can't.
  /// Its name in the directory above is durable when this returns (unless Durability::none).
  static Directory make_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path, const Rules& rules,
                             const Birth& birth);

  /// fstat of when it was opened: identity and owner.
  [[nodiscard]] const Status& opened_as() const;
  [[nodiscard]] Status status_now() const;
  /// The file system it is on: by its own id, which a reboot leaves as it is, where it has one; else by st_dev.
  [[nodiscard]] std::uint64_t file_system() const;
  /// Whether equal times prove that no entry came, went or got another name (see Kernel::is_local_file_system).
  [[nodiscard]] bool has_exact_times() const;
  /// For messages only; never given back to the kernel.
  [[nodiscard]] const std::string& place() const;
  [[nodiscard]] const Rules& rules() const;
  [[nodiscard]] Kernel& kernel() const;
  [[nodiscard]] Entropy& entropy() const;
  [[nodiscard]] int descriptor() const;
  /// Whether `owner` may own what is read here (S6): the root's owner or one of Rules::more_owners.
  [[nodiscard]] bool allows(uid_t owner) const;
  /// The same directory with owners of `root_owner` allowed; for a store whose root is a file (mbox).
  [[nodiscard]] Directory with_owner(uid_t root_owner) const;

  [[nodiscard]] Directory open_directory(const std::string& path) const;
  /// Nothing when it is missing. A symlink, a file or a foreign owner in its place: Error(Cause::refused).
  [[nodiscard]] std::optional<Directory> find_directory(const std::string& path) const;
  /// Makes it, or opens what is there. New: owner and mode of `birth` before anybody can see anything in it.
  /// Not durable by itself: give it and its parent to DurableBatch::also_sync (D1).
  [[nodiscard]] Directory make_directory(const std::string& name, const Birth& birth) const;

  /// A symlink that says `text`, relative and never upwards, and belongs to the directory's owner. Not durable by
  /// itself.
  [[nodiscard]] LinkResult make_symlink(const std::string& name, const std::string& text) const;

  /// fstatat without following; nothing when missing. Never permission to do something by that name (S5).
  [[nodiscard]] std::optional<Status> look_at(const std::string& name) const;
  /// The text of a symlink, which is told and never followed; nothing when there is none of that name.
  [[nodiscard]] std::optional<std::string> link_text(const std::string& name) const;
  /// Each entry but "." and "..", in the kernel's order, through a descriptor of its own (a fresh listing each time).
  void list(const std::function<void(const Entry&)>& take) const;

  /// S5, S6: opens a regular file for reading; `hint` (d_type) keeps devices from even being opened.
  [[nodiscard]] OpenResult open_file(const std::string& name, EntryKind hint = EntryKind::unknown) const;
  /// As open_file, for reading and writing in place (an mbox under its lock).
  [[nodiscard]] OpenResult open_file_for_update(const std::string& name) const;
  /// A file nobody can see yet, in this directory's file system (S8). Where O_TMPFILE is missing it has its temporary
  /// name in this very directory: call it where readers don't look (the tmp/ of a Maildir).
  [[nodiscard]] NewFile create_file() const;
  /// The same where readers do look (the cur/ of a Maildir): where O_TMPFILE is missing it has its temporary name in
  /// `unseen`. A file that is made where it gets its name needs no move between two directories, each of which landlock
  /// would be asked about.
  [[nodiscard]] NewFile create_file(const Directory& unseen) const;

  /// RENAME_NOREPLACE after a look that `from` is still `expected`. Missing or another file: nothing is done, `false`
  /// in `found`.
  struct RenameOutcome {
    bool found = false;
    LinkResult result = LinkResult::done;
  };
  [[nodiscard]] RenameOutcome rename(const std::string& from, const FileId& expected, const Directory& to_directory,
                                     const std::string& to) const;
  /// As rename, into another directory and in one step: at no time has the file two names or none. What came there is
  /// looked at again, and another file that took the old name meanwhile goes back to it.
  /// Error(Cause::unsupported, folder): between two file systems, or on one that can't do it.
  [[nodiscard]] RenameOutcome move(const std::string& from, const FileId& expected, const Directory& to_directory,
                                   const std::string& to) const;
  /// S11: unlinks `name` when it still is `expected`; false when it is not.
  bool remove(const std::string& name, const FileId& expected) const;
  /// fsync of the directory.
  void sync() const;

 private:
  struct Handle;
  explicit Directory(std::shared_ptr<const Handle> handle);
  [[nodiscard]] OpenResult open_leaf(const std::string& name, EntryKind hint, int access) const;
  [[nodiscard]] NewFile create_named_file() const;
  std::shared_ptr<const Handle> handle_;
};

/// Splits an operator's path into the directory that holds it and the last name: "/var/mail/bob" -> {"/var/mail",
/// "bob"}.
struct ParentAndName {
  std::string parent;
  std::string name;
};
[[nodiscard]] ParentAndName split_operator_path(const std::string& operator_path);

/// Which directory an operator's path leads to (S1), and those above it, upwards by "..", so through no symlink; at
/// most 256. Empty when it leads to none, or where we may not go.
[[nodiscard]] std::vector<FileId> lineage_of(Kernel& kernel, const std::string& operator_path);

}  // namespace mailhaul::fs
