#include "mailhaul/mail/date_time.hpp"

#include <string>

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

struct Row {
  std::string_view what;
  std::string_view text;
  std::string_view utc;  ///< empty: no date
};

class DateTime : public testing::TestWithParam<Row> {};

TEST_P(DateTime, IsReadAsTheRfcSays) {
  const auto date = parse_date_time(GetParam().text);
  EXPECT_EQ(date ? to_iso(*date) : "", GetParam().utc) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, DateTime,
    testing::Values(
        Row{"full", "Thu, 29 Nov 2001 22:33:52 -0500", "2001-11-30 03:33:52Z"},
        Row{"no_weekday", "29 Nov 2001 22:33:52 +0000", "2001-11-29 22:33:52Z"},
        Row{"no_seconds", "Thu, 29 Nov 2001 22:33 +0130", "2001-11-29 21:03:00Z"},
        Row{"one_digit_day", "Thu,  9 Nov 2001 22:33:52 +0000", "2001-11-09 22:33:52Z"},
        Row{"comment_behind", "Thu, 29 Nov 2001 22:33:52 -0500 (EST)", "2001-11-30 03:33:52Z"},
        Row{"comments_anywhere", "Thu(a(b)\\)c), 29(x)Nov 2001 22:33:52 -0500", "2001-11-30 03:33:52Z"},
        Row{"zone_name", "Thu, 29 Nov 2001 22:33:52 PDT", "2001-11-30 05:33:52Z"},
        Row{"gmt_in_any_case", "Thu, 29 Nov 2001 22:33:52 gmt", "2001-11-29 22:33:52Z"},
        Row{"military_zone_means_nothing", "Thu, 29 Nov 2001 22:33:52 A", "2001-11-29 22:33:52Z"},
        Row{"no_zone", "Thu, 29 Nov 2001 22:33:52", "2001-11-29 22:33:52Z"},
        Row{"two_digit_year", "29 Nov 01 22:33:52 +0000", "2001-11-29 22:33:52Z"},
        Row{"two_digit_year_of_1999", "29 Nov 99 22:33:52 +0000", "1999-11-29 22:33:52Z"},
        Row{"three_digit_year", "29 Nov 101 22:33:52 +0000", "2001-11-29 22:33:52Z"},
        Row{"leap_second", "31 Dec 2016 23:59:60 +0000", "2016-12-31 23:59:59Z"},
        Row{"leap_day", "29 Feb 2004 00:00:00 +0000", "2004-02-29 00:00:00Z"},
        Row{"lower_case", "thu, 29 nov 2001 22:33:52 +0000", "2001-11-29 22:33:52Z"},
        Row{"wrong_weekday", "Mon, 29 Nov 2001 22:33:52 +0000", "2001-11-29 22:33:52Z"}, Row{"empty", "", ""},
        Row{"weekday_alone", "Thu,", ""}, Row{"no_such_day", "30 Feb 2004 00:00:00 +0000", ""},
        Row{"no_such_hour", "29 Nov 2001 24:00:00 +0000", ""}, Row{"no_such_zone", "29 Nov 2001 22:33:52 +9999", ""},
        Row{"no_month", "29 Foo 2001 22:33:52 +0000", ""}, Row{"no_time", "29 Nov 2001 x +0000", ""},
        Row{"four_parts_of_time", "29 Nov 2001 22:33:52:1 +0000", ""},
        Row{"before_1970", "31 Dec 1969 23:59:59 +0000", ""}, Row{"long_number", "29 Nov 20011 22:33:52 +0000", ""},
        Row{"asctime", "Thu Nov 29 22:33:52 2001", ""}, Row{"open_comment", "29 Nov (2001 22:33:52 +0000", ""}),
    [](const auto& row) { return std::string(row.param.what); });

TEST(DateTime, ALongOneIsNone) {
  const std::string date = "29 Nov 2001 22:33:52 +0000";
  const auto padded = [&](std::size_t length) { return date + std::string(length - date.size(), ' '); };
  EXPECT_TRUE(parse_date_time(padded(date_time_limit_octets)));
  EXPECT_FALSE(parse_date_time(padded(date_time_limit_octets + 1)));
}

TEST(ReceivedDate, IsThatOfTheTopmostBehindTheLastSemicolon) {
  const auto date = received_date("Return-Path: <a@b>\n"
                                  "Received: from x (x; y [1.2.3.4])\n"
                                  "\tby z with ESMTP id 1; for <a@b>;\n"
                                  "\tThu, 29 Nov 2001 22:33:52 -0500 (EST; envelope-from <c@d>)\n"
                                  "Received: from older; Wed, 28 Nov 2001 22:33:52 -0500\n"
                                  "Date: Tue, 27 Nov 2001 22:33:52 -0500\n\n"
                                  "Received: from body; Mon, 26 Nov 2001 22:33:52 -0500\n");
  ASSERT_TRUE(date);
  EXPECT_EQ(to_iso(*date), "2001-11-30 03:33:52Z");
}

TEST(ReceivedDate, IsNoneWhereTheTopmostHasNone) {
  EXPECT_FALSE(received_date("Subject: x\n\nReceived: by a; Thu, 29 Nov 2001 22:33:52 -0500\n"));
  EXPECT_FALSE(received_date("Received: by a\nReceived: by b; Thu, 29 Nov 2001 22:33:52 -0500\n"));
  EXPECT_FALSE(received_date("Received: by a; yesterday\n"));
  EXPECT_FALSE(received_date(""));
}

TEST(DateField, IsWhatTheSenderWrote) {
  const auto date = date_field("date : Tue, 27 Nov 2001\n 22:33:52 -0500\n\n");
  ASSERT_TRUE(date);
  EXPECT_EQ(to_iso(*date), "2001-11-28 03:33:52Z");
  EXPECT_FALSE(date_field("Subject: x\n\n"));
}

}  // namespace
}  // namespace mailhaul::mail
