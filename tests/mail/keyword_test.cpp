#include "mailhaul/mail/keyword.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

TEST(Keyword, IsAnAtomOfImap) {
  for (const std::string_view good : {"$Forwarded", "NonJunk", "a", "x-y.z", "!#&'+,-./:;<=>?@[^_`|}~"})
    EXPECT_TRUE(is_keyword(good)) << good;
  for (const std::string_view bad :
       {"", "two words", "a(b", "a)b", "a{b", "a%b", "a*b", "a\"b", "a\\b", "a]b", "a\tb", "a\x7f", "gr\xc3\xbcn"})
    EXPECT_FALSE(is_keyword(bad)) << bad;
}

TEST(KeywordSet, ComparesWithoutCaseAndKeepsTheFirstSpelling) {
  KeywordSet set{"$Junk", "work"};
  set.add("WORK");
  EXPECT_EQ(set.size(), 2U);
  EXPECT_TRUE(set.has("$junk"));
  EXPECT_EQ(set.names(), (std::vector<std::string>{"$Junk", "work"}));
  EXPECT_EQ(set, (KeywordSet{"Work", "$JUNK"}));
  set.remove("Work");
  EXPECT_EQ(set, KeywordSet{"$junk"});
  set.remove("absent");
  EXPECT_FALSE(set.empty());
}

TEST(KeywordSet, AddsManyAsIfOneByOne) {
  KeywordSet many{"b", "X"};
  many.add_all({"c", "x", "A", "B", "a"});
  EXPECT_EQ(many.names(), (std::vector<std::string>{"A", "b", "c", "X"}));

  std::vector<std::string> spellings;
  for (char c = 'A'; c <= 'Z'; ++c) spellings.push_back(std::string("k") + c);
  std::vector<std::string> others = spellings;
  for (std::string& name : others) name[0] = 'K';
  KeywordSet first_wins;
  first_wins.add_all(others);
  first_wins.add_all(spellings);
  EXPECT_EQ(first_wins.names(), others);
  KeywordSet at_once;
  std::vector<std::string> both = others;
  both.insert(both.end(), spellings.begin(), spellings.end());
  at_once.add_all(both);
  EXPECT_EQ(at_once.names(), others);
}

TEST(KeywordSet, WithoutLeavesWhatTheOtherHasNot) {
  EXPECT_EQ((KeywordSet{"a", "b", "C"}.without(KeywordSet{"B", "d"})), (KeywordSet{"a", "C"}));
}

}  // namespace
}  // namespace mailhaul::mail
