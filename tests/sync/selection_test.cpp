#include "mailhaul/sync/selection.hpp"

#include <gtest/gtest.h>

namespace mailhaul::sync {
namespace {

mail::FolderName name(std::string_view text) { return *mail::FolderName::from_display(text); }

TEST(Glob, TableOfPatterns) {
  struct Row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Row& row : {Row{"Sent", "Sent", true},
                         {"Sent", "sent", false},
                         {"*", "", true},
                         {"*", "Work/2024/Q1", true},
                         {"Work/*", "Work/2024/Q1", true},
                         {"Work/%", "Work/2024/Q1", false},
                         {"Work/%", "Work/2024", true},
                         {"Work/%", "Work/", true},
                         {"%/%/Q1", "Work/2024/Q1", true},
                         {"W?rk", "Work", true},
                         {"W?rk", "Wrk", false},
                         {"*a*b*c", "xxaxxbxxc", true},
                         {"*a*b*c", "xxaxxcxxb", false},
                         {"", "", true},
                         {"", "x", false}})
    EXPECT_EQ(matches_glob(row.pattern, row.text), row.matches) << row.pattern << " ~ " << row.text;
}

TEST(Glob, ManyStarsStayQuick) {
  const std::string pattern(200, '*');
  EXPECT_TRUE(matches_glob(pattern, std::string(2000, 'a')));
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(2000, 'a')));
}

TEST(FolderFilter, IncludesSelectAndExcludesWin) {
  EXPECT_TRUE(FolderFilter{}.selects(name("Sent")));
  const FolderFilter some{{"inbox", "Work*"}, {"Work/Old"}};
  EXPECT_TRUE(some.selects(name("INBOX")));
  EXPECT_TRUE(some.selects(name("Work/2024")));
  EXPECT_FALSE(some.selects(name("Work/Old")));
  EXPECT_FALSE(some.selects(name("Sent")));
}

TEST(FolderMap, AFolderMovesWithItsChildren) {
  FolderMap map;
  ASSERT_TRUE(map.add("Sent Items=Sent"));
  ASSERT_TRUE(map.add("Old*=INBOX"));
  EXPECT_EQ(map.map(name("Sent Items")), name("Sent"));
  EXPECT_EQ(map.map(name("Sent Items/2020")), name("Sent/2020"));
  EXPECT_EQ(map.map(name("Sent Items too")), name("Sent Items too"));
  EXPECT_EQ(map.map(name("Old/Stuff")), name("INBOX"));
  EXPECT_EQ(map.map(name("INBOX")), name("INBOX"));
}

TEST(FolderMap, OnlyPairsAreTaken) {
  FolderMap map;
  for (const char* bad : {"", "=", "A", "A=", "=B", "A=B//C"}) EXPECT_FALSE(map.add(bad)) << bad;
}

TEST(MessageFilter, BoundsAreInclusiveAndNoDatePasses) {
  MessageFilter filter;
  filter.min_octets = 10;
  filter.max_octets = 20;
  filter.not_before = mail::InternalDate{std::chrono::seconds{100}};
  for (const std::uint64_t in : {10U, 20U}) EXPECT_TRUE(filter.selects_size(in));
  for (const std::uint64_t out : {9U, 21U}) EXPECT_FALSE(filter.selects_size(out));
  EXPECT_TRUE(filter.selects_date(std::nullopt));
  EXPECT_TRUE(filter.selects_date(mail::InternalDate{std::chrono::seconds{100}}));
  EXPECT_FALSE(filter.selects_date(mail::InternalDate{std::chrono::seconds{99}}));
}

TEST(FolderMap, SpecialUsesAreMatchedWithoutCaseAndBelowInbox) {
  FolderMap map;
  ASSERT_TRUE(map.add("spam/Keep=Kept"));
  ASSERT_TRUE(map.add_special_uses("spam=Junk,Sent Items=Sent"));
  const auto mapped = [&](const char* name) { return map.map(*mail::FolderName::from_display(name)).display(); };
  struct Row {
    const char* from;
    const char* to;
  };
  for (const Row& row : {Row{"spam", "Junk"},
                         {"SPAM", "Junk"},
                         {"Spam/2024", "Junk/2024"},
                         {"INBOX/spam", "Junk"},
                         {"INBOX/Sent items/Old", "Sent/Old"},
                         {"INBOX/Work/spam", "INBOX/Work/spam"},
                         {"spam/Keep", "Kept"},
                         {"spammers", "spammers"},
                         {"INBOX", "INBOX"}})
    EXPECT_EQ(mapped(row.from), row.to) << row.from;
}

TEST(FolderMap, SpecialUsesThatAreNoPairsAreRefused) {
  for (const char* text : {"", "spam", "spam=Junk,", "spam=", "=Junk", "spam=Junk,Sent"}) {
    FolderMap map;
    EXPECT_FALSE(map.add_special_uses(text)) << text;
  }
}

}  // namespace
}  // namespace mailhaul::sync
