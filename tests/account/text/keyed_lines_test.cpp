#include "account/text/keyed_lines.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account {
namespace {

TEST(KeyedLines, LocalPartsAreExact) {
  const KeyedLines file = parse_keyed_lines("sal:1\nal:2\nAl:3\na.b:4\na+b:5\r\nx:y:z");
  ASSERT_EQ(file.lines.size(), 6U);
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(file.lines[1].local_part, "al");
  EXPECT_EQ(file.lines[1].rest, "2");
  EXPECT_EQ(file.lines[1].number, 2U);
  EXPECT_EQ(file.lines[2].local_part, "Al");
  EXPECT_EQ(file.lines[4].rest, "5");
  EXPECT_EQ(file.lines[5].rest, "y:z");
}

TEST(KeyedLines, CommentsAndBlankLinesAreNobodys) {
  const KeyedLines file = parse_keyed_lines("# bob:1\n\n  \t\r\nbob:2\n");
  ASSERT_EQ(file.lines.size(), 1U);
  EXPECT_EQ(file.lines[0].number, 4U);
  EXPECT_TRUE(file.problems.empty());
}

TEST(KeyedLines, TheFirstOfTwoCounts) {
  const KeyedLines file = parse_keyed_lines("bob:1\namy:2\nbob:3\n");
  ASSERT_EQ(file.lines.size(), 2U);
  EXPECT_EQ(file.lines[0].rest, "1");
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].weight, Weight::note);
  EXPECT_EQ(file.problems[0].line, 3U);
  EXPECT_EQ(file.problems[0].subject, "bob");
}

TEST(KeyedLines, LocalPartsThatCanBeNoMailbox) {
  const std::vector<std::string> bad{
      "", ".", "..", "../x", "a/b", std::string("a\0b", 3), "a\tb", "a\rb", "a\x7f", std::string(65, 'a')};
  for (const std::string& local_part : bad) {
    const KeyedLines file = parse_keyed_lines(local_part + ":1\nbob:2\n");
    ASSERT_EQ(file.lines.size(), 1U) << local_part;
    EXPECT_EQ(file.lines[0].local_part, "bob");
    ASSERT_EQ(file.problems.size(), 1U);
    EXPECT_EQ(file.problems[0].weight, Weight::lost);
    EXPECT_EQ(file.problems[0].line, 1U);
    EXPECT_EQ(file.problems[0].subject, "") << "it may be a password's hash";
  }
  EXPECT_EQ(parse_keyed_lines(std::string(64, 'a') + ":1\n").lines.size(), 1U);
  EXPECT_EQ(parse_keyed_lines("b\xc3\xb6"
                              "b:1\n")
                .lines.size(),
            1U);
}

TEST(KeyedLines, ALineWithoutAColonIsLost) {
  const KeyedLines file = parse_keyed_lines("bob\n");
  EXPECT_TRUE(file.lines.empty());
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].weight, Weight::lost);
}

TEST(KeyedLines, NothingIsToldOfALineThatMayBeAPasswordsHash) {
  const std::string hash = "$6$salt$" + std::string(86, 'h');
  for (const std::string& line :
       {hash, hash + ":17000::::::", std::string("$1$salt$short:17000::::::"), std::string("*LOCKED*$1$s$h:17000:"),
        std::string("!!$1$salt$short:17000::::::"), "bob" + hash, std::string("ab/DefGhiJklM:17000:")}) {
    const KeyedLines file = parse_keyed_lines(line + "\nbob:2\n");
    ASSERT_EQ(file.lines.size(), 1U) << line;
    EXPECT_EQ(file.lines[0].local_part, "bob");
    ASSERT_EQ(file.problems.size(), 1U) << line;
    EXPECT_EQ(file.problems[0].weight, Weight::lost);
    EXPECT_EQ(file.problems[0].line, 1U);
    EXPECT_EQ(file.problems[0].subject, "") << line;
    EXPECT_EQ(file.problems[0].text.find("salt"), std::string::npos) << file.problems[0].text;
  }
}

TEST(KeyedLines, FieldsOfALine) {
  EXPECT_EQ(split_fields(""), (std::vector<std::string>{""}));
  EXPECT_EQ(split_fields("a::b:"), (std::vector<std::string>{"a", "", "b", ""}));
}

TEST(KeyedLines, AnEditLeavesAllOtherLinesAsTheyAre) {
  const std::string text = "# kept\r\nsal:1\nal:2\n\n junk\nBOB:3\r\nlast:4";
  EXPECT_EQ(with_line(text, "al", {"9", "8"}), "# kept\r\nsal:1\nal:9:8\n\n junk\nBOB:3\r\nlast:4");
  EXPECT_EQ(with_line(text, "last", {"9"}), "# kept\r\nsal:1\nal:2\n\n junk\nBOB:3\r\nlast:9");
  EXPECT_EQ(with_line(text, "a.", {"9"}), text + "\r\na.:9\r\n");
  EXPECT_EQ(with_line(text, "bob", {"9"}), text + "\r\nbob:9\r\n");
  EXPECT_EQ(with_line("", "al", {}), "al:\n");
  EXPECT_EQ(without_line(text, "al"), "# kept\r\nsal:1\n\n junk\nBOB:3\r\nlast:4");
  EXPECT_EQ(without_line(text, "a"), text);
}

TEST(KeyedLines, AnEditLeavesNoSecondLineOfTheSameName) {
  const std::string text = "al:old\nsal:1\nal:older\n";
  EXPECT_EQ(with_line(text, "al", {"new"}), "al:new\nsal:1\n");
  EXPECT_EQ(without_line(text, "al"), "sal:1\n");
}

TEST(KeyedLines, NothingIsWrittenThatCouldBeAnotherLine) {
  for (const char* local_part : {"", ".", "..", "a/b", "a:b", "a b", "a\nb", "#a",
                                 "b\xc3\xb6"
                                 "b"}) {
    EXPECT_THROW((void)with_line("", local_part, {"1"}), Error) << local_part;
    EXPECT_THROW((void)without_line("", local_part), Error) << local_part;
  }
  for (const char* field : {"a:b", "a\nb", "a\rb", "a\tb", "\x7f"})
    EXPECT_THROW((void)with_line("", "al", {"1", field}), Error) << field;
  EXPECT_THROW((void)with_line("", "al", {std::string("a\0b", 3)}), Error);
}

}  // namespace
}  // namespace mailhaul::account
