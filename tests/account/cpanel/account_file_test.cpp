#include "account/cpanel/account_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

TEST(AccountFile, Values) {
  const AccountFile file = parse_account_file(
      "# cPanel\nDNS=example.com\r\nDNS10=j.example\nDNS2=b.example\nDNS1=a.example\nXDNS3=gone.example\nDNSSEC=x\n"
      "MXCHECK-a.example=remote\nEMPTY=\nEQUALS=a=b\n\nOUTGOING_MAIL_HOLD=1\nSUSPENDED=0\n");
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(file.domains(), (std::vector<std::string>{"example.com", "a.example", "b.example", "j.example"}));
  EXPECT_EQ(file.value("MXCHECK-a.example"), "remote");
  EXPECT_EQ(file.value("EQUALS"), "a=b");
  EXPECT_EQ(file.value("none"), "");
  EXPECT_FALSE(file.suspension().account);
  EXPECT_FALSE(file.suspension().outgoing);
  EXPECT_TRUE(file.suspension().held);
}

TEST(AccountFile, Suspended) {
  const AccountFile file = parse_account_file("SUSPENDED=1\nSUSPENDTIME=1700000000\nOUTGOING_MAIL_SUSPENDED=1");
  EXPECT_TRUE(file.suspension().account);
  EXPECT_TRUE(file.suspension().outgoing);
}

TEST(AccountFile, OddLinesAreReported) {
  const AccountFile file = parse_account_file("junk\n=x\nA=1\nA=2\n");
  EXPECT_EQ(file.value("A"), "2");
  ASSERT_EQ(file.problems.size(), 3U);
  EXPECT_EQ(file.problems[2].line, 4U);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
