// Random histories of two stores, against a model of what re-sync promises (safety.md section 4, T8): deliveries,
// flags, keywords, moves and deletions at both ends, runs in between, ledgers lost, a second ledger, runs that die on
// the way.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sync/resync_exact_history.hpp"

namespace mailhaul::sync {
namespace {

/// Tenths of all histories, to be played side by side.
class ResyncModel : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ResyncModel, RandomHistoriesEndAsTheRulesSay) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 10'000 : 250;
  LedgerDirectory files;
  for (std::uint64_t i = 1; i <= histories && !HasFailure(); ++i) {
    const std::uint64_t seed = GetParam() * histories + i;
    const bool has_unreadable = seed % 5 == 0;
    // A ledger in a file costs more than all the rest.
    play_exact_history(seed, memory_pair(seed, has_unreadable),
                       {5 + seed % 60, seed % 11 == 0 ? &files : nullptr, false, has_unreadable});
  }
}

INSTANTIATE_TEST_SUITE_P(Tenths, ResyncModel, testing::Range<std::uint64_t>(0, 10));

}  // namespace
}  // namespace mailhaul::sync
