#include "mailhaul/run/id_map.hpp"

#include <pwd.h>

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

std::uint32_t becomes(const IdMap& map, std::uint32_t id) {
  const IdMap::Rule* const rule = map.find(id);
  return rule == nullptr ? 0 : rule->to;
}

TEST(IdMap, TheFirstRuleThatMatchesCounts) {
  const auto map = IdMap::of_users("7:70,1-10:71,5:72,0:73,*:74", NumericIds::no);
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> rows{{0, 73},  {1, 71},  {5, 71},          {7, 70},
                                                                  {10, 71}, {11, 74}, {4294967294U, 74}};
  for (const auto& [from, to] : rows) EXPECT_EQ(becomes(map, from), to) << from;
}

TEST(IdMap, RootMatchesOnlyWhereItIsWritten) {
  EXPECT_EQ(becomes(IdMap::of_users("*:5", NumericIds::no), 0), 0U);
  EXPECT_EQ(becomes(IdMap::of_users("root:5", NumericIds::no), 0), 5U);
  EXPECT_EQ(becomes(IdMap::of_groups("root:5", NumericIds::no), 0), 5U);
  EXPECT_THROW((void)IdMap::of_users("0-99:5", NumericIds::no), Error);
}

TEST(IdMap, NamesAreThoseOfThisMachine) {
  const passwd* const daemon = ::getpwnam("daemon");
  ASSERT_NE(daemon, nullptr);
  const auto map = IdMap::of_users("daemon:www-data,33:daemon", NumericIds::no);
  const IdMap::Rule* const rule = map.find(daemon->pw_uid);
  ASSERT_NE(rule, nullptr);
  EXPECT_TRUE(rule->is_one);
  const passwd* const www = ::getpwnam("www-data");  // a dash does not make a range
  ASSERT_NE(www, nullptr);
  EXPECT_EQ(rule->to, www->pw_uid);
  EXPECT_EQ(rule->to_group, www->pw_gid);
  EXPECT_EQ(IdMap::of_users("1:1", NumericIds::yes).find(1)->to_group, std::nullopt);
  EXPECT_EQ(IdMap::of_groups("1:1", NumericIds::no).find(1)->to_group, std::nullopt);
}

TEST(IdMap, WhatMakesNoSenseIsRefused) {
  for (const char* text : {"",
                           ",",
                           ":",
                           "1",
                           "1:",
                           ":1",
                           "1:2,",
                           ",1:2",
                           "1:2,,3:4",
                           "1:2:3",
                           "1:0",
                           "1:root",
                           "*:0",
                           "2-1:5",
                           "-1:5",
                           "1-:5",
                           "4294967295:5",
                           "5:4294967295",
                           "1-4294967295:5",
                           "4294967296:5",
                           "no-such-name-here:5",
                           "5:no-such-name-here",
                           "**:5",
                           "5:*",
                           " 1:2",
                           "1:2 "}) {
    EXPECT_THROW((void)IdMap::of_users(text, NumericIds::no), Error) << text;
    EXPECT_THROW((void)IdMap::of_groups(text, NumericIds::no), Error) << text;
  }
  for (const char* text : {"daemon:5", "5:daemon", "root:5"}) {
    EXPECT_THROW((void)IdMap::of_users(text, NumericIds::yes), Error) << text;
    EXPECT_THROW((void)IdMap::of_groups(text, NumericIds::yes), Error) << text;
  }
}

}  // namespace
}  // namespace mailhaul::run
