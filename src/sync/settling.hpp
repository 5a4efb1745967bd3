#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "differences.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/sync/copier.hpp"

namespace mailhaul::sync {

/// A message that its user moved at the source, to be moved at the target when all other writers are closed.
struct Move {
  RowChange change{};
  ledger::Sighting source_now{};
  ledger::FolderId source_folder = 0;  ///< where it now is
  store::FolderRef from{};             ///< at the target
  store::FolderRef to{};
  mail::ServerIds ids{};
};

/// Takes moves from any thread.
class Moves {
 public:
  void add(Move move) {
    const std::lock_guard guard(mutex_);
    moves_.push_back(std::move(move));
  }
  [[nodiscard]] std::vector<Move> take_all() {
    const std::lock_guard guard(mutex_);
    return std::exchange(moves_, {});
  }

 private:
  std::mutex mutex_{};
  std::vector<Move> moves_{};
};

/// What a run could not do at the target though it had decided to: the rows still say that it is to be done, and the
/// run says that it did not finish. Any thread.
class PutOff {
 public:
  void add(const Error& error) {
    const std::lock_guard guard(mutex_);
    if (!first_) first_ = error;
  }
  [[nodiscard]] std::optional<Error> first() {
    const std::lock_guard guard(mutex_);
    return first_;
  }

 private:
  std::mutex mutex_{};
  std::optional<Error> first_{};
};

/// What every folder of a run shares.
struct Settling {
  store::MessageSource& source;
  store::MessageStore& target;
  ledger::Ledger& ledger;
  /// Secrets of this run, to confirm what the ledger's find (H4). Null: the ledger's were made for this run.
  const mail::KeySecrets* confirmation;
  const Options& options;
  Findings& findings;
  Observer& observer;
  const StopRequest& stop;
  const StopRequest& abandoned;  ///< another folder met an error of scope run
  std::int64_t run;              ///< its number in the ledger
  Vanished& vanished;
  Moves& moves;
  PutOff& put_off;
  /// Where the messages of a source folder go, by their ids in the ledger.
  const std::map<ledger::FolderId, store::FolderRef>& goes_to;
};

}  // namespace mailhaul::sync
