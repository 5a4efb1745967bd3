#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/stop.hpp"
#include "mailhaul/run/exit_status.hpp"

namespace mailhaul::run {

/// One pair of a list: what `mailhaul sync SOURCE TARGET OPTIONS` is told.
struct BatchPair {
  std::string source{};
  std::string target{};
  std::vector<std::string> options{};
  std::string lane{};  ///< pairs of one lane never run at the same time: they write to one target
};

/// What became of a pair.
struct PairResult {
  ExitStatus status = ExitStatus::stopped;  ///< until it ran: to be run again
  std::string verdict{"Not run."};
  std::string reason{};  ///< the first thing that was wrong; empty: nothing, or the verdict says it
  std::uint64_t copied = 0;
  std::uint64_t removed = 0;
  std::uint64_t failed = 0;
  std::uint64_t settings_left = 0;  ///< not carried
  std::chrono::milliseconds took{0};
};

/// A pair that is no longer running.
struct EndedPair {
  std::size_t pair = 0;
  PairResult result{};
};

/// Runs pairs, each on its own; the seam between a batch and the processes of this machine. One thread.
class PairRunner {
 public:
  PairRunner() = default;
  PairRunner(const PairRunner&) = delete;
  PairRunner& operator=(const PairRunner&) = delete;
  virtual ~PairRunner() = default;

  /// `number` is its place in the list. An Error: this one could not be started.
  virtual void start(std::size_t number, const BatchPair& pair) = 0;
  /// Those that ended, `took` aside; waits a moment when there are none.
  [[nodiscard]] virtual std::vector<EndedPair> wait() = 0;
  /// Asks all that run to end at a safe point; they are still waited for.
  virtual void stop() = 0;
};

/// Hears of each pair as it begins and ends. One thread.
class BatchObserver {
 public:
  BatchObserver() = default;
  BatchObserver(const BatchObserver&) = delete;
  BatchObserver& operator=(const BatchObserver&) = delete;
  virtual ~BatchObserver() = default;

  virtual void pair_begins(std::size_t number, const BatchPair& pair) = 0;
  virtual void pair_ended(std::size_t number, const BatchPair& pair, const PairResult& result) = 0;
};

struct BatchReport {
  std::vector<PairResult> results{};  ///< one a pair, in the order of the list
  ExitStatus status = ExitStatus::ok;
  std::string verdict{};
};

/// `mailhaul batch`: runs all pairs in the order of the list, at most `jobs` at a time. A pair that fails leaves the
/// others going. The status is the worst of all (gravity()); once `stop` was asked no pair begins, those that run are
/// asked to end, and it is ExitStatus::stopped.
[[nodiscard]] BatchReport run_batch(const std::vector<BatchPair>& pairs, std::size_t jobs, PairRunner& runner,
                                    const Clock& clock, const StopRequest& stop, BatchObserver& observer);

}  // namespace mailhaul::run
