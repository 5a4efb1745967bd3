#include "mailhaul/run/batch_job.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "mailhaul/base/error.hpp"
#include "mailhaul/run/wording.hpp"

namespace mailhaul::run {
namespace {

class Batch {
 public:
  Batch(const std::vector<BatchPair>& pairs, std::size_t jobs, PairRunner& runner, const Clock& clock,
        const StopRequest& stop, BatchObserver& observer)
      : pairs_(pairs),
        jobs_(jobs),
        runner_(runner),
        clock_(clock),
        stop_(stop),
        observer_(observer),
        waiting_(pairs.size()) {
    std::iota(waiting_.begin(), waiting_.end(), std::size_t{0});
    report_.results.resize(pairs.size());
  }

  [[nodiscard]] BatchReport run() {
    start_more();
    while (!began_.empty()) {
      for (EndedPair& ended : runner_.wait()) take(ended.pair, std::move(ended.result));
      if (stop_.asked() && !stopped_) {
        stopped_ = true;
        runner_.stop();
      }
      start_more();
    }
    judge();
    return std::move(report_);
  }

 private:
  void start_more() {
    while (began_.size() < jobs_ && !stop_.asked()) {
      const auto next = std::find_if(waiting_.begin(), waiting_.end(), [this](std::size_t number) {
        return busy_lanes_.count(pairs_[number].lane) == 0;
      });
      if (next == waiting_.end()) return;
      const std::size_t number = *next;
      waiting_.erase(next);
      start(number);
    }
  }

  void start(std::size_t number) {
    const BatchPair& pair = pairs_[number];
    observer_.pair_begins(number, pair);
    began_[number] = clock_.now();
    if (!pair.lane.empty()) busy_lanes_.insert(pair.lane);
    try {
      runner_.start(number, pair);
    } catch (const Error& error) {
      PairResult result;
      result.status = exit_status_of(error);
      result.verdict = "Not started.";
      result.reason = error.what();
      take(number, std::move(result));
    }
  }

  void take(std::size_t number, PairResult result) {
    const auto began = began_.find(number);
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began->second);
    began_.erase(began);
    busy_lanes_.erase(pairs_[number].lane);
    report_.results[number] = std::move(result);
    observer_.pair_ended(number, pairs_[number], report_.results[number]);
  }

  void judge() {
    std::size_t done = 0;
    for (const PairResult& result : report_.results) {
      if (gravity(result.status) > gravity(report_.status)) report_.status = result.status;
      if (result.status == ExitStatus::ok) ++done;
    }
    if (pairs_.empty()) {
      report_.verdict = "Nothing to run.";
      return;
    }
    if (done == pairs_.size()) {
      report_.verdict = fmt::format("Done: {}.", counted(pairs_.size(), "pair"));
      return;
    }
    report_.verdict = fmt::format("Done: {} of {}.", with_groups(done), counted(pairs_.size(), "pair"));
    if (!stop_.asked()) return;
    if (gravity(ExitStatus::stopped) > gravity(report_.status)) report_.status = ExitStatus::stopped;
    report_.verdict += fmt::format(" Stopped by a signal: {} not begun.", with_groups(waiting_.size()));
  }

  const std::vector<BatchPair>& pairs_;
  std::size_t jobs_;
  PairRunner& runner_;
  const Clock& clock_;
  const StopRequest& stop_;
  BatchObserver& observer_;
  std::list<std::size_t> waiting_;
  std::map<std::size_t, Instant> began_{};
  std::set<std::string> busy_lanes_{};
  BatchReport report_{};
  bool stopped_ = false;
};

}  // namespace

BatchReport run_batch(const std::vector<BatchPair>& pairs, std::size_t jobs, PairRunner& runner, const Clock& clock,
                      const StopRequest& stop, BatchObserver& observer) {
  return Batch(pairs, jobs, runner, clock, stop, observer).run();
}

}  // namespace mailhaul::run
