#include "mailhaul/base/clock.hpp"

#include <algorithm>
#include <ctime>
#include <thread>

namespace mailhaul {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

/// What the local zone adds to UTC at `instant`.
seconds offset_at(sys_seconds instant) {
  const std::time_t raw = instant.time_since_epoch().count();
  std::tm fields{};
  ::localtime_r(&raw, &fields);
  return seconds{fields.tm_gmtoff};
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// Not by mktime: it has no answer for a day that a zone left out (Samoa's 30 December 2011), and -1 is also a time.
sys_seconds SystemClock::from_local(CivilSeconds civil) const {
  // No zone is a day away from UTC, and none changes twice in two days: one of these two offsets is in force at
  // `civil`.
  const sys_seconds as_utc{civil.time_since_epoch()};
  const seconds before = offset_at(as_utc - std::chrono::days{1});
  const seconds after = offset_at(as_utc + std::chrono::days{1});
  const sys_seconds by_before = as_utc - before;
  const sys_seconds by_after = as_utc - after;
  if (before == after) return by_before;
  const bool before_holds = offset_at(by_before) == before;
  const bool after_holds = offset_at(by_after) == after;
  if (before_holds && after_holds) return std::min(by_before, by_after);  // a reading that came twice
  return after_holds ? by_after : by_before;                              // neither: an hour that the clocks skipped
}

void SystemClock::sleep(std::chrono::milliseconds time) const { std::this_thread::sleep_for(time); }

}  // namespace mailhaul
