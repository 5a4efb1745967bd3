#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "settling.hpp"

namespace mailhaul::sync {

/// Messages of one target folder that are gone at the source.
struct FolderRemovals {
  store::FolderRef folder{};
  std::uint64_t rows = 0;  ///< messages that the ledger has in that folder
  std::vector<ledger::Row> gone{};
};

/// What a source folder says about the messages that it no longer has, but for those that are set aside already.
[[nodiscard]] std::vector<ledger::Row> removable(ledger::Ledger& ledger, ledger::FolderId source_folder);

/// Error(guard) when more would be removed than goes unasked (R2): before the first.
void guard_removals(const std::vector<FolderRemovals>& removals, const Options& options);

/// Removes at the target what is gone at the source: into a folder of its own, or for good. Each message only while it
/// is what was put there: the same content, the same flags (R1, R2). Returns how many, by source folder. One thread.
[[nodiscard]] std::map<ledger::FolderId, std::uint64_t> remove(const Settling& run, const FolderRemovals& removals);

/// Expunges what was carried to another folder, each message only while it is what was put there; what its user touched
/// stays. False: another program was at it just now, and the next run has to look again. One thread.
[[nodiscard]] bool expunge_left_behind(const Settling& run, const FolderRemovals& left_behind);

}  // namespace mailhaul::sync
