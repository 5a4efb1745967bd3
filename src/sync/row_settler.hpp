#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "settling.hpp"

namespace mailhaul::sync {

/// What settling the rows of one target folder did.
struct RowsOutcome {
  std::map<ledger::FolderId, std::uint64_t> flags_changed{};  ///< by source folder
  std::map<ledger::FolderId, std::uint64_t> removed{};        ///< newly found removed at the target, by source folder
  bool has_written = false;                                   ///< the target folder was changed
  bool is_complete = true;                                    ///< false: some are left for the next run
};

/// Settles messages of one target folder that the ledger knows and that are not as they were: changes flags at the
/// target where the source's changed, and records what is there now (D4: after it is durable). That a message is gone
/// at the source is not recorded yet: it may appear elsewhere. One thread.
[[nodiscard]] RowsOutcome settle_rows(const Settling& run, const Listing& target,
                                      const std::vector<RowChange*>& changes);

}  // namespace mailhaul::sync
