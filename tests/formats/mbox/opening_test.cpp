#include "formats/mbox/opening.hpp"

#include "mailhaul/mail/postmark.hpp"
#include "split_text.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Before = Opening::Before;

const std::string message = mark + "h: 1\n\nb\n";
const std::string pipermail = "From bob at example.org  Thu Nov 29 22:33:52 2001\n";

struct Row {
  const char* what;
  std::string octets;
  bool is_readable;
  std::uint64_t begin;
  PostmarkForm form;
  Before before;
  const char* says;
};

TEST(Opening, IsJudgedByTheFirstOctets) {
  constexpr PostmarkForm dovecot = PostmarkForm::dovecot;
  constexpr PostmarkForm loose = PostmarkForm::loose;
  const std::vector<Row> rows{
      {"empty", "", true, 0, dovecot, Before::nothing, "empty"},
      {"a postmark", message, true, 0, dovecot, Before::nothing, "the first line is a postmark"},
      {"one blank line", "\n" + message, true, 1, dovecot, Before::blank, "at octet 1, the first line"},
      {"blank lines with CR", "\r\n\r\n\n" + message, true, 5, dovecot, Before::blank, "at octet 5, the first line"},
      {"a byte order mark", "\xef\xbb\xbf" + message, true, 3, dovecot, Before::blank, "at octet 3, the first line"},
      {"a byte order mark and a blank line", "\xef\xbb\xbf\n" + message, true, 4, dovecot, Before::blank,
       "at octet 4, the first line"},
      {"nothing but blank lines", "\n\r\n", true, 3, dovecot, Before::blank, "nothing but blank lines"},
      {"pipermail", pipermail + "h: 1\n\nb\n", true, 0, loose, Before::nothing, "not one for Dovecot"},
      {"no date", "From - \nh: 1\n\nb\n", true, 0, loose, Before::nothing, "not one for Dovecot"},
      {"no date, and no header behind", "From - \nwith love\n", false, 0, dovecot, Before::nothing, "writes no date"},
      {"pipermail behind a blank line", "\n" + pipermail + "h: 1\n\nb\n", true, 1, loose, Before::blank,
       "at octet 1, the first line"},
      {"text", "Dear friend,\n" + message, false, 0, dovecot, Before::nothing, "Dear friend"},
      {"one message", "Subject: x\n\nb\n", false, 0, dovecot, Before::nothing, "one message without a postmark"},
      {"a postmark that the file ends in", mark.substr(0, mark.size() - 1), false, 0, dovecot, Before::nothing, ""},
      {"gzip", "\x1f\x8b\x08 rest", false, 0, dovecot, Before::nothing, "gzip"},
      {"MMDF", "\x01\x01\x01\x01\n" + message, false, 0, dovecot, Before::nothing, "MMDF"},
  };
  for (const Row& row : rows) {
    const Opening opening = judge_opening(row.octets, true, PostmarkRule::first_line);
    EXPECT_EQ(opening.is_readable, row.is_readable) << row.what;
    EXPECT_TRUE(contains(opening.text, row.says)) << row.what << ": " << opening.text;
    EXPECT_LT(opening.text.size(), 400U) << row.what;
    if (!row.is_readable) continue;
    EXPECT_EQ(opening.rules.begin, row.begin) << row.what;
    EXPECT_EQ(opening.rules.form, row.form) << row.what;
    EXPECT_EQ(opening.before, row.before) << row.what;
    EXPECT_EQ(opening.rules.line_ends, LineEnds::lf) << row.what;
  }
}

TEST(Opening, TheRuleOfTheOperatorIsKept) {
  const std::string octets = pipermail + "h: 1\n\nb\n";
  EXPECT_FALSE(judge_opening(octets, true, PostmarkRule::dovecot).is_readable);
  EXPECT_FALSE(judge_opening(octets, true, PostmarkRule::strict).is_readable);
  EXPECT_EQ(judge_opening(octets, true, PostmarkRule::loose).rules.form, PostmarkForm::loose);
  EXPECT_EQ(judge_opening(message, true, PostmarkRule::loose).rules.form, PostmarkForm::loose);
  EXPECT_EQ(judge_opening(message, true, PostmarkRule::strict).rules.form, PostmarkForm::strict);
  EXPECT_EQ(judge_opening(message, true, PostmarkRule::dovecot).rules.form, PostmarkForm::dovecot);
}

TEST(Opening, LinesThatEndInCrAloneAreSeen) {
  std::string octets = "\r" + message;
  std::replace(octets.begin(), octets.end(), '\n', '\r');
  const Opening opening = judge_opening(octets, true, PostmarkRule::first_line);
  EXPECT_TRUE(opening.is_readable);
  EXPECT_EQ(opening.rules.line_ends, LineEnds::cr);
  EXPECT_EQ(opening.rules.begin, 1U);
  // One CR is an accident.
  EXPECT_EQ(judge_opening(mark.substr(0, mark.size() - 1) + "\rx\nh: 1\n\nb\n", true, PostmarkRule::first_line)
                .rules.line_ends,
            LineEnds::lf);
}

/// As the splitter takes it, or the file would be opened and then refused.
TEST(Opening, ALoneCrBetweenLinesOfLfIsText) {
  MboxWorld world;
  world.put(std::string("From a Thu \0\0", 13) +
            "From a Thu Nov 29 22:33:52 2001\r\xeb\x15 29 22:33:52 2001\nS\xeb\nSubject: x\n");
  EXPECT_EQ(error_of([&] { (void)world.read(); }).cause(), Cause::not_a_store);
}

TEST(Opening, TextIsNotSearchedForADetection) {
  const OpenOctets open("Dear friend,\n" + message);
  EXPECT_FALSE(look_for_mail(open.file(), Side::source, {}, Depth::beginning).is_readable);
  const Opening whole = look_for_mail(open.file(), Side::source, {}, Depth::whole);
  EXPECT_TRUE(whole.is_readable);
  EXPECT_EQ(whole.rules.begin, 13U);
  EXPECT_EQ(whole.before, Before::text);
}

TEST(Opening, APostmarkIsFoundFarBehindTheBeginning) {
  std::string junk;
  while (junk.size() < 3'000'000) junk += "a line of text that is no mail\n";
  for (const std::string& first : {mark, pipermail}) {
    const OpenOctets open(junk + first + "h: 1\n\nb\n");
    const Opening opening = look_for_mail(open.file(), Side::source, {}, Depth::whole);
    ASSERT_TRUE(opening.is_readable);
    EXPECT_EQ(opening.rules.begin, junk.size());
    EXPECT_EQ(opening.rules.form, first == mark ? PostmarkForm::dovecot : PostmarkForm::loose);
  }
}

TEST(Opening, TextWithoutAPostmarkIsRefused) {
  for (const std::string octets : {"Dear friend,\n\nFrom the very start it was clear\n", "Subject: x\n\nFrom here on\n",
                                   "x", "From ", "From a@b", "From this principle, all of life\n"}) {
    const OpenOctets open(octets);
    EXPECT_FALSE(look_for_mail(open.file(), Side::source, {}, Depth::whole).is_readable) << octets;
  }
}

}  // namespace
}  // namespace mailhaul::formats::mbox
