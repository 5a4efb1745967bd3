#include "mailhaul/store/lost_dates.hpp"

#include <gtest/gtest.h>

namespace mailhaul::store {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr mail::InternalDate copied{std::chrono::seconds{1'700'000'000}};
constexpr mail::InternalDate year_before = copied - days{365};

/// Names a day apart; file times two seconds apart, as a copy leaves them.
std::vector<FileAndNameTime> copied_mail(std::size_t messages) {
  std::vector<FileAndNameTime> times;
  for (std::size_t i = 0; i < messages; ++i)
    times.push_back({copied + std::chrono::seconds{2 * i}, year_before + days{i}});
  return times;
}

TEST(LostDates, AreSeenWhereFileTimesAreThoseOfACopy) {
  const auto lost = find_lost_dates(copied_mail(100));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->messages, 100U);
  EXPECT_EQ(lost->first, copied);
  EXPECT_EQ(lost->last, copied + std::chrono::seconds{198});
  EXPECT_EQ(lost->names_span, days{79});
}

TEST(LostDates, NeedTwentyMessages) {
  EXPECT_FALSE(find_lost_dates(copied_mail(19)));
  EXPECT_TRUE(find_lost_dates(copied_mail(20)));
  EXPECT_FALSE(find_lost_dates({}));
}

TEST(LostDates, AreThoseOfMostMessages) {
  auto times = copied_mail(100);
  for (std::size_t i = 0; i < 20; ++i) times[i].file = *times[i].name;
  EXPECT_TRUE(find_lost_dates(times)) << "mail that came later has its own";
  times[20].file = *times[20].name;
  EXPECT_FALSE(find_lost_dates(times));
}

TEST(LostDates, AreNotSeenInMailThatKeptThem) {
  std::vector<FileAndNameTime> times;
  for (int i = 0; i < 100; ++i) times.push_back({year_before + days{i}, year_before + days{i}});
  EXPECT_FALSE(find_lost_dates(times));
}

TEST(LostDates, AreNotSeenInMailThatCameInOneHour) {
  std::vector<FileAndNameTime> times;
  for (int i = 0; i < 100; ++i) times.push_back({copied + minutes{i % 60}, copied + minutes{i % 60}});
  times[7].name = year_before;  // one odd name does not make it a copy
  EXPECT_FALSE(find_lost_dates(times));
}

TEST(LostDates, AreNotConcludedFromNamesThatSayNothing) {
  auto times = copied_mail(100);
  for (FileAndNameTime& time : times) time.name.reset();
  EXPECT_FALSE(find_lost_dates(times));
}

TEST(LostDates, AreSeenUpToAnHour) {
  auto times = copied_mail(20);
  for (std::size_t i = 0; i < times.size(); ++i) times[i].file = copied + (i % 2 == 0 ? minutes{0} : minutes{60});
  EXPECT_TRUE(find_lost_dates(times));
  for (std::size_t i = 1; i < times.size(); i += 2) times[i].file += std::chrono::seconds{1};
  EXPECT_FALSE(find_lost_dates(times));
}

}  // namespace
}  // namespace mailhaul::store
