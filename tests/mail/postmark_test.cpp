#include "mailhaul/mail/postmark.hpp"

#include <gtest/gtest.h>

#include <iomanip>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

/// A reader whose zone is two hours east of UTC.
class EasternClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }
  [[nodiscard]] std::chrono::sys_seconds from_local(CivilSeconds civil) const override {
    return std::chrono::sys_seconds{civil.time_since_epoch() - hours{2}};
  }
  void sleep(std::chrono::milliseconds) const override {}
};

/// "2001-11-29 22:33:52Z", "+HHMM" behind it where the line names a zone; "-" for no postmark.
std::string summary(std::string_view line) {
  const auto postmark = parse_postmark(line);
  if (!postmark) return "-";
  std::string text = to_iso(InternalDate{postmark->civil.time_since_epoch()});
  text.back() = ' ';
  text += postmark->zone ? std::to_string(postmark->zone->count()) : "local";
  return text;
}

struct Row {
  std::string_view line;
  std::string_view expected;
};

class PostmarkTable : public testing::TestWithParam<Row> {};

TEST_P(PostmarkTable, IsReadAsDovecotDoes) {
  EXPECT_EQ(summary(GetParam().line), GetParam().expected) << GetParam().line;
}

// mbox.md section 2, column D, a row each, in the order of the table.
INSTANTIATE_TEST_SUITE_P(
    Section2, PostmarkTable,
    testing::Values(Row{"From a@b Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From a@b  Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From a@b Thu Nov  9 22:33:52 2001", "2001-11-09 22:33:52 local"},
                    Row{"From a@b Thu Nov 9 22:33:52 2001", "2001-11-09 22:33:52 local"},
                    Row{"From a@b Thu Nov 29 22:33 2001", "2001-11-29 22:33:00 local"},
                    Row{"From a@b Thu Nov 29 22:33:52 2001 +0300", "2001-11-29 22:33:52 180"},
                    Row{"From a@b Thu Nov 29 22:33:52 +0300 2001", "2001-11-29 22:33:52 180"},
                    Row{"From a@b Thu Nov 29 22:33:52 EET 2001", "2001-11-29 22:33:52 local"},
                    Row{"From a@b Thu Nov 29 22:33:52 2001 EET", "2001-11-29 22:33:52 local"},
                    Row{"From a@b Thu Nov 29 22:33:52 MET DST 2001", "-"},
                    Row{"From bob Thu Nov 29 22:33:52 2001 remote from host", "2001-11-29 22:33:52 local"},
                    Row{"From Thu Nov 29 22:33:52 2001", "-"},
                    Row{"From  Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From bob smith Thu Nov 29 22:33:52 2001", "-"},
                    Row{"From \"bob smith\"@x Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From - Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From ???@??? Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From MAILER-DAEMON Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From 1582834@xxx Mon Feb 05 21:09:53 +0000 2018", "2018-02-05 21:09:53 0"},
                    Row{"From a@b Thu, 29 Nov 2001 22:33:52 -0500", "2001-11-29 22:33:52 -300"},
                    Row{"From a@b 2001-11-29 22:33:52", "-"}, Row{"From a@b 2001-11-29T22:33:52Z", "-"},
                    Row{"From a@b Do Nov 29 22:33:52 2001", "-"}, Row{"From a@b Thu Nov 29 22:33:52 01", "-"},
                    Row{"From a@b Thu Nov 29 2:33:52 2001", "-"}, Row{"From a@b Thu Foo 29 22:33:52 2001", "-"},
                    Row{"From a@b thu nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
                    Row{"From a@b Thu Nov 29 22:33:52 2001   ", "2001-11-29 22:33:52 local"},
                    Row{"From the very start it was clear", "-"}, Row{"From ", "-"}, Row{"From a@b", "-"},
                    Row{"From\ta@b Thu Nov 29 22:33:52 2001", "-"}));

INSTANTIATE_TEST_SUITE_P(
    Grammar, PostmarkTable,
    testing::Values(
        Row{"From a@b Don Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},  // the weekday is not looked at
        Row{"From a@b ???\?Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu ??? 29 22:33:52 2001", "2001-01-29 22:33:52 local"},  // Dovecot's month of no name
        Row{"From a@b Thu Nov  0 22:33:52 2001", "2001-11-01 22:33:52 local"},
        Row{"From a@b Thu Nov 00 22:33:52 2001 +0000", "2001-11-01 22:33:52 0"},
        Row{"From a@b Thu Nov 31 22:33:52 2001", "2001-12-01 22:33:52 local"},  // as mktime() counts on
        Row{"From a@b Thu Nov 29 25:61:61 2001", "2001-11-30 02:02:01 local"},
        Row{"From a@b Thu Nov 31 22:33:52 2001 +0000", "-"},  // but not with a zone behind it
        Row{"From a@b Thu Nov 29 24:00:00 2001 +0000", "-"},
        Row{"From a@b Thu Nov 29 22:33:60 2001 +0000", "2001-11-29 22:33:59 0"},
        Row{"From a@b Thu Nov 31 22:33:52 +0000 2001", "2001-12-01 22:33:52 0"},
        Row{"From a@b Thu Nov 29 22:33:52 -0330 2001", "2001-11-29 22:33:52 -210"},
        Row{"From a@b Thu Nov 29 22:33:52 +0300 2001 -0100", "2001-11-29 22:33:52 -60"},
        Row{"From a@b Thu Nov 29 22:33:52 +03 2001", "2001-11-29 22:33:52 local"},  // a name
        Row{"From a@b Thu Nov 29 22:33:52 +0300EEST 2001", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu Nov 29 22:33:52  2001", "2001-11-29 22:33:52 local"},  // a name of no letters
        Row{"From a@b Thu Nov 29 22:33:52 2001  +0300", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu Nov 29 22:33:52 2001 +030", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu Nov 29 22:33:52 20011", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu Nov 29 22:33:52 2001\r", "2001-11-29 22:33:52 local"},
        Row{"From a\rb Thu Nov 29 22:33:52 2001", "-"}, Row{"From a@b Thu Nov 29 22:33:52 E\rT 2001", "-"},
        Row{"From a@b Thu Nov 29 22:33:52", "-"}, Row{"From a@b Thu Nov 29 22:33:52 EET", "-"},
        Row{"From a@b Thu Nov 29 22:33:52EET 2001", "-"}, Row{"From a@b Thu Nov   9 22:33:52 2001", "-"},
        Row{"From a@b Thu Nov 2x 22:33:52 2001", "-"}, Row{"From a@b Thu Nov 29 22:3 2001", "-"},
        Row{"From a@b Thu, 9 Nov 2001 22:33:52", "2001-11-09 22:33:52 local"},
        Row{"From a@b Thu, 29 Nov 2001 22:33", "2001-11-29 22:33:00 local"},
        Row{"From a@b Thu, 29 nov 2001 22:33 +0100 (CET)", "2001-11-29 22:33:00 60"},
        Row{"From a@b Thu, 29 Nov 01 22:33:52", "-"}, Row{"From a@b Thu, x9 Nov 2001 22:33:52", "-"},
        Row{"From a@b Thu, 29 Nov 2001", "-"},
        Row{"From \"a \\\" b\"@x Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
        Row{"From \"bob Thu Nov 29 22:33:52 2001", "-"},  // never closed
        Row{"From \"a\\\\\" b\"@x Thu Nov 29 22:33:52 2001", "2001-11-29 22:33:52 local"},
        Row{"From a@b Thu Jan  1 00:00:00 0000", "0000-01-01 00:00:00 local"},
        Row{"From a@b Fri Dec 31 23:59:59 9999", "9999-12-31 23:59:59 local"}, Row{"", "-"}, Row{"From", "-"},
        Row{"From  ", "-"}, Row{"from a@b Thu Nov 29 22:33:52 2001", "-"},
        Row{">From a@b Thu Nov 29 22:33:52 2001", "-"}));

TEST(Postmark, HasTheSenderAsItStands) {
  EXPECT_EQ(parse_postmark("From a@b Thu Nov 29 22:33:52 2001")->sender, "a@b");
  EXPECT_EQ(parse_postmark("From  Thu Nov 29 22:33:52 2001")->sender, "");
  EXPECT_EQ(parse_postmark("From \"bob smith\"@x  Thu Nov 29 22:33:52 2001")->sender, "\"bob smith\"@x");
}

TEST(Postmark, LongerThanTheLimitIsNone) {
  const std::string date = " Thu Nov 29 22:33:52 2001";
  const std::string longest = "From " + std::string(postmark_limit_octets - 5 - date.size(), 'x') + date;
  EXPECT_TRUE(parse_postmark(longest));
  EXPECT_FALSE(parse_postmark(longest + " "));
}

TEST(Postmark, MeansTheLocalZoneOnlyWhereNoneIsNamed) {
  const EasternClock clock;
  const InternalDate noon = sys_days{std::chrono::year{2018} / 2 / 5} + hours{12};
  EXPECT_EQ(parse_postmark("From a Mon Feb 05 12:00:00 2018")->instant(clock), noon - hours{2});
  EXPECT_EQ(parse_postmark("From a Mon Feb 05 12:00:00 +0000 2018")->instant(clock), noon);
  EXPECT_EQ(parse_postmark("From a Mon Feb 05 12:00:00 2018 +0530")->instant(clock), noon - hours{5} - minutes{30});
  EXPECT_EQ(parse_postmark("From a Mon Feb 05 12:00:00 -0800 2018")->instant(clock), noon + hours{8});
}

TEST(PostmarkFormat, IsUtcAndSaysSo) {
  EXPECT_EQ(format_postmark("a@b", sys_days{std::chrono::year{2003} / 2 / 14}),
            "From a@b  Fri Feb 14 00:00:00 2003 +0000");
  EXPECT_EQ(format_postmark("a@b", sys_days{std::chrono::year{2001} / 11 / 9} + seconds{81232}),
            "From a@b  Fri Nov 09 22:33:52 2001 +0000");
}

TEST(PostmarkFormat, WritesNoSenderThatAReaderCouldMisread) {
  const std::string longest(postmark_limit_octets, 'x');
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("bob smith"), std::string_view("a\nFrom b"), std::string_view("a\rb"),
        std::string_view("a\tb"), std::string_view("a\0b", 3), std::string_view("\xc3\xbc@x"),
        std::string_view("a\x7f"), std::string_view("\"bob"), std::string_view("\"bob smith"),
        std::string_view("\"a b\" c"), std::string_view("\"a\nb\"@x"), std::string_view("\"a b\\\""),
        std::string_view(" "), std::string_view("a "), std::string_view(longest)})
    EXPECT_EQ(format_postmark(bad, {}), "From MAILER-DAEMON  Thu Jan 01 00:00:00 1970 +0000") << bad;
  for (const std::string_view good : {"a@b", "-", "???@???", "\"bob smith\"@x", "\"a \\\" b\"@x", "\"a\"", "a\"b@x"})
    EXPECT_EQ(parse_postmark(format_postmark(good, {}))->sender, good);
}

TEST(PostmarkFormat, ClampsYearsThatHaveNoFourDigits) {
  EXPECT_EQ(format_postmark("a", InternalDate{seconds{-1}}), "From a  Thu Jan 01 00:00:00 1970 +0000");
  EXPECT_EQ(format_postmark("a", InternalDate::max()), "From a  Fri Dec 31 23:59:59 9999 +0000");
  EXPECT_EQ(format_postmark("a", InternalDate::min()), "From a  Thu Jan 01 00:00:00 1970 +0000");
}

TEST(PostmarkFormat, ComesBackAsItWas) {
  test::Random random(11);
  const EasternClock clock;
  std::uniform_int_distribution<std::int64_t> instants(0, 253402300799);
  for (int i = 0; i < 20000; ++i) {
    const InternalDate date{seconds{instants(random)}};
    const std::string sender = test::text_of(random, {"a", "@", "\"", "\\", "x.org", "-", " ", "\xc3", "\t"}, 6);
    const std::string line = format_postmark(sender, date);
    const auto postmark = parse_postmark(line);
    ASSERT_TRUE(postmark) << line;
    ASSERT_EQ(postmark->instant(clock), date) << line;
    ASSERT_TRUE(postmark->sender == sender || postmark->sender == "MAILER-DAEMON") << line;
  }
}

TEST(Postmark, SurvivesEveryCutAndEveryOctet) {
  const std::string line = "From \"b s\"@x Thu, 29 Nov 2001 22:33:52 -0500";
  for (std::size_t length = 0; length <= line.size(); ++length) {
    const std::string cut = line.substr(0, length);
    (void)parse_postmark(cut);
    for (int octet = 0; octet < 256; ++octet) (void)parse_postmark(cut + static_cast<char>(octet));
  }
}

}  // namespace
}  // namespace mailhaul::mail
