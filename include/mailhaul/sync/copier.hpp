#pragma once

#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/base/stop.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"
#include "mailhaul/sync/observer.hpp"
#include "mailhaul/sync/selection.hpp"

namespace mailhaul::sync {

/// What to do about messages that an earlier run left at the target and that are missing there now (R5).
enum class Missing {
  ask,      ///< a few were removed by their user; many stop the run
  restore,  ///< they are copied again
  accept,   ///< their user removed them, however many
};

/// What to do at the target about messages that are gone at the source (R2, R3).
enum class Removal {
  none,        ///< they are kept
  quarantine,  ///< they are moved to a folder of their own
  expunge,
};

struct Options {
  std::size_t jobs = 1;  ///< folders at a time, bounded by what both stores can
  FolderFilter folders{};
  MessageFilter messages{};
  FolderMap map{};
  bool only_subscribed = false;  ///< INBOX, and of the other folders those that their user subscribed
  bool checksum = false;         ///< trust no stamp and no handle: every message is read
  Missing missing = Missing::ask;
  Removal removal = Removal::none;
  /// Where a target that holds one folder keeps what is removed; null: in a folder of its own.
  store::MessageStore* quarantine = nullptr;
  std::optional<std::uint64_t> max_removals{};  ///< of a run; unset: a tenth of each folder, at most 100
};

/// One target folder and the source folders that go there (more than one only by `--map-folder`).
struct FolderTask {
  store::FolderRef target{};
  store::FolderRef wanted{};  ///< `target`, but for a name that the target can't hold
  std::vector<store::FolderRef> sources{};
};

/// Which source folder goes where, INBOX first. Error(usage) when several folders would have to share one because the
/// target has no folders: that is never done unasked; when no folder is selected; and when the source does not know
/// what is subscribed, but only that is asked for. Pure but for asking the source for its list.
/// `ledger`: names that an earlier run gave stay, whatever has come beside them; null: there was none.
[[nodiscard]] std::vector<FolderTask> plan_folders(store::MessageSource& source, const store::Capabilities& target,
                                                   const Options& options, ledger::Ledger* ledger = nullptr);

/// Of a source folder, where they are cheap to know; an Error of its own is told in its turn.
[[nodiscard]] std::optional<std::uint64_t> octets_of(store::MessageSource& source, const store::FolderRef& folder);

/// Tells the observer how much there is to do.
void announce(store::MessageSource& source, const std::vector<FolderTask>& plan, Observer& observer);

/// What lies beside the mail and was brought over.
struct SettingsOutcome {
  std::uint64_t subscriptions = 0;  ///< added
  std::uint64_t acls = 0;           ///< folders that were given one
  std::optional<Error> error{};     ///< the first; what it was about is not at the target
};

struct Outcome {
  std::vector<FolderOutcome> folders{};
  SettingsOutcome settings{};
  std::optional<Error> error{};  ///< what ended the run early, or could not be done at the target
};

/// What a run needs beside its two stores.
struct Memory {
  ledger::Ledger& ledger;
  /// Secrets of this run alone, to confirm what is found by the ledger's (H4).
  const mail::KeySecrets& confirmation;
  std::int64_t run = 0;          ///< its number in the ledger
  bool source_replaced = false;  ///< another store than the last run saw, at the same location
  bool target_replaced = false;
};

/// Brings the target up to date with the source: the three-way merge of safety.md section 4 against the ledger. What is
/// new is copied, what is there already adopted, flags that changed at the source are taken over, what its user removed
/// at the target stays removed; nothing is removed at the target unless options say so (R2). A new ledger knows
/// nothing: then it all goes by content (R7). Idempotent: what is as the ledger has it is neither read nor written
/// (R8). An empty target folder is filled in one pass, each octet read once. Errors of scope message and folder are in
/// the outcome; wider ones end the run and are in Outcome::error.
[[nodiscard]] Outcome copy(store::MessageSource& source, store::MessageStore& target, const Memory& memory,
                           const Options& options, Findings& findings, Observer& observer, const StopRequest& stop);

}  // namespace mailhaul::sync
