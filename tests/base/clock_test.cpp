#include "mailhaul/base/clock.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

using namespace std::chrono_literals;
using std::chrono::day;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

/// Another local zone for as long as this lives.
class LocalZone {
 public:
  explicit LocalZone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;
  ~LocalZone() {
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::optional<std::string> before_;
};

struct Reading {
  int y;
  unsigned m;
  unsigned d;
  int h;
  int min;
  int s = 0;
};

CivilSeconds civil(const Reading& r) {
  return local_days{year{r.y} / month{r.m} / day{r.d}} + hours{r.h} + minutes{r.min} + seconds{r.s};
}

sys_seconds utc(const Reading& r) {
  return sys_days{year{r.y} / month{r.m} / day{r.d}} + hours{r.h} + minutes{r.min} + seconds{r.s};
}

struct Row {
  const char* what;
  const char* zone;
  Reading local;
  Reading instant;
};

const std::vector<Row> readings{
    {"UTC is itself", "UTC", {2024, 6, 1, 12, 0, 59}, {2024, 6, 1, 12, 0, 59}},
    {"winter", "Europe/Berlin", {2024, 1, 15, 12, 0}, {2024, 1, 15, 11, 0}},
    {"summer", "Europe/Berlin", {2024, 7, 15, 12, 0}, {2024, 7, 15, 10, 0}},
    {"last second before the clocks go forward", "Europe/Berlin", {2024, 3, 31, 1, 59, 59}, {2024, 3, 31, 0, 59, 59}},
    {"first second after it", "Europe/Berlin", {2024, 3, 31, 3, 0}, {2024, 3, 31, 1, 0}},
    {"last second before the hour that comes twice",
     "Europe/Berlin",
     {2024, 10, 27, 1, 59, 59},
     {2024, 10, 26, 23, 59, 59}},
    {"twice: the first", "Europe/Berlin", {2024, 10, 27, 2, 0}, {2024, 10, 27, 0, 0}},
    {"twice: the first, at its end", "Europe/Berlin", {2024, 10, 27, 2, 59, 59}, {2024, 10, 27, 0, 59, 59}},
    {"once again", "Europe/Berlin", {2024, 10, 27, 3, 0}, {2024, 10, 27, 2, 0}},
    {"twice in the west: the first", "America/New_York", {2024, 11, 3, 1, 30}, {2024, 11, 3, 5, 30}},
    {"southern summer", "Australia/Sydney", {2024, 1, 15, 12, 0}, {2024, 1, 15, 1, 0}},
    {"twice in the south: the first", "Australia/Sydney", {2024, 4, 7, 2, 30}, {2024, 4, 6, 15, 30}},
    {"half an hour that comes twice", "Australia/Lord_Howe", {2024, 4, 7, 1, 45}, {2024, 4, 6, 14, 45}},
    {"summer is standard time there", "Europe/Dublin", {2024, 7, 15, 12, 0}, {2024, 7, 15, 11, 0}},
    {"twice in Dublin: the first", "Europe/Dublin", {2024, 10, 27, 1, 30}, {2024, 10, 27, 0, 30}},
    {"twice, by a new standard time", "Europe/Moscow", {2014, 10, 26, 1, 30}, {2014, 10, 25, 21, 30}},
    {"before that", "Europe/Moscow", {2014, 10, 25, 12, 0}, {2014, 10, 25, 8, 0}},
    {"after that", "Europe/Moscow", {2014, 10, 27, 12, 0}, {2014, 10, 27, 9, 0}},
    {"quarter hours", "Asia/Kathmandu", {2024, 1, 15, 12, 0}, {2024, 1, 15, 6, 15}},
    {"leap day", "Europe/Berlin", {2000, 2, 29, 23, 0}, {2000, 2, 29, 22, 0}},
    {"before 1970", "Europe/Berlin", {1969, 12, 31, 12, 0}, {1969, 12, 31, 11, 0}},
    {"one second before 1970", "UTC", {1969, 12, 31, 23, 59, 59}, {1969, 12, 31, 23, 59, 59}},
    {"after 2038", "Europe/Berlin", {2050, 7, 15, 12, 0}, {2050, 7, 15, 10, 0}},
};

TEST(SystemClock, ReadsTheLocalZone) {
  const SystemClock clock;
  for (const Row& row : readings) {
    const LocalZone zone(row.zone);
    EXPECT_EQ(clock.from_local(civil(row.local)).time_since_epoch(), utc(row.instant).time_since_epoch())
        << row.what << ", " << row.zone;
  }
}

TEST(SystemClock, GivesAnHourThatWasSkippedTheOffsetBeforeIt) {
  const SystemClock clock;
  const std::vector<Row> skipped{
      {"forward by an hour", "Europe/Berlin", {2024, 3, 31, 2, 30}, {2024, 3, 31, 1, 30}},
      {"in the west", "America/New_York", {2024, 3, 10, 2, 0}, {2024, 3, 10, 7, 0}},
      {"forward by half an hour", "Australia/Lord_Howe", {2024, 10, 6, 2, 15}, {2024, 10, 5, 15, 45}},
      {"a whole day", "Pacific/Apia", {2011, 12, 30, 12, 0}, {2011, 12, 30, 22, 0}},
  };
  for (const Row& row : skipped) {
    const LocalZone zone(row.zone);
    EXPECT_EQ(clock.from_local(civil(row.local)).time_since_epoch(), utc(row.instant).time_since_epoch())
        << row.what << ", " << row.zone;
  }
}

TEST(SystemClock, LocalTimeOfAnInstantLeadsBackToItOrToItsFirstTwin) {
  const SystemClock clock;
  for (const char* name :
       {"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tehran", "Europe/Moscow"}) {
    const LocalZone zone(name);
    for (sys_seconds t = utc({2010, 1, 1, 0, 0}); t < utc({2016, 1, 1, 0, 0}); t += 7h + 13min) {
      const std::time_t raw = std::chrono::system_clock::to_time_t(t);
      std::tm fields{};
      ASSERT_NE(::localtime_r(&raw, &fields), nullptr);
      const sys_seconds back = clock.from_local(CivilSeconds{t.time_since_epoch() + seconds{fields.tm_gmtoff}});
      const bool same = back == t;
      const bool earlier_twin = t - back == 1h || t - back == 30min;
      ASSERT_TRUE(same || earlier_twin) << name << " " << raw;
      if (same) continue;
      // The twin must read the same on the wall.
      const std::time_t twin = std::chrono::system_clock::to_time_t(back);
      std::tm other{};
      ASSERT_NE(::localtime_r(&twin, &other), nullptr);
      ASSERT_EQ(other.tm_hour * 60 + other.tm_min, fields.tm_hour * 60 + fields.tm_min) << name << " " << raw;
    }
  }
}

TEST(SystemClock, AnswersManyThreadsAtOnce) {
  const LocalZone zone("Europe/Berlin");
  const SystemClock clock;
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong)
      threads.emplace_back([&clock, &count] {
        for (int i = 0; i < 500; ++i)
          if (clock.from_local(civil({2024, 7, 15, 12, 0})) != utc({2024, 7, 15, 10, 0})) ++count;
      });
  }
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(SystemClock, TellsTheTimeOfTheMachine) {
  const SystemClock clock;
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Instant now = clock.now();
  const auto after = std::chrono::system_clock::now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(SystemClock, SleepsAtLeastAsLongAsAsked) {
  const SystemClock clock;
  const auto before = std::chrono::steady_clock::now();
  clock.sleep(20ms);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}

}  // namespace
}  // namespace mailhaul
