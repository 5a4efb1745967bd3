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

TEST(WithoutDifferences, WhatChangedAtTheTargetIsNoChangeOfTheSource) {
  for (unsigned bits = 0; bits < 16; ++bits) {  // of one flag: base and now, at the source and at the target
    const auto sighting = [bits](unsigned bit) {
      return ledger::Sighting{{}, (bits >> bit & 1U) != 0 ? mail::FlagSet{Flag::seen} : mail::FlagSet{}, {}};
    };
    const auto source_base = sighting(0);
    const auto source = sighting(1);
    const auto target_base = sighting(2);
    const auto target = sighting(3);
    const auto at_once = changed(target, merge_flags({source_base, source}, {target_base, target}));
    const auto recorded = without_differences(source_base, {target_base, target});
    const auto later = changed(target, merge_flags({recorded, source}, {target, target}));
    EXPECT_EQ(later.flags, at_once.flags) << bits;
  }
}

}  // namespace
}  // namespace mailhaul::sync
