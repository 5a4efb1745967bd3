#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerRuns = LedgerTest;

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST_F(LedgerRuns, ARunIsKeptWithAllItsFields) {
  ledger::Run run;
  {
    Ledger ledger = open();
    run.began = sys_seconds(seconds(1'700'000'000));
    run.id = ledger.begin_run(run.began);
    run.ended = sys_seconds(seconds(1'700'000'060));
    run.source_messages = 1;
    run.copied = 2;
    run.adopted = 3;
    run.flags_changed = 4;
    run.moved = 5;
    run.removed = 6;
    run.failed = 7;
    run.octets_copied = std::uint64_t{5} << 40U;
    run.status = 23;
    run.verdict = "Missing 7.";
    run.failures = {"one: reason", "", std::string("o\0dd\n", 5)};
    ledger.end_run(run);
    ledger.commit();
  }
  const std::vector<ledger::Run> runs = Ledger::open_to_read(path()).runs();
  ASSERT_EQ(runs.size(), 1U);
  const ledger::Run& got = runs.front();
  EXPECT_EQ(got.id, run.id);
  EXPECT_EQ(got.began, run.began);
  EXPECT_EQ(got.ended, run.ended);
  EXPECT_EQ(got.source_messages, 1U);
  EXPECT_EQ(got.copied, 2U);
  EXPECT_EQ(got.adopted, 3U);
  EXPECT_EQ(got.flags_changed, 4U);
  EXPECT_EQ(got.moved, 5U);
  EXPECT_EQ(got.removed, 6U);
  EXPECT_EQ(got.failed, 7U);
  EXPECT_EQ(got.octets_copied, std::uint64_t{5} << 40U);
  EXPECT_EQ(got.status, 23);
  EXPECT_EQ(got.verdict, "Missing 7.");
  EXPECT_EQ(got.failures, run.failures);
}

TEST_F(LedgerRuns, RunsAreNumberedTheOldestFirstAndOneThatWasKilledHasNoEnd) {
  for (const int time : {300, 100, 200}) {  // clocks go back
    Ledger ledger = open();
    const std::int64_t id = ledger.begin_run(sys_seconds(seconds(time)));
    ledger.commit();
    ledger::Run run;
    run.id = id;
    run.began = sys_seconds(seconds(time));
    run.ended = run.began;
    if (time != 100) ledger.end_run(run);
    ledger.commit();
  }
  const std::vector<ledger::Run> runs = open().runs();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].began, sys_seconds(seconds(300)));
  EXPECT_TRUE(runs[0].ended);
  EXPECT_FALSE(runs[1].ended);
  EXPECT_TRUE(runs[1].failures.empty());
  EXPECT_LT(runs[1].id, runs[2].id);
}

}  // namespace
}  // namespace mailhaul::ledger
