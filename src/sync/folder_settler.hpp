#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "listing.hpp"
#include "mailhaul/sync/copier.hpp"
#include "mailhaul/sync/match.hpp"
#include "settling.hpp"

namespace mailhaul::sync {

/// What is known of one target folder and of the source folders that go there before it is settled.
struct FolderPlan {
  const FolderTask* task = nullptr;
  const Listing* target = nullptr;
  /// Of the task's source folders, in order; null: no run has copied from it, so it is read as it comes.
  std::vector<const Listing*> sources{};
};

/// Brings what is new at the source to one target folder: copies, adopts what is there already, recognises what was
/// moved, and gives the folder its UIDs. What rows know already is settled before (settle_rows). One thread.
class FolderSettler {
 public:
  FolderSettler(const Settling& run, const FolderPlan& plan);

  /// Outcomes of the task's source folders, in order. An Error that ended a folder is in its outcome; of what was
  /// committed before it, all that could be flushed was.
  [[nodiscard]] std::vector<FolderOutcome> settle();
  /// Something was written to the target folder, so the stamp of its listing is worth nothing.
  [[nodiscard]] bool has_written() const { return has_written_; }
  /// A message that moved at the source could not be carried to this folder: the next run has to look again.
  [[nodiscard]] bool is_complete() const { return still_to_carry_ == 0; }

 private:
  /// A committed message whose receipt is still to come.
  struct Pending {
    FolderOutcome* outcome;
    ledger::Sighting source{};
    mail::ContentKey key{};
    std::uint64_t octets = 0;
    mail::ServerIds ids{};
    ledger::Sighting written{};          ///< its flags at the target
    std::optional<RowChange> carried{};  ///< from another folder of the target
  };
  /// A message at the target that a row is to be recorded for once its flags are changed.
  struct WantedFlags {
    FolderOutcome* outcome;
    store::MessageInfo info{};  ///< of the source
    ledger::Row row{};          ///< as it shall be, but for the change
    store::FlagChange change{};
  };
  /// A message while it is read.
  struct Read {
    mail::ContentKey key{};
    std::optional<mail::ContentKey> confirmation{};
    std::uint64_t octets = 0;
  };

  void check_stop() const;
  [[nodiscard]] static ledger::Sighting sighting_of(const store::MessageInfo& info) {
    return {info.handle, info.flags, info.keywords};
  }
  [[nodiscard]] store::FolderInfo folder_info();
  [[nodiscard]] store::FolderWriter& writer();
  void open_writer();
  [[nodiscard]] bool is_first_run() const;
  void load_candidates();
  void settle_source(std::size_t index, FolderOutcome& outcome);
  void settle_listed(const Listing& listing, FolderOutcome& outcome);
  void walk(const store::FolderRef& source, FolderOutcome& outcome);
  void settle_message(store::MessageCursor& cursor, const Stranger* stranger, FolderOutcome& outcome);
  void copy_at_once(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome);
  void copy_unless_there(store::MessageCursor& cursor, io::Source& content, const Stranger* stranger,
                         FolderOutcome& outcome);
  [[nodiscard]] bool recognise(const store::MessageInfo& info, const Read& read, FolderOutcome& outcome);
  [[nodiscard]] bool recognise_vanished(const store::MessageInfo& info, const Read& read, FolderOutcome& outcome);
  [[nodiscard]] bool carry(RowChange change, const store::MessageInfo& info, const Read& read, FolderOutcome& outcome);
  void write_carried(const RowChange& change, store::MessageInfo info, std::unique_ptr<store::MessageWriter>& message);
  void record_carried(const RowChange& change, ledger::Row row, ledger::Sighting copy);
  void record_on_their_way();
  [[nodiscard]] bool is_confirmed(const store::FolderRef& folder, const store::Handle& handle, const Read& read) const;
  void adopt(const store::MessageInfo& info, const Candidate& candidate, FolderOutcome& outcome);
  void record(const store::MessageInfo& info, ledger::Row row, store::FlagChange change, FolderOutcome& outcome);
  void commit(store::MessageCursor& cursor, store::MessageWriter& message, const Read& read, FolderOutcome& outcome);
  [[nodiscard]] static ledger::Sighting as_carried(const RowChange& change, const ledger::Sighting& source);
  void left_out(const store::MessageInfo& info, FolderOutcome& outcome);
  void failed(const store::FolderRef& source, const store::MessageInfo& info, const Error& error,
              FolderOutcome& outcome);
  /// `is_last`: where handles don't last flags are changed only then, and with the copies: a file that was rewritten
  /// has its messages elsewhere.
  void flush(bool is_last = false);
  void record_copies(const std::vector<store::Receipt>& receipts);
  void record_flags(const std::vector<store::Receipt>& receipts, std::size_t first);
  void write_again(const std::vector<Pending>& lost);
  void write_one_again(store::MessageCursor& cursor, const Pending& lost);
  void finish(FolderOutcome& outcome);
  void rescue_batch();
  [[nodiscard]] ledger::FolderId source_id(const FolderOutcome& outcome);

  const Settling& run_;
  const FolderPlan& plan_;
  const FolderTask& task_;
  store::Capabilities abilities_;
  bool keeps_uids_;  ///< the target wants the UIDs in finish()
  ledger::FolderId target_id_ = 0;
  std::vector<ledger::FolderId> source_ids_{};
  ContentIndex index_;
  store::FolderInfo info_{};  ///< of the source folder, as it was when the writer was opened
  std::unique_ptr<store::FolderWriter> writer_;
  std::vector<Pending> pending_;
  std::vector<WantedFlags> wanted_flags_;
  std::uint64_t flags_refused_ = 0;      ///< the target can't change flags
  std::uint64_t flags_not_changed_ = 0;  ///< it can, but not these
  std::vector<FolderOutcome>* outcomes_ = nullptr;
  bool is_numbered_ = false;  ///< one of several source folders has UIDs that the target could keep
  bool has_no_room_ = false;  ///< the source has UIDs, but none left for messages to come
  bool has_written_ = false;
  std::optional<RowChange> carried_{};  ///< the message that is being copied, where it was
  std::uint64_t still_to_carry_ = 0;
  std::string held_;  ///< a small message, until its key is known
  bool written_again_ = false;
};

}  // namespace mailhaul::sync
