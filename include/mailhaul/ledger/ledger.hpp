#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/ledger/row.hpp"
#include "mailhaul/mail/uid.hpp"
#include "mailhaul/store/account_settings.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::ledger {

/// Which two stores a ledger is about. Locations are canonical text ("maildir:/home/bob/Maildir").
struct Pair {
  std::string source{};
  std::string target{};
  store::StoreId source_id{};
  store::StoreId target_id{};
};

/// What is known of a folder at one end.
struct FolderState {
  std::optional<store::Stamp> stamp{};  ///< of the last listing that the rows agree with; never a young one
  std::uint64_t messages = 0;           ///< how many that listing had; with a stamp
  std::optional<mail::UidValidity> uid_validity{};
  /// Source folders: the name at the target that was asked for, and the one it got (fitting names).
  std::optional<store::FolderRef> wanted{};
  std::optional<store::FolderRef> given{};
  /// Target folders: finish() was done after the last message that this pair wrote there.
  bool finished = true;
  std::string list_digest{};  ///< Target folders: of the list of UIDs, as this pair last wrote it
  bool was_made = false;      ///< a run opened it to write: when it is not there now its user removed it (R6)
  bool operator==(const FolderState&) const = default;
};

struct Folder {
  FolderId id = 0;
  store::FolderRef ref{};
  FolderState state{};
};

/// One run, for `mailhaul runs`.
struct Run {
  std::int64_t id = 0;
  std::chrono::sys_seconds began{};
  std::optional<std::chrono::sys_seconds> ended{};  ///< unset: it was killed, or goes on
  std::uint64_t source_messages = 0;
  std::uint64_t copied = 0;
  std::uint64_t adopted = 0;
  std::uint64_t flags_changed = 0;
  std::uint64_t moved = 0;
  std::uint64_t removed = 0;
  std::uint64_t failed = 0;
  std::uint64_t octets_copied = 0;
  int status = 0;
  std::string verdict{};
  std::vector<std::string> failures{};  ///< one line each, escaped at the output (S14)
};

/// One setting beside the mail, as the last run left or saw it: a keyed digest of each end as it read there (two
/// formats are never compared), unset where it was not. `ours`: both were the same, or a run wrote the target's; else
/// the target's is its own and stays. `from`: what it is called at the source, for it is gone there only when that is.
struct SettingBase {
  std::optional<std::string> source{};
  std::optional<std::string> target{};
  bool ours = false;
  bool is_in_progress = false;  ///< a run has begun to write it: where none ended since, half of it may be there (D4)
  store::SettingId from{};
  bool operator==(const SettingBase&) const = default;
};

/// Counts of rows, by what they mean (see Row).
struct Counts {
  std::uint64_t known = 0;
  std::uint64_t removed_at_target = 0;
  std::uint64_t removed_at_source = 0;  ///< `ours`
  std::uint64_t only_at_target = 0;     ///< not `ours`
  std::uint64_t tombstones = 0;
};

/// The base of the three-way merge of one pair of stores: what the last run left behind at both ends. An SQLite file of
/// the root-only state directory (D4, D8, D9). It may know less than the truth, never more: what is written here must
/// be durable at the target before. After a failure nothing more is read or written: every later call throws the same
/// Error, and what was not committed is forgotten.
///
/// Any number of threads; calls are serialised inside. A callback must not call the ledger. Every failure is an Error
/// of scope run that names the file: no_space (full disk), locked (another run has it), damaged (not a ledger, fails
/// its check, of another pair), unsupported (of a newer version), cannot_create (read-only place), io_error.
class Ledger {
 public:
  enum class Mode {
    lasting,  ///< commit() makes durable
    preview,  ///< nothing of what is written lasts; a file that is not there is not made
  };
  /// Opens the ledger at `path`, made (0600) with secrets of its own where there is none. Refused, with a line that
  /// says what to do: a file that is no ledger, fails its check, comes from a newer version or is about other
  /// locations. Older versions are migrated.
  [[nodiscard]] static Ledger open(const std::string& path, const Pair& pair, Entropy& entropy, Mode mode);
  /// One that lasts as long as the object, for stores without a memory between runs.
  [[nodiscard]] static Ledger in_memory(Entropy& entropy);
  /// Opens an existing one for looking only: `runs`, `verify`. Whatever pair it is of. Error(not_found) where there is
  /// none, or one that was never committed. While it is open no run can begin.
  [[nodiscard]] static Ledger open_to_read(const std::string& path);

  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();  ///< what was not committed is forgotten

  [[nodiscard]] const Pair& pair() const;  ///< as recorded, before renew_identity()
  [[nodiscard]] const mail::KeySecrets& secrets() const;
  [[nodiscard]] bool is_new() const;  ///< it has never been committed: no run before this one
  /// The store at this location is another than the recorded one (another inode, another file system).
  [[nodiscard]] bool was_replaced(Side side, const store::StoreId& now) const;
  /// Records the identity now, and forgets all stamps of that side: the next run trusts nothing it did not see.
  void renew_identity(Side side, const store::StoreId& now);

  /// The boot of the machine in which a run wrote mail without syncing it (`--fsync=none`); empty: none did. After
  /// another boot what the rows say about the target may be more than what is there.
  [[nodiscard]] std::string unsynced_boot();
  void set_unsynced_boot(std::string_view boot);
  /// A power cut may take the last commits, though it leaves the ledger whole: for runs that promise no more for the
  /// mail. Before the first write.
  void sync_less();

  /// Its id, made where it is new.
  [[nodiscard]] FolderId folder_id(Side side, const store::FolderRef& folder);
  /// Nothing: no run has seen that folder.
  [[nodiscard]] std::optional<Folder> find_folder(Side side, const store::FolderRef& folder);
  [[nodiscard]] std::optional<Folder> folder(FolderId id);
  [[nodiscard]] std::vector<Folder> folders(Side side);
  /// Writes nothing when nothing changed (R8). A young stamp is stored as none.
  void set_state(FolderId folder, const FolderState& state);

  /// Returns the id of the new row; `row.id` is not looked at.
  RowId add(const Row& row);
  /// Many in less time; each gets a higher id than the one before it.
  void add_all(std::span<const Row> rows);
  /// Writes nothing when nothing changed (R8).
  void update(const Row& row);
  void forget(RowId row);
  [[nodiscard]] std::optional<Row> row(RowId id);

  /// Rows that have an end in that folder, in the order of their ids.
  void each_in(Side side, FolderId folder, const std::function<void(const Row&)>& visit);
  /// The same rows, of each only that end: for who goes through all of a large folder.
  void each_end_in(Side side, FolderId folder, const std::function<void(const End&)>& visit);
  /// Of the rows with both ends, the source's in that folder and the target's in that one, that have a UID, in no
  /// order: the handle at the target (good within the call) and what the message was called at the source.
  void each_numbered(FolderId source_folder, FolderId target_folder,
                     const std::function<void(std::string_view, const mail::ServerIds&)>& visit);
  /// Rows that have lost the end that they had in that folder, in the order of their ids: with Side::target those of
  /// the source only, with Side::source those of the target only that are `ours`, and tombstones with both.
  void each_gone_from(Side side, FolderId folder, const std::function<void(const Row&)>& visit);
  /// Rows at the target in that folder that have no end at the source: what an unknown source message may turn out to
  /// be.
  void each_without_source(FolderId target_folder, const std::function<void(const Row&)>& visit);
  /// How many rows have an end in that folder.
  [[nodiscard]] std::uint64_t count_in(Side side, FolderId folder);
  [[nodiscard]] bool has_any(Side side, FolderId folder);
  /// How many of those at the target were at both ends.
  [[nodiscard]] std::uint64_t count_ours(FolderId target_folder);
  [[nodiscard]] Counts counts();
  /// Of the rows with `source_folder` that one. Costs no walk over rows.
  [[nodiscard]] Counts counts_of_source(FolderId folder);

  /// A subscription or an access list that was brought over: what its user removes at the target stays removed.
  [[nodiscard]] bool has_setting(std::string_view kind, const store::FolderRef& folder);
  void add_setting(std::string_view kind, const store::FolderRef& folder);

  /// Nothing: no run has seen that setting of an account, by its name at the target.
  [[nodiscard]] std::optional<SettingBase> find_base(const store::SettingId& setting);
  /// Writes nothing when nothing changed (R8).
  void set_base(const store::SettingId& setting, const SettingBase& base);
  /// All that some run has seen, by their names at the target.
  [[nodiscard]] std::vector<store::SettingId> settings_with_base();
  /// No run has seen it, from now on.
  void forget_base(const store::SettingId& setting);

  /// Begins a run: its number.
  std::int64_t begin_run(std::chrono::sys_seconds now);
  void end_run(const Run& run);
  [[nodiscard]] std::vector<Run> runs();  ///< the oldest first

  /// Durable when it returns (synchronous=FULL): all that was written since the last one. Nothing is written when
  /// nothing changed. Counts of rows written since open(), for R8.
  void commit();
  [[nodiscard]] std::uint64_t rows_written() const;

 private:
  class Database;
  explicit Ledger(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace mailhaul::ledger
