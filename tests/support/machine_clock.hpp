#pragma once

#include "mailhaul/base/clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::support {

/// The clock of a machine in memory, in UTC; waiting passes its time.
class MachineClock final : public Clock {
 public:
  explicit MachineClock(MemoryKernel& machine) : machine_(machine) {}
  [[nodiscard]] Instant now() const override { return std::chrono::floor<std::chrono::microseconds>(machine_.time()); }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return std::chrono::sys_seconds(civil.time_since_epoch());
  }
  void sleep(std::chrono::milliseconds time) const override { machine_.advance(time); }

 private:
  MemoryKernel& machine_;
};

}  // namespace mailhaul::support
