#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "mailhaul/sync/copier.hpp"
#include "mailhaul/sync/match.hpp"
#include "numbering.hpp"

namespace mailhaul::sync {

/// What every folder of a run shares.
struct Settling {
  store::MessageSource& source;
  store::MessageStore& target;
  const mail::KeySecrets& secrets;
  const Options& options;
  Findings& findings;
  Observer& observer;
  const StopRequest& stop;
  const StopRequest& abandoned;  ///< another folder met an error of scope run
};

/// Settles one target folder: lists it, walks the source folders that go there, copies, adopts, flushes. One thread.
class FolderSettler {
 public:
  FolderSettler(const Settling& run, const FolderTask& task);

  /// Outcomes of the task's source folders, in order. An Error that ended a folder is in its outcome; of what was
  /// committed before it, all that could be flushed was.
  [[nodiscard]] std::vector<FolderOutcome> settle();

 private:
  /// A committed message whose receipt is still to come.
  struct Pending {
    FolderOutcome* outcome;
    store::Handle source{};
    std::uint64_t octets = 0;
    mail::ServerIds ids{};
  };

  [[nodiscard]] store::FolderInfo folder_info();
  void settle_source(FolderOutcome& outcome);
  void index_target();
  void walk(const store::FolderRef& source, FolderOutcome& outcome);
  void settle_message(store::MessageCursor& cursor, FolderOutcome& outcome);
  void copy_at_once(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome);
  void copy_unless_there(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome);
  void adopt(const store::MessageCursor& cursor, const Candidate& candidate, FolderOutcome& outcome);
  void commit(store::MessageCursor& cursor, store::MessageWriter& message, std::uint64_t octets,
              FolderOutcome& outcome);
  void left_out(const store::MessageCursor& cursor, FolderOutcome& outcome);
  void failed(const store::FolderRef& source, const store::MessageInfo& info, const Error& error,
              FolderOutcome& outcome);
  void flush();
  void write_again(const std::vector<Pending>& lost);
  void write_one_again(store::MessageCursor& cursor, const mail::ServerIds& ids, FolderOutcome& outcome);
  void change_flags();
  void finish(const store::FolderInfo& before, FolderOutcome& outcome);
  void rescue_batch();
  void check_stop() const;

  struct WantedFlags {
    FolderOutcome* outcome;
    store::MessageInfo info{};  ///< of the source
    store::Handle target{};
    store::FlagChange change{};
  };

  const Settling& run_;
  const FolderTask& task_;
  ContentIndex index_;
  std::uint64_t target_before_ = 0;
  std::unique_ptr<store::FolderWriter> writer_;
  std::vector<Pending> pending_;
  std::vector<WantedFlags> wanted_flags_;
  std::uint64_t flags_refused_ = 0;      ///< the target can't change flags
  std::uint64_t flags_not_changed_ = 0;  ///< it can, but not these
  bool keeps_uids_ = false;              ///< the target wants the UIDs in finish()
  bool is_numbered_ = false;             ///< one of several source folders has UIDs that the target could keep
  bool has_no_room_ = false;             ///< the source has UIDs, but none left for messages to come
  Numbering numbering_;
  std::string held_;  ///< a small message, until its key is known
  bool written_again_ = false;
};

}  // namespace mailhaul::sync
