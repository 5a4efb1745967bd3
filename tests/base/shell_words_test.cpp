#include "mailhaul/base/shell_words.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

using Words = std::vector<std::string>;

struct Row {
  const char* what;
  std::string_view in;
  Words out;
};

const std::vector<Row> good_rows{
    {"nothing", "", {}},
    {"blanks", " \t\n ", {}},
    {"words", "--delete  -j 4\t-n", {"--delete", "-j", "4", "-n"}},
    {"single quotes", "--include 'Sent Items'", {"--include", "Sent Items"}},
    {"double quotes", "--include=\"Sent Items\"", {"--include=Sent Items"}},
    {"an empty word", "a '' \"\" b", {"a", "", "", "b"}},
    {"quotes inside a word", "a'b c'd\"e f\"g", {"ab cde fg"}},
    {"a backslash", "a\\ b \\\" \\' \\\\ \\n", {"a b", "\"", "'", "\\", "n"}},
    {"a backslash in single quotes", "'a\\b\\'", {"a\\b\\"}},
    {"a backslash in double quotes", "\"\\$ \\` \\\" \\\\ \\a\"", {"$ ` \" \\ \\a"}},
    {"a single quote in double ones", "\"it's\"", {"it's"}},
    {"an escaped line end joins", "a\\\nb \"c\\\nd\"", {"ab", "cd"}},
    {"nothing is expanded",
     "$HOME `id` $(id) * ~ {a,b} # ; > x",
     {"$HOME", "`id`", "$(id)", "*", "~", "{a,b}", "#", ";", ">", "x"}},
    {"other letters", "Entw\xc3\xbcrfe", {"Entw\xc3\xbcrfe"}},
};

TEST(ShellWords, SplitsAsAShellDoesAndExpandsNothing) {
  for (const Row& row : good_rows) {
    SCOPED_TRACE(row.what);
    const auto words = split_words(row.in);
    ASSERT_TRUE(words.has_value());
    EXPECT_EQ(*words, row.out);
  }
}

TEST(ShellWords, RefusesWhatIsNotClosed) {
  for (const std::string_view text : {"'a", "a 'b c", "\"a", "\"a\\\"", "a\\", "'it's'", "\"\\"})
    EXPECT_FALSE(split_words(text).has_value()) << text;
}

TEST(ShellWords, JoinedWordsAreReadBack) {
  EXPECT_EQ(join_words({"--delete", "-j", "4", "--map-folder", "Sent Items=Sent", "", "it's"}),
            "--delete -j 4 --map-folder 'Sent Items=Sent' '' 'it'\\''s'");
  std::mt19937 random(11);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same words each time
  constexpr std::string_view octets = "a-='\"\\ \t\n$`*~;\xc3\xbc";
  for (int i = 0; i < 5000; ++i) {
    Words words(random() % 5);
    for (std::string& word : words)
      for (std::size_t left = random() % 6; left > 0; --left) word += octets[random() % octets.size()];
    const auto again = split_words(join_words(words));
    ASSERT_TRUE(again.has_value());
    ASSERT_EQ(*again, words);
  }
}

}  // namespace
}  // namespace mailhaul
