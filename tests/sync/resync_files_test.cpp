// The histories of resync_model_test on real stores: what memory can't show is how the formats tell apart, stamp, lock
// and rewrite. Their users work with other programs, and the model is the same.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "sync/resync_exact_history.hpp"
#include "sync/resync_maildir.hpp"
#include "sync/resync_mbox.hpp"

namespace mailhaul::sync {
namespace {

enum class Kind { maildir, mbox, mboxes };

std::unique_ptr<UsedStore> make(Kind kind, const std::filesystem::path& root, bool ages) {
  if (kind == Kind::maildir) return std::make_unique<UsedMaildir>(root, ages);
  const auto extent = kind == Kind::mbox ? UsedMboxes::Extent::one_file : UsedMboxes::Extent::tree;
  return std::make_unique<UsedMboxes>(root, extent, ages);
}

void play_histories(Kind source, Kind target) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 500 : 30;  // of each pair
  LedgerDirectory files;
  for (std::uint64_t seed = 1; seed <= histories && !testing::Test::HasFailure(); ++seed) {
    const std::filesystem::path root = files.new_file();
    const bool ages = seed % 2 == 0;
    play_exact_history(seed, {make(source, root / "source", ages), make(target, root / "target", ages)},
                       {20 + seed % 45, &files, seed % 3 == 0});
    std::filesystem::remove_all(root);
  }
}

TEST(ResyncFiles, HistoriesFromMaildirToMaildirEndAsTheRulesSay) { play_histories(Kind::maildir, Kind::maildir); }
TEST(ResyncFiles, HistoriesFromMboxToMaildirEndAsTheRulesSay) { play_histories(Kind::mbox, Kind::maildir); }
TEST(ResyncFiles, HistoriesFromMboxToMboxEndAsTheRulesSay) { play_histories(Kind::mbox, Kind::mbox); }
TEST(ResyncFiles, HistoriesFromMboxesToMaildirEndAsTheRulesSay) { play_histories(Kind::mboxes, Kind::maildir); }
TEST(ResyncFiles, HistoriesFromMaildirToMboxesEndAsTheRulesSay) { play_histories(Kind::maildir, Kind::mboxes); }
TEST(ResyncFiles, HistoriesFromMboxesToMboxesEndAsTheRulesSay) { play_histories(Kind::mboxes, Kind::mboxes); }

}  // namespace
}  // namespace mailhaul::sync
