#include "mailhaul/sync/match.hpp"

#include <gtest/gtest.h>

#include <set>

namespace mailhaul::sync {
namespace {

using mail::Flag;

mail::ContentKey key(std::uint64_t n) { return {n, {n, n, n, n}}; }

store::MessageInfo wanted(const std::string& base_name, mail::FlagSet flags = {}) {
  store::MessageInfo info;
  info.hints.base_name = base_name;
  info.flags = flags;
  return info;
}

TEST(ContentIndex, EachCopyIsTakenOnce) {
  ContentIndex index;
  index.add(key(1), {{"a"}, {}, {}});
  index.add(key(1), {{"b"}, {}, {}});
  EXPECT_TRUE(index.take(key(1), wanted("")));
  EXPECT_TRUE(index.take(key(1), wanted("")));
  EXPECT_FALSE(index.take(key(1), wanted("")));
  EXPECT_FALSE(index.take(key(2), wanted("")));
  EXPECT_TRUE(index.empty());
}

TEST(ContentIndex, TheSameBaseNameComesFirst) {
  ContentIndex index;
  index.add(key(1), {{"a"}, {Flag::seen}, {}});
  index.add(key(1), {{"b"}, {}, {}});
  EXPECT_EQ(index.take(key(1), wanted("b", {Flag::seen}))->handle.token, "b");
}

TEST(ContentIndex, EqualFlagsComeBeforeMoreFlagsAndThoseBeforeOthers) {
  ContentIndex index;
  index.add(key(1), {{"none"}, {}, {}});
  index.add(key(1), {{"more"}, {Flag::seen, Flag::flagged}, {}});
  index.add(key(1), {{"equal"}, {Flag::seen}, {}});
  EXPECT_EQ(index.take(key(1), wanted("", {Flag::seen}))->handle.token, "equal");
  EXPECT_EQ(index.take(key(1), wanted("", {Flag::seen}))->handle.token, "more");
  EXPECT_EQ(index.take(key(1), wanted("", {Flag::seen}))->handle.token, "none");
}

TEST(ContentIndex, AHundredThousandEqualCopiesAreTakenEachOnceAndQuickly) {
  ContentIndex index;
  constexpr std::size_t copies = 100'000;
  for (std::size_t i = 0; i < copies; ++i) index.add(key(1), {{std::to_string(i)}, {}, {}});
  std::set<std::string> taken;
  for (std::size_t i = 0; i < copies; ++i) taken.insert(index.take(key(1), wanted("no such name"))->handle.token);
  EXPECT_EQ(taken.size(), copies);
}

}  // namespace
}  // namespace mailhaul::sync
