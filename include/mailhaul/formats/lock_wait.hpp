#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include "mailhaul/base/clock.hpp"

namespace mailhaul::formats {

/// How long a run waits for locks of other programs, all of them together: a customer can plant one in each of his
/// folders, and a run must end all the same (A16). Counts the time slept, not the clock: one that is set back must not
/// make us wait for ever. Any number of threads.
class LockWait {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor,hicpp-explicit-conversions): it is a time
  LockWait(std::chrono::milliseconds in_all) : left_(in_all.count()) {}
  LockWait& operator=(std::chrono::milliseconds in_all) {
    left_.store(in_all.count());
    return *this;
  }

  /// Sleeps a little. False: the time is used up, and nothing was slept.
  [[nodiscard]] bool pause(const Clock& clock) const {
    const auto left = left_.fetch_sub(step.count());
    if (left <= 0) {
      left_.store(0);
      return false;
    }
    clock.sleep(std::min(step, std::chrono::milliseconds{left}));
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds step{100};
  mutable std::atomic<std::chrono::milliseconds::rep> left_;
};

}  // namespace mailhaul::formats
