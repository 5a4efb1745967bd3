#pragma once

#include <chrono>
#include <string>

namespace mailhaul {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
/// A wall-clock reading without a zone, as postmark lines have it.
using CivilSeconds = std::chrono::local_seconds;

/// Time, the local zone and waiting, so that tests are reproducible. Any number of threads.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  /// The instant that `civil` means in the local zone; of two (clocks set back) the first.
  [[nodiscard]] virtual std::chrono::sys_seconds from_local(CivilSeconds civil) const = 0;
  /// What that zone is called in a report.
  [[nodiscard]] virtual std::string local_zone() const { return "this machine's"; }
  virtual void sleep(std::chrono::milliseconds time) const = 0;
};

/// The machine's clock and its zone (TZ, /etc/localtime).
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override;
  void sleep(std::chrono::milliseconds time) const override;
};

}  // namespace mailhaul
