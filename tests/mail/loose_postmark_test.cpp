#include "mailhaul/mail/loose_postmark.hpp"

#include <gtest/gtest.h>

#include <string>

#include "mailhaul/mail/date.hpp"
#include "mailhaul/mail/postmark.hpp"

namespace mailhaul::mail {
namespace {

/// "sender|2001-11-29 22:33:52|zone", "-" for no postmark; "?" for no date.
std::string summary(std::string_view line) {
  const auto postmark = parse_loose_postmark(line);
  if (!postmark) return "-";
  std::string text = std::string(postmark->sender) + "|";
  if (postmark->civil) {
    text += to_iso(InternalDate{postmark->civil->time_since_epoch()});
    text.pop_back();
  } else {
    text += "?";
  }
  text += "|" + (postmark->zone ? std::to_string(postmark->zone->count()) : std::string("local"));
  if (postmark->proof == LooseProof::header_behind) text += "|header";
  if (postmark->proof == LooseProof::blank_before_header_behind) text += "|blank, header";
  return text;
}

struct Row {
  std::string_view line;
  std::string_view expected;
};

class LoosePostmarkTable : public testing::TestWithParam<Row> {};

TEST_P(LoosePostmarkTable, IsReadAsTheOtherReadersDo) {
  EXPECT_EQ(summary(GetParam().line), GetParam().expected) << GetParam().line;
}

// The rows of mbox.md section 2 that Dovecot refuses, in the order of the table.
INSTANTIATE_TEST_SUITE_P(
    Section2, LoosePostmarkTable,
    testing::Values(Row{"From a@b Thu Nov 29 22:33:52 MET DST 2001", "a@b|2001-11-29 22:33:52|local"},
                    Row{"From Thu Nov 29 22:33:52 2001", "|2001-11-29 22:33:52|local"},
                    Row{"From bob smith Thu Nov 29 22:33:52 2001", "bob smith|2001-11-29 22:33:52|local"},
                    Row{"From a@b 2001-11-29 22:33:52", "a@b|2001-11-29 22:33:52|local"},
                    Row{"From a@b 2001-11-29T22:33:52Z", "a@b|2001-11-29 22:33:52|0"},
                    Row{"From a@b Do Nov 29 22:33:52 2001", "a@b|2001-11-29 22:33:52|local"},
                    Row{"From a@b Thu Nov 29 22:33:52 01", "a@b|2001-11-29 22:33:52|local"},
                    Row{"From a@b Thu Nov 29 22:33:52 99", "a@b|1999-11-29 22:33:52|local"},
                    Row{"From a@b Thu Nov 29 2:33:52 2001", "a@b|2001-11-29 02:33:52|local"},
                    Row{"From a@b Thu Foo 29 22:33:52 2001", "a@b|?|local"},
                    Row{"From the very start it was clear", "-"}, Row{"From ", "|?|local|blank, header"},
                    Row{"From a@b", "a@b|?|local|blank, header"}, Row{"From\ta@b Thu Nov 29 22:33:52 2001", "-"}));

INSTANTIATE_TEST_SUITE_P(
    RealFiles, LoosePostmarkTable,
    testing::Values(
        Row{"From goran at domain.com  Wed Dec  1 08:26:40 2010", "goran at domain.com|2010-12-01 08:26:40|local"},
        Row{"From bob at x.org (Bob)  Wed Dec  1 08:26:40 2010", "bob at x.org (Bob)|2010-12-01 08:26:40|local"},
        Row{"From - ", "-|?|local|header"}, Row{"From -", "-|?|local|header"},
        Row{"From 1844347792267117879@xxx", "1844347792267117879@xxx|?|local|blank, header"},
        Row{"From a@b Thu, 29 Nov 01 22:33:52 -0500", "a@b|2001-11-29 22:33:52|-300"},
        Row{"From a@b Thu, 29 Nov 2001 2:33:52 +0100 (CET)", "a@b|2001-11-29 02:33:52|60"},
        Row{"From a@b 2001-11-29T22:33:52.123+01:00", "a@b|2001-11-29 22:33:52|60"},
        Row{"From bob smith Thu Nov 29 22:33:52 +0300 2001", "bob smith|2001-11-29 22:33:52|180"},
        Row{"From bob smith Thu Nov 29 22:33:52 2001 remote from host", "bob smith|2001-11-29 22:33:52|local"},
        Row{"From Jean Dupont M\xc3\xa9r Nov 28 22:33:52 2001", "Jean Dupont|2001-11-28 22:33:52|local"}));

INSTANTIATE_TEST_SUITE_P(
    Prose, LoosePostmarkTable,
    testing::Values(Row{"From this principle, all of life and physics may be deduced.", "-"},
                    Row{"From time to time", "-"}, Row{"From here on", "-"}, Row{"From 1 to 10", "-"},
                    Row{"From 2001 on", "-"}, Row{"From Thu Nov 29 on we shall meet at 22:33", "-"},
                    Row{"From Thu Nov 29 22:33:52 2001 on it was clear", "-"},
                    Row{"From bob Thu Nov 29 22:33:52 2001 he wrote", "-"},
                    Row{"From the minutes of the meeting on Thu Nov 29 22:33:52 2001", "-"},
                    Row{"From bob@x.org we heard", "-"}, Row{"From @", "-"}, Row{"From a@", "-"}, Row{"From --", "-"},
                    Row{"From - to -", "-"}, Row{"From a@b Thu Nov 29 24:33:52 2001", "-"},
                    Row{"From a@b Thu Nov 32 22:33:52 2001", "-"}, Row{"From a@b Thu Nov 29 22:33:52 20011", "-"},
                    Row{"From a@b Thu Nov 29 22:33:52 001", "-"}, Row{"From a@b 2001-13-29 22:33:52", "-"},
                    Row{"From a@b 2001-11-29", "-"}, Row{"From a@b 2001-11-29T", "-"},
                    Row{"From a@b Thu Nov 29 22:33:52 EET MET DST 2001", "-"},
                    Row{"From a\rb Thu Nov 29 22:33:52 01", "-"}, Row{"from - ", "-"}, Row{">From - ", "-"},
                    Row{"From", "-"}, Row{"", "-"}));

TEST(LoosePostmark, LongerThanTheLimitIsNone) {
  EXPECT_FALSE(parse_loose_postmark("From a@" + std::string(postmark_limit_octets, 'b')));
}

TEST(LoosePostmark, SurvivesEveryCutAndEveryOctet) {
  for (const std::string line : {"From bob at x Thu, 29 Nov 01 22:33:52 -0500", "From a 2001-11-29T22:33:52.5+01:00",
                                 "From a Thu Foo 9 2:33 MET (DST) 01 remote from x"}) {
    for (std::size_t length = 0; length <= line.size(); ++length) {
      const std::string cut = line.substr(0, length);
      (void)parse_loose_postmark(cut);
      for (int octet = 0; octet < 256; ++octet) (void)parse_loose_postmark(cut + static_cast<char>(octet));
    }
  }
}

}  // namespace
}  // namespace mailhaul::mail
