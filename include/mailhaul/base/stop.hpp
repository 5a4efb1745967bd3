#pragma once

#include <atomic>

#include "mailhaul/base/error.hpp"

namespace mailhaul {

/// Set by a signal handler, asked between messages. Any number of threads.
class StopRequest {
 public:
  void ask() noexcept { asked_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool asked() const noexcept { return asked_.load(std::memory_order_relaxed); }
  /// Throws Error(Cause::stopped) once asked.
  void check() const {
    if (asked()) throw Error(Cause::stopped, Scope::run, "stopped by a signal").hint("run the same command again");
  }

 private:
  std::atomic<bool> asked_{false};
};

}  // namespace mailhaul
