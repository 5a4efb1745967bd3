#include "mailhaul/base/zone.hpp"

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;

TEST(Zone, ADistanceFromUtc) {
  struct Row {
    const char* name;
    int east_minutes;
  };
  const CivilSeconds noon = local_days{year{2003} / 2 / 14} + hours{12};
  for (const Row& row :
       {Row{"+0130", 90}, {"-08:00", -480}, {"+0000", 0}, {"UTC", 0}, {"Z", 0}, {"+1400", 840}, {"-0330", -210}}) {
    const auto zone = Zone::find(row.name);
    ASSERT_TRUE(zone.has_value()) << row.name;
    EXPECT_EQ(zone->from_local(noon), sys_days{year{2003} / 2 / 14} + hours{12} - minutes{row.east_minutes})
        << row.name;
    EXPECT_EQ(zone->name(), row.name);
  }
}

TEST(Zone, WhatIsNoneIsNotFound) {
  for (const char* name : {"", "+", "0100", "+1", "+01", "+01:0", "+0x00", "+2400", "+0060", "Europe", "Europe/Nowhere",
                           "../../etc/passwd", "/etc/localtime", "berlin"})
    EXPECT_FALSE(Zone::find(name).has_value()) << name;
}

TEST(Zone, ANameKnowsItsSummers) {
  const auto berlin = Zone::find("Europe/Berlin");
  ASSERT_TRUE(berlin.has_value());
  const auto at = [&](unsigned month, unsigned day, int hour, int minute = 0) {
    return berlin->from_local(local_days{year{2024} / std::chrono::month{month} / std::chrono::day{day}} + hours{hour} +
                              minutes{minute});
  };
  EXPECT_EQ(at(1U, 15, 12), sys_days{year{2024} / 1 / 15} + hours{11});
  EXPECT_EQ(at(7, 15, 12), sys_days{year{2024} / 7 / 15} + hours{10});
  // Twice: the first. Never: as if the clocks had not been put forward.
  EXPECT_EQ(at(10, 27, 2, 30), sys_days{year{2024} / 10 / 27} + minutes{30});
  EXPECT_EQ(at(3, 31, 2, 30), sys_days{year{2024} / 3 / 31} + hours{1} + minutes{30});
}

TEST(ZonedClock, IsTheOtherClockButForItsZone) {
  const SystemClock system;
  const CivilSeconds noon = local_days{year{2003} / 2 / 14} + hours{12};
  const ZonedClock plain(system, std::nullopt);
  EXPECT_EQ(plain.from_local(noon), system.from_local(noon));
  EXPECT_EQ(plain.local_zone(), system.local_zone());
  const ZonedClock zoned(system, Zone::find("+0100"));
  EXPECT_EQ(zoned.from_local(noon), sys_days{year{2003} / 2 / 14} + hours{11});
  EXPECT_EQ(zoned.local_zone(), "+0100");
}

}  // namespace
}  // namespace mailhaul
