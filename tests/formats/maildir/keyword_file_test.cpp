#include "formats/maildir/keyword_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::maildir {

namespace {

struct FileRow {
  const char* what;
  std::string text;
  std::string as_written;  ///< what to_text() makes of it
};

const std::vector<FileRow> file_rows{
    {"empty", "", ""},
    {"two names", "0 $Forwarded\n1 Work\n", "0 $Forwarded\n1 Work\n"},
    {"last line without its end", "0 a\n1 b", "0 a\n1 b\n"},
    {"CR before LF", "0 a\r\n", "0 a\n"},
    {"several CR", "0 a\r\r\n1 \r\n", "0 a\n"},
    {"no space", "junk\n3 c\n", "3 c\n"},
    {"index 26 and more", "26 x\n25 y\n4294967296 z\n", "25 y\n"},
    {"no number", "a b\n-1 c\n 1 d\n+1 e\n0x1 f\n1f g\n", ""},
    {"empty name", "0 \n1 b\n", "1 b\n"},
    {"a name seen, first wins, without case", "0 Work\n1 work\n2 WORK\n", "0 Work\n"},
    {"an index again", "0 a\n0 b\n", "0 b\n"},
    {"a name with a space", "0 a b\n", "0 a b\n"},
    {"out of order", "2 c\n0 a\n", "0 a\n2 c\n"},
    {"NUL and 8-bit", std::string("0 a\0b\n1 \xe4\n", 10), std::string("0 a\0b\n1 \xe4\n", 10)},
};

}  // namespace

TEST(KeywordFile, IsReadByTheServersRules) {
  for (const FileRow& row : file_rows) EXPECT_EQ(KeywordSlots::parse(row.text).to_text(), row.as_written) << row.what;
}

TEST(KeywordFile, NamesAreFoundWithoutCase) {
  const auto slots = KeywordSlots::parse("3 $Junk\n");
  EXPECT_EQ(slots.slot("$JUNK"), 3U);
  EXPECT_EQ(slots.slot("Junk"), std::nullopt);
  EXPECT_EQ(slots.all_names(), std::vector<std::string>{"$Junk"});
}

TEST(KeywordFile, ALetterWithoutALineGetsTheNameThatAServerInvents) {
  EXPECT_EQ(KeywordSlots{}.shown_name(4), "unknown-4");
  EXPECT_EQ(KeywordSlots::parse("0 unknown-4\n").shown_name(4), "unknown-4?");
  EXPECT_EQ(KeywordSlots::parse("0 UNKNOWN-4\n1 unknown-4?\n").shown_name(4), "unknown-4??");
  EXPECT_TRUE(KeywordSlots::parse("0 a\n").names_of(0b11) == (mail::KeywordSet{"a", "unknown-1"}));
}

TEST(KeywordFile, NewNamesTakeTheLowestFreeLetterThatNoFileUses) {
  auto slots = KeywordSlots::parse("0 a\n2 c\n");
  EXPECT_EQ(slots.add("x", 0), 1U);
  EXPECT_EQ(slots.add("y", 0b1000), 4U) << "letter d is on some file, whatever it means there";
  for (unsigned i = 0; i < 22; ++i) EXPECT_TRUE(slots.add("k" + std::to_string(i), 0).has_value()) << i;
  EXPECT_EQ(slots.add("one too many", 0), std::nullopt);
  EXPECT_EQ(slots.all_names().size(), 26U);
}

TEST(KeywordFile, TextComesBack) {
  auto slots = KeywordSlots::parse("25 z\n");
  slots.add("first", 0);
  EXPECT_EQ(KeywordSlots::parse(slots.to_text()).to_text(), "0 first\n25 z\n");
}

}  // namespace mailhaul::formats::maildir
