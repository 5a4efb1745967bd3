#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

#include "mailhaul/base/clock.hpp"

namespace mailhaul::formats {

/// How long a run waits for locks of other programs, all of them together: a customer can plant one in each of his
/// folders, and a run must end all the same (A16). Counts the time slept, not the clock: one that is set back must not
/// make us wait for ever. A copy shares the time with what it was copied from. Any number of threads.
class LockWait {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): it is a time
  LockWait(std::chrono::milliseconds in_all) : left_(std::make_shared<Left>(in_all.count())) {}

  /// Sleeps a little. False: the time is used up, and nothing was slept.
  [[nodiscard]] bool pause(const Clock& clock) const {
    const auto left = left_->fetch_sub(step.count());
    if (left <= 0) {
      left_->store(0);
      return false;
    }
    clock.sleep(std::min(step, std::chrono::milliseconds{left}));
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds step{100};
  using Left = std::atomic<std::chrono::milliseconds::rep>;
  std::shared_ptr<Left> left_;
};

}  // namespace mailhaul::formats
