#include "mailhaul/base/finding.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

TEST(Finding, EveryKindAndWeightHasAWordOfItsOwn) {
  std::set<std::string> words;
  int kinds = 0;
  // Up to the last kind of the list.
  for (int i = 0; i <= static_cast<int>(FindingKind::durability); ++i, ++kinds)
    words.insert(to_string(static_cast<FindingKind>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(kinds));
  EXPECT_EQ(words.count(""), 0U);
  for (const std::string& word : words)
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << word;

  const std::set<std::string> weights{to_string(Weight::note), to_string(Weight::lost), to_string(Weight::failed)};
  EXPECT_EQ(weights, (std::set<std::string>{"note", "lost", "failed"}));
}

TEST(Finding, IsANoteAboutOneThingUntilSomebodySaysMore) {
  const Finding finding;
  EXPECT_EQ(finding.weight, Weight::note);
  EXPECT_EQ(finding.count, 1U);
}

}  // namespace
}  // namespace mailhaul
