#include "mailhaul/mail/flags.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

TEST(FlagSet, AddsRemovesAndSubtracts) {
  FlagSet flags{Flag::seen, Flag::draft};
  EXPECT_TRUE(flags.has(Flag::seen));
  EXPECT_FALSE(flags.has(Flag::flagged));
  flags.remove(Flag::seen);
  EXPECT_EQ(flags, FlagSet{Flag::draft});
  EXPECT_EQ((FlagSet{Flag::seen, Flag::draft} - FlagSet{Flag::draft, Flag::passed}), FlagSet{Flag::seen});
  EXPECT_EQ((FlagSet{Flag::seen} | FlagSet{Flag::draft}), (FlagSet{Flag::draft, Flag::seen}));
}

TEST(FlagSet, KeepsNoBitThatIsNoFlag) { EXPECT_EQ(FlagSet::from_bits(0xffff).bits(), 63); }

TEST(FlagSet, IsShownInTheOrderOfTheTable) {
  EXPECT_EQ(to_string(FlagSet{}), "");
  EXPECT_EQ(to_string(FlagSet{Flag::passed, Flag::seen}), "\\Seen Passed");
  EXPECT_EQ(to_string(FlagSet::from_bits(63)), "\\Seen \\Answered \\Flagged \\Deleted \\Draft Passed");
}

TEST(FlagLetters, StandInAsciiOrderAndNameEachFlagOnce) {
  FlagSet named;
  char before = 0;
  for (const FlagLetter& row : maildir_letters) {
    EXPECT_LT(before, row.letter);
    EXPECT_FALSE(named.has(row.flag)) << row.letter;
    named.add(row.flag);
    before = row.letter;
  }
  EXPECT_EQ(named, FlagSet::from_bits(63));
}

}  // namespace
}  // namespace mailhaul::mail
