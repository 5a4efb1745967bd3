#pragma once

#include <cstddef>
#include <cstdint>

#include "sync/resync_history.hpp"

namespace mailhaul::sync {

struct HistoryPlan {
  std::size_t steps = 0;
  LedgerDirectory* files = nullptr;  ///< see ResyncHistory
  bool dies_often = false;           ///< every fourth run does; only with `files`
  bool has_unreadable = false;       ///< at the source something can't be read, and never will
};

/// Plays a random history and compares both stores with the model after each sync. Every content is different, so the
/// model says exactly what they are. Where they differ the test fails, and is told all steps.
void play_exact_history(std::uint64_t seed, UsedPair stores, const HistoryPlan& plan);

}  // namespace mailhaul::sync
