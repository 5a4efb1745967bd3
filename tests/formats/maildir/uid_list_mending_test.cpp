#include "formats/maildir/uid_list_mending.hpp"

#include <gtest/gtest.h>

#include "formats/maildir/uidlist.hpp"

namespace mailhaul::formats::maildir {
namespace {

constexpr const char* header = "3 V77 N9 G0123456789abcdef0123456789abcdef X1\n";

std::optional<MendedUidList> mend(const std::string& text, const std::map<std::string, std::string>& renames = {},
                                  const std::string& there = "") {
  return mend_uid_list(text, renames, [&](std::string_view base) { return base == there; });
}

struct Row {
  const char* name;
  std::string text;
  std::string mended;  ///< empty: there is nothing to mend
};

class MendedList : public testing::TestWithParam<Row> {};

TEST_P(MendedList, KeepsWhatIsGood) {
  const Row& row = GetParam();
  const auto mended = mend(row.text);
  ASSERT_TRUE(mended);
  EXPECT_EQ(mended->is_changed(), !row.mended.empty());
  if (!row.mended.empty()) {
    EXPECT_EQ(mended->text, row.mended);
  }
  // What was written is what a server takes, and nothing is left to mend.
  std::uint64_t records = 0;
  UidListParser parser([&](const UidRecord&) { ++records; });
  parser.write(mended->text);
  parser.finish();
  EXPECT_TRUE(parser.header());
  EXPECT_EQ(parser.bad_lines(), 0U);
  EXPECT_FALSE(mend(mended->text)->is_changed());
}

INSTANTIATE_TEST_SUITE_P(
    Tables, MendedList,
    testing::Values(Row{"good", std::string(header) + "3 :a\n5 W7 :b c\n", ""},
                    Row{"low_next", "3 V77 N1\n3 :a\n5 :b\n", ""}, Row{"twice_the_name", "3 V77 N9\n3 :a\n5 :a\n", ""},
                    Row{"first_version", "1 77 9\n3 a\n5 b\n", ""},
                    Row{"junk_line", std::string(header) + "3 :a\njunk\n\n5 Gx P :b\n",
                        "3 V77 N9 G0123456789abcdef0123456789abcdef X1\n3 :a\n5 Gx P :b\n"},
                    Row{"nul", std::string(header) + std::string("3 :a\n4 :\0b\n5 :c\n", 16),
                        "3 V77 N9 G0123456789abcdef0123456789abcdef X1\n3 :a\n5 :c\n"},
                    Row{"descending", "3 V77 N20\n9 :x\n5 :y\n12 :z\n", "3 V77 N20\n5 :y\n9 :x\n12 :z\n"},
                    Row{"uid_twice", "3 V77 N9\n5 :a\n5 :b\n6 :c\n", "3 V77 N9\n5 :a\n6 :c\n"},
                    Row{"no_uid", "3 V77 N9\n0 :a\n4294967295 :b\n6 :c\n", "3 V77 N9\n6 :c\n"},
                    Row{"no_line_end", "3 V77 N9\n5 :a", "3 V77 N9\n5 :a\n"},
                    Row{"no_next", "3 V77\n5 :a\n", "3 V77 N6\n5 :a\n"},
                    Row{"next_zero", "3 V77 N0\n5 :a\n", "3 V77 N6\n5 :a\n"},
                    Row{"bad_guid", "3 V77 N9 Gshort X1\n5 :a\n", "3 V77 N6 X1\n5 :a\n"},
                    Row{"name_ends_in_cr", "3 V77 N9\n5 :a\r\r\n6 :c\n", "3 V77 N9\n6 :c\n"},
                    Row{"slash", "3 V77 N9\n5 :a/b\n6 :c\n", "3 V77 N9\n6 :c\n"}),
    [](const auto& row) { return row.param.name; });

TEST(UidListMending, OfSeveralWithOneUidKeepsTheOneThatIsThere) {
  const auto mended = mend("3 V77 N9\n5 :a\n5 :b\n5 :c\n", {}, "b");
  ASSERT_TRUE(mended);
  EXPECT_EQ(mended->text, "3 V77 N9\n5 :b\n");
}

TEST(UidListMending, WithoutAUidvalidityThereIsNothingToKeep) {
  for (const char* text : {"", "\n", "junk\n3 V77 N9\n", "3 N9\n5 :a\n", "3 V0 N9\n5 :a\n", "2 77 9\n", "4 V77 N9\n"})
    EXPECT_FALSE(mend(text)) << text;
}

TEST(UidListMending, ARecordFollowsItsMessageAndSaysWhatTheOldNameSaid) {
  const std::map<std::string, std::string> renames{
      {"1.a,S=9", "1.a,S=7"}, {"2.b,S=9", "2.b,S=7"}, {"3.c,S=9", "3.c,S=7"}, {"4.d,S=9", "4.d,S=7"}};
  const auto mended = mend("3 V77 N9\n1 :1.a,S=9\n2 Gguid P Xy :2.b,S=9:2,S\n3 Ppop O4 :3.c,S=9\n8 :other\n", renames);
  ASSERT_TRUE(mended);
  EXPECT_EQ(mended->followed, 3U);
  EXPECT_TRUE(mended->faults.empty());
  EXPECT_EQ(mended->text,
            "3 V77 N9\n1 G1.a,S=9 :1.a,S=7\n2 Gguid P2.b,S=9 Xy :2.b,S=7\n3 G3.c,S=9 Ppop O4 :3.c,S=7\n8 :other\n");
}

TEST(UidListMending, ARecordThatCantFollowIsNamed) {
  const std::string fields = "X" + std::string(3000, 'x');
  const std::string text = "3 V77 N9\n1 " + fields + " :1.a,S=9\n4294967294 :2.b,S=9\n";
  const auto mended = mend(text, {{"1.a,S=9", "1.a,S=7"}, {"2.b,S=9", "2.b,S=7"}});
  ASSERT_TRUE(mended);
  EXPECT_FALSE(mended->is_changed());
  EXPECT_EQ(mended->left, (std::set<std::string>{"1.a,S=9", "2.b,S=9"}));
}

TEST(UidListMending, ANameThatIsListedAlreadyIsTheOneOfARunThatWasCut) {
  // The list was written and the file was not renamed; meanwhile nothing else has that UID.
  const auto mended = mend("3 V77 N9\n1 G1.a,S=9 :1.a,S=7\n", {{"1.a,S=9", "1.a,S=7"}});
  ASSERT_TRUE(mended);
  EXPECT_FALSE(mended->is_changed());
}

}  // namespace
}  // namespace mailhaul::formats::maildir
