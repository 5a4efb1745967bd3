// A run that is killed: what it committed is there, all of it, and nothing else (D4, D9).
#include <chrono>
#include <random>
#include <thread>

#include "ledger/child.hpp"
#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerCrash = LedgerTest;

std::string add_rows(Ledger& ledger, unsigned from, unsigned count) {
  for (unsigned i = 0; i < count; ++i) (void)ledger.add(known_row(1, 2, from + i));
  return {};
}

TEST_F(LedgerCrash, AKilledRunLeavesExactlyWhatItCommitted) {
  for (const unsigned uncommitted : {0U, 1U, 300U, 120'000U}) {  // the last one does not fit into memory
    SCOPED_TRACE(uncommitted);
    const auto before = open().counts().known;
    Child child([&](const Child::Say& say) {
      Ledger ledger = open();
      add_rows(ledger, 0, 100);
      ledger.commit();
      add_rows(ledger, 1000, uncommitted);
      if (uncommitted > 0) ledger.forget(1);
      say("ready");
      std::this_thread::sleep_for(std::chrono::minutes(1));
    });
    ASSERT_EQ(child.hear(), "ready");
    EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
    child.kill();
    Ledger ledger = open();
    EXPECT_FALSE(ledger.is_new());
    EXPECT_EQ(ledger.counts().known, before + 100);
    EXPECT_EQ(rows_in(ledger, Side::source, 1).size(), before + 100);
    EXPECT_TRUE(ledger.row(1));
  }
}

TEST_F(LedgerCrash, KilledBeforeItsFirstCommitItIsNew) {
  Child child([&](const Child::Say& say) {
    Ledger ledger = open();
    add_rows(ledger, 0, 100);
    say("ready");
    std::this_thread::sleep_for(std::chrono::minutes(1));
  });
  ASSERT_EQ(child.hear(), "ready");
  child.kill();
  EXPECT_EQ(error_of([&] { (void)Ledger::open_to_read(path()); }).cause(), Cause::not_found);
  Ledger ledger = open();
  EXPECT_TRUE(ledger.is_new());
  EXPECT_EQ(ledger.counts().known, 0U);
}

/// At any moment: no batch in part, none lost that was told to be durable.
TEST_F(LedgerCrash, KilledAtAnyMomentBatchesAreWholeAndNoneIsLost) {
  constexpr unsigned batch = 50;
  std::mt19937 random(7);
  {
    Ledger ledger = open();  // one that was never committed can't be opened to read
    add_rows(ledger, 0, batch);
    ledger.commit();
  }
  std::uint64_t known = batch;
  constexpr int most_rounds = 500;
  for (int i = 0; i < 25 || (known == batch && i < most_rounds && !HasFailure()); ++i) {
    Child child([&](const Child::Say& say) {
      Ledger ledger = open();
      say("+");
      for (unsigned from = 0;; from += batch) {
        add_rows(ledger, from, batch);
        ledger.commit();
        say("c");
      }
    });
    ASSERT_EQ(child.hear().front(), '+');
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    child.kill();
    const std::string said = child.wait();
    Ledger ledger = i % 2 == 0 ? open() : Ledger::open_to_read(path());
    const std::uint64_t committed = ledger.counts().known - known;
    EXPECT_EQ(committed % batch, 0U);
    // What was said together with the first sign is not in `said`: at least, and one that it could not tell.
    EXPECT_GE(committed / batch, said.size());
    EXPECT_EQ(ledger.counts().known, rows_in(ledger, Side::target, 2).size());
    known += committed;
  }
  EXPECT_GT(known, batch);
}

TEST_F(LedgerCrash, AReaderSeesWhatAKilledRunCommitted) {
  Child child([&](const Child::Say& say) {
    Ledger ledger = open();
    (void)ledger.begin_run(std::chrono::sys_seconds{});
    ledger.commit();
    say("ready");
    std::this_thread::sleep_for(std::chrono::minutes(1));
  });
  ASSERT_EQ(child.hear(), "ready");
  child.kill();
  ASSERT_EQ(Ledger::open_to_read(path()).runs().size(), 1U);
  EXPECT_EQ(open().runs().size(), 1U);
}

}  // namespace
}  // namespace mailhaul::ledger
