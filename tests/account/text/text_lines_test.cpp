#include "account/text/text_lines.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account {
namespace {

TEST(TextLines, EveryOctetIsInOneOfThem) {
  for (const char* text : {"", "\n", "a", "a\n", "a\r\nb", "a\rb\n", "a\r", "\r\n\r\n", "a\n\nb\r"}) {
    std::string joined;
    for (const TextLine& line : text_lines(text)) {
      EXPECT_EQ(line.content.find('\n'), std::string_view::npos);
      joined += line.content;
      joined += line.end;
    }
    EXPECT_EQ(joined, text);
  }
  const auto lines = text_lines("a\r\nb\rc\nd\r");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].content, "a");
  EXPECT_EQ(lines[1].content, "b\rc");
  EXPECT_EQ(lines[2].content, "d");
}

TEST(TextLines, ChangedRemovedAdded) {
  struct Row {
    const char* text;
    LineEdits edits;
    const char* after;
  };
  const std::vector<Row> rows{
      {"a\nb\nc\n", {{{1, "x"}}, {}}, "a\nx\nc\n"},
      {"a\nb\nc\n", {{{1, std::nullopt}}, {}}, "a\nc\n"},
      {"a\nb\nc\nd", {{{1, "x"}, {3, std::nullopt}}, {}}, "a\nx\nc\n"},
      {"a\nb", {{{1, "x"}}, {}}, "a\nx"},
      {"a\r\nb\n", {{{0, "x"}}, {}}, "x\r\nb\n"},
      {"", {{}, {"x", "y"}}, "x\ny\n"},
      {"a", {{}, {"x"}}, "a\nx\n"},
      {"a\r\nb", {{}, {"x"}}, "a\r\nb\r\nx\r\n"},
      {"a\nb\r", {{}, {"x"}}, "a\nb\r\nx\n"},
      {"a\n", {{}, {}}, "a\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(edited(row.text, row.edits), row.after) << row.text;
}

}  // namespace
}  // namespace mailhaul::account
