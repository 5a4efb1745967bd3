#include "mailhaul/sync/decide.hpp"

#include <gtest/gtest.h>

namespace mailhaul::sync {
namespace {

using mail::Flag;
using mail::FlagSet;

TEST(UniteFlags, EveryPairOfFlagSetsKeepsTheTargetsAndAddsTheUnitedOnes) {
  const FlagSet united{Flag::seen, Flag::answered, Flag::flagged, Flag::passed};
  for (unsigned s = 0; s < 64; ++s) {
    for (unsigned t = 0; t < 64; ++t) {
      const FlagSet source = FlagSet::from_bits(s);
      const FlagSet target = FlagSet::from_bits(t);
      const auto change = unite_flags(source, {}, target, {});
      const FlagSet result = (target | change.add) - change.remove;
      EXPECT_EQ(result & united, (source | target) & united);
      EXPECT_EQ(result.has(Flag::draft), target.has(Flag::draft));
      EXPECT_EQ(result.has(Flag::deleted), target.has(Flag::deleted));
      EXPECT_TRUE(unite_flags(source, {}, result, {}).empty()) << "a second run has nothing to do";
    }
  }
}

TEST(UniteFlags, KeywordsAreUnitedByNameWithoutCase) {
  const auto change = unite_flags({}, {"Work", "new"}, {}, {"WORK", "old"});
  EXPECT_TRUE(change.add_keywords == mail::KeywordSet{"new"});
  EXPECT_TRUE(change.remove_keywords.empty());
}

}  // namespace
}  // namespace mailhaul::sync
