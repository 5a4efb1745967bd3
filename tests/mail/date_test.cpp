#include "mailhaul/mail/date.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

using std::chrono::seconds;

TEST(Date, KnowsMonthsInAnyCase) {
  EXPECT_EQ(month_of("Jan"), 1U);
  EXPECT_EQ(month_of("dEC"), 12U);
  for (const std::string_view bad : {"", "Ja", "Janu", "xJan",
                                     "\x0a"
                                     "an",
                                     "Foo", "???"})
    EXPECT_EQ(month_of(bad), std::nullopt) << bad;
  for (unsigned month = 1; month <= 12; ++month) EXPECT_EQ(month_of(month_name(month)), month);
}

TEST(Date, NamesWeekdaysFromSunday) {
  EXPECT_EQ(weekday_name(0), "Sun");
  EXPECT_EQ(weekday_name(6), "Sat");
}

TEST(Date, IsShownInUtc) {
  EXPECT_EQ(to_iso(InternalDate{seconds{0}}), "1970-01-01 00:00:00Z");
  EXPECT_EQ(to_iso(InternalDate{seconds{1714566896}}), "2024-05-01 12:34:56Z");
  EXPECT_EQ(to_iso(InternalDate{seconds{-1}}), "1969-12-31 23:59:59Z");
}

}  // namespace
}  // namespace mailhaul::mail
