#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/store/store.hpp"
#include "mailhaul/sync/copier.hpp"

namespace mailhaul::sync {

/// Brings settings after the mail of a run: subscriptions are united by name, access lists given to folders that have
/// none. Names go where the folders went. Nothing at the target is removed or replaced; what it can't hold is a
/// finding. What the ledger says was brought over before is not brought again: its user may have removed it. A second
/// run changes nothing. An Error of one mailbox or folder is in the outcome, and the rest goes on;
/// wider ones end it, in the outcome too.
[[nodiscard]] SettingsOutcome copy_settings(store::MessageSource& source, store::MessageStore& target,
                                            ledger::Ledger& ledger, const std::vector<FolderTask>& plan,
                                            const Options& options, Findings& findings);

}  // namespace mailhaul::sync
