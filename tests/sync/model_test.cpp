// Random histories against the promises of safety.md section 4, rows that need no ledger (T8 in small): deliveries,
// flag changes and expunges at both ends, runs in between, some of which are cut off. After each clean run every source
// message is at the target, nothing of the target is gone, and a further run changes nothing (R7, R8).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using support::MemoryStore;

class History {
 public:
  explicit History(std::uint64_t seed)
      : random_(seed),
        harness_({.stable_handles = seed % 2 == 0, .dates_need_content = seed % 3 == 0},
                 {.stable_handles = seed % 5 != 0, .batch_messages = 1 + seed % 4}) {}

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      switch (pick(6)) {
      case 0: deliver(harness_.source); break;
      case 1: deliver(harness_.target); break;
      case 2: flag(harness_.source); break;
      case 3: flag(harness_.target); break;
      case 4: expunge(harness_.target); break;
      default: cut_off_run(); break;
      }
    }
    run_and_check();
  }

 private:
  using Counts = std::map<std::string, std::size_t>;

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  store::FolderRef folder() {
    return pick(2) == 0 ? store::FolderRef{} : store::FolderRef{"", mail::FolderName({"Sent"})};
  }
  mail::FlagSet flags() { return mail::FlagSet::from_bits(static_cast<unsigned>(pick(64))); }

  void deliver(MemoryStore& store) {
    // Few different texts, so that equal ones meet.
    store.deliver(folder(), mail_text(std::to_string(pick(6))),
                  with_flags(flags(), pick(3) == 0 ? mail::KeywordSet{"k"} : mail::KeywordSet{}));
  }
  void flag(MemoryStore& store) {
    auto& messages = store.messages(folder());
    if (!messages.empty()) messages[pick(messages.size())].info.flags = flags();
  }
  void expunge(MemoryStore& store) {
    auto& messages = store.messages(folder());
    if (!messages.empty()) messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(pick(messages.size())));
  }
  void cut_off_run() {
    harness_.target.fail_flushes(1 + pick(2), pick(2) == 0 ? Cause::io_error : Cause::no_space);
    harness_.lose_ledger();
    (void)harness_.copy();
    harness_.target.fail_flushes(0, Cause::io_error);
  }
  static Counts count(MemoryStore& store, const store::FolderRef& folder) {
    Counts counts;
    for (const auto& message : store.seen(folder)) ++counts[message.octets];
    return counts;
  }

  void run_and_check() {
    const std::vector<store::FolderRef> folders{{}, {"", mail::FolderName({"Sent"})}};
    std::map<store::FolderRef, Counts> before;
    for (const auto& f : folders) before[f] = count(harness_.target, f);
    harness_.lose_ledger();
    const Outcome outcome = harness_.copy();
    ASSERT_FALSE(outcome.error);
    for (const auto& f : folders) {
      Counts wanted = before[f];
      for (const auto& [text, n] : count(harness_.source, f)) wanted[text] = std::max(wanted[text], n);
      EXPECT_EQ(count(harness_.target, f), wanted) << "exactly the multiset difference is added";
    }
    EXPECT_TRUE(harness_.verify().missing.empty());
    // Where equal copies differ in flags, the union of one pair can make another pair fit better in the next run. Each
    // such run adds flags, so they end; after them nothing moves.
    std::size_t changes = 0;
    int runs = 0;
    do {
      changes = harness_.target.changes();
      harness_.lose_ledger();
      (void)harness_.copy();
    } while (harness_.target.changes() != changes && ++runs < 4);
    EXPECT_LT(runs, 4);
    EXPECT_EQ(harness_.target.changes(), changes);
  }

  std::mt19937_64 random_;
  Harness harness_;
};

TEST(SyncModel, RandomHistoriesLoseDoubleAndResurrectNothing) {
  const std::uint64_t histories = std::getenv("MAILHAUL_LONG") != nullptr ? 100'000 : 2'000;
  for (std::uint64_t seed = 1; seed <= histories && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    History(seed).play(25);
  }
}

}  // namespace
}  // namespace mailhaul::sync
