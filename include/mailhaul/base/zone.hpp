#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/base/clock.hpp"

namespace date {
class time_zone;
}

namespace mailhaul {

/// A time zone by name ("Europe/Berlin", from the system's data) or as a distance from UTC ("+0130", "-08:00", "UTC").
/// Any number of threads.
class Zone {
 public:
  [[nodiscard]] static std::optional<Zone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// As Clock::from_local.
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const;

 private:
  Zone(std::string_view name, const date::time_zone* rules, std::chrono::seconds east)
      : name_(name), rules_(rules), east_(east) {}

  std::string name_;
  const date::time_zone* rules_;  ///< of the process; null: `east_` always
  std::chrono::seconds east_;
};

/// A clock whose local zone is another.
class ZonedClock final : public Clock {
 public:
  /// No zone: that of `clock`.
  ZonedClock(const Clock& clock, std::optional<Zone> zone) : clock_(clock), zone_(std::move(zone)) {}
  [[nodiscard]] Instant now() const override { return clock_.now(); }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return zone_ ? zone_->from_local(civil) : clock_.from_local(civil);
  }
  [[nodiscard]] std::string local_zone() const override { return zone_ ? zone_->name() : clock_.local_zone(); }
  void sleep(std::chrono::milliseconds time) const override { clock_.sleep(time); }

 private:
  const Clock& clock_;
  std::optional<Zone> zone_;
};

}  // namespace mailhaul
