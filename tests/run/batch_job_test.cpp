#include "mailhaul/run/batch_job.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

using Numbers = std::vector<std::size_t>;

/// Each look at it is a second later.
class TickingClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_ += std::chrono::seconds{1}; }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return std::chrono::sys_seconds{civil.time_since_epoch()};
  }
  void sleep(std::chrono::milliseconds time) const override { now_ += time; }

 private:
  mutable Instant now_{};
};

/// Pairs that end one a look, the one that began last first, so that order is never by chance.
class FakeRunner final : public PairRunner {
 public:
  std::map<std::size_t, ExitStatus> statuses{};
  std::set<std::size_t> unstartable{};
  StopRequest* stop_at_first_wait = nullptr;
  bool stops_once = true;

  Numbers started{};
  std::size_t most_at_once = 0;
  std::size_t stops = 0;
  bool lanes_were_kept = true;

  void start(std::size_t number, const BatchPair& pair) override {
    started.push_back(number);
    if (unstartable.count(number) != 0) throw Error(Cause::io_error, Scope::run, "starting").because("no processes");
    for (const auto& [other, lane] : running_) lanes_were_kept = lanes_were_kept && lane != pair.lane;
    running_.emplace_back(number, pair.lane.empty() ? std::to_string(number) : pair.lane);
    most_at_once = std::max(most_at_once, running_.size());
  }
  std::vector<EndedPair> wait() override {
    if (stop_at_first_wait != nullptr) stop_at_first_wait->ask();
    if (looks_++ % 2 == 0) return {};  // sometimes nobody has ended
    EndedPair ended{running_.back().first, {}};
    running_.pop_back();
    ended.result.status = stops > 0                         ? ExitStatus::stopped
                          : statuses.count(ended.pair) != 0 ? statuses[ended.pair]
                                                            : ExitStatus::ok;
    ended.result.verdict = "pair " + std::to_string(ended.pair);
    return {ended};
  }
  void stop() override { ++stops; }

 private:
  std::deque<std::pair<std::size_t, std::string>> running_{};
  std::size_t looks_ = 0;
};

class Watcher final : public BatchObserver {
 public:
  Numbers begun{};
  std::map<std::size_t, ExitStatus> ended{};
  void pair_begins(std::size_t number, const BatchPair& /*pair*/) override { begun.push_back(number); }
  void pair_ended(std::size_t number, const BatchPair& /*pair*/, const PairResult& result) override {
    ended[number] = result.status;
  }
};

class Batches : public testing::Test {
 protected:
  BatchReport run(std::size_t jobs) { return run_batch(pairs, jobs, runner, clock, stop, watcher); }
  std::vector<BatchPair> pairs = std::vector<BatchPair>(5);
  FakeRunner runner;
  TickingClock clock;
  StopRequest stop;
  Watcher watcher;
};

TEST_F(Batches, OneAtATimeIsTheOrderOfTheList) {
  const BatchReport report = run(1);
  EXPECT_EQ(runner.started, (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(watcher.begun, runner.started);
  EXPECT_EQ(runner.most_at_once, 1U);
  EXPECT_EQ(report.status, ExitStatus::ok);
  EXPECT_EQ(report.verdict, "Done: 5 pairs.");
}

TEST_F(Batches, NeverMoreThanAreAllowed) {
  pairs.resize(20);
  const BatchReport report = run(3);
  EXPECT_EQ(runner.most_at_once, 3U);
  EXPECT_EQ(runner.started.size(), 20U);
  EXPECT_TRUE(std::is_sorted(runner.started.begin(), runner.started.end()));
  EXPECT_EQ(watcher.ended.size(), 20U);
}

TEST_F(Batches, MoreJobsThanPairsIsAllAtOnce) {
  (void)run(64);
  EXPECT_EQ(runner.most_at_once, 5U);
}

TEST_F(Batches, TheHighestStatusIsThatOfAllAndTheOthersGoOn) {
  runner.statuses = {{1, ExitStatus::no_such_store}, {3, ExitStatus::some_failed}};
  const BatchReport report = run(2);
  EXPECT_EQ(report.status, ExitStatus::no_such_store);
  EXPECT_EQ(report.verdict, "Done: 3 of 5 pairs.");
  ASSERT_EQ(report.results.size(), 5U);
  EXPECT_EQ(report.results[0].status, ExitStatus::ok);
  EXPECT_EQ(report.results[1].status, ExitStatus::no_such_store);
  EXPECT_EQ(report.results[3].status, ExitStatus::some_failed);
  EXPECT_EQ(report.results[4].verdict, "pair 4") << "results are in the order of the list";
  EXPECT_GT(report.results[4].took.count(), 0);
}

TEST_F(Batches, OneThatCantBeStartedLeavesTheOthersGoing) {
  runner.unstartable = {0, 2};
  const BatchReport report = run(2);
  EXPECT_EQ(runner.started.size(), 5U);
  EXPECT_EQ(report.results[2].status, ExitStatus::other_error);
  EXPECT_EQ(report.results[2].reason, "starting: no processes");
  EXPECT_EQ(report.results[4].status, ExitStatus::ok);
  EXPECT_EQ(watcher.ended.size(), 5U);
}

TEST_F(Batches, PairsOfOneTargetWaitForEachOtherAndOthersPassThem) {
  pairs.resize(6);
  for (const std::size_t shared : {0U, 1U, 2U}) pairs[shared].lane = "/srv/vmail";
  for (const std::size_t own : {3U, 4U, 5U}) pairs[own].lane = "/srv/" + std::to_string(own);
  (void)run(3);
  EXPECT_TRUE(runner.lanes_were_kept);
  EXPECT_EQ(runner.most_at_once, 3U);
  EXPECT_EQ((Numbers{runner.started.begin(), runner.started.begin() + 3}), (Numbers{0, 3, 4}));
  EXPECT_EQ(runner.started.size(), 6U);
}

TEST_F(Batches, AStopEndsThoseThatRunAndBeginsNoOther) {
  runner.stop_at_first_wait = &stop;
  runner.statuses = {{0, ExitStatus::target_full}};
  const BatchReport report = run(2);
  EXPECT_EQ(runner.stops, 1U) << "asked once";
  EXPECT_EQ(runner.started, (Numbers{0, 1})) << "both were waited for, and no other began";
  EXPECT_EQ(report.status, ExitStatus::stopped);
  EXPECT_EQ(report.results[1].status, ExitStatus::stopped);
  EXPECT_EQ(report.results[4].status, ExitStatus::stopped) << "so that it is run again";
  EXPECT_EQ(report.results[4].verdict, "Not run.");
  EXPECT_EQ(report.verdict, "Done: 0 of 5 pairs. Stopped by a signal: 3 not begun.");
}

TEST_F(Batches, AStopBeforeTheFirstBeginsNone) {
  stop.ask();
  EXPECT_EQ(run(2).status, ExitStatus::stopped);
  EXPECT_TRUE(runner.started.empty());
}

TEST_F(Batches, OfNothingIsNothing) {
  pairs.clear();
  const BatchReport report = run(2);
  EXPECT_EQ(report.status, ExitStatus::ok);
  EXPECT_EQ(report.verdict, "Nothing to run.");
}

}  // namespace
}  // namespace mailhaul::run
