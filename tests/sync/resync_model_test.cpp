// Random histories of two stores, against a model of what re-sync promises (safety.md section 4, T8): deliveries,
// flags, keywords, moves and deletions at both ends, runs in between, ledgers lost, a second ledger, runs that die on
// the way.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sync/resync_exact_history.hpp"

namespace mailhaul::sync {
namespace {

TEST(ResyncModel, RandomHistoriesEndAsTheRulesSay) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 100'000 : 2'500;
  LedgerDirectory files;
  for (std::uint64_t seed = 1; seed <= histories && !testing::Test::HasFailure(); ++seed)
    // A ledger in a file costs more than all the rest.
    play_exact_history(seed, memory_pair(seed), {5 + seed % 60, seed % 11 == 0 ? &files : nullptr});
}

}  // namespace
}  // namespace mailhaul::sync
