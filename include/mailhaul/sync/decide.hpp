#pragma once

#include "mailhaul/ledger/row.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::sync {

/// Where a message is: at the source, in the ledger (both ends had it when a run last looked), at the target.
struct Presence {
  bool source = false;
  bool base = false;
  bool target = false;
};

/// What becomes of it: the table of safety.md section 4, a row each.
enum class Fate {
  copy,          ///< 1 0 0: new at the source
  adopt,         ///< 1 0 1: arrived both ways, or its row was lost
  merge_flags,   ///< 1 1 1
  stay_removed,  ///< 1 1 0: removed by its user at the target
  keep,          ///< 0 1 1: gone at the source; it stays, but for --delete
  tombstone,     ///< 0 1 0: gone at both
  leave_alone,   ///< 0 0 1: delivered at the target
  nothing,       ///< 0 0 0
};
[[nodiscard]] Fate decide(Presence presence);

/// What to change at the target of a message found there by content, without a record of an earlier run (safety.md
/// section 4): Seen, Answered, Flagged and Passed are united; Draft and Deleted are the target's; keywords are united
/// by name. Nothing is ever removed. Pure.
[[nodiscard]] store::FlagChange unite_flags(mail::FlagSet source_flags, const mail::KeywordSet& source_keywords,
                                            mail::FlagSet target_flags, const mail::KeywordSet& target_keywords);

/// A message of one end as the ledger has it and as it is now.
struct Observed {
  const ledger::Sighting& base;
  const ledger::Sighting& now;
};

/// What to change at the target of a message that both ends had: a flag or keyword that changed at the source is taken,
/// one that changed at the target stays. Where both changed they agree, since a flag has two values; but for one that
/// differed before (the target could not hold it): then the target's stays. Pure.
[[nodiscard]] store::FlagChange merge_flags(const Observed& source, const Observed& target);

/// `sighting` after `change`.
[[nodiscard]] ledger::Sighting changed(ledger::Sighting sighting, const store::FlagChange& change);
/// What `source` has to be recorded as when `change` could not be made at the target: as if the source had not changed
/// yet, so that the next run does.
[[nodiscard]] ledger::Sighting without_change(ledger::Sighting source, const store::FlagChange& change);

/// What `source` has to be recorded as when the target's changes are recorded before it is known what the source has
/// now: where both differed and the target changed, as the target was. Then the target's stays, as in merge_flags.
[[nodiscard]] ledger::Sighting without_differences(ledger::Sighting source, const Observed& target);

}  // namespace mailhaul::sync
