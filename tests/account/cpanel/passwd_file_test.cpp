#include "account/cpanel/passwd_file.hpp"

#include <gtest/gtest.h>

#include "account/text/keyed_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

TEST(PasswdFile, FieldsOfARecord) {
  const PasswdFile file = parse_passwd("bob:x:1001:1002::/home/u/mail/example.com/bob:/bin/bash\r\n");
  ASSERT_EQ(file.records.size(), 1U);
  EXPECT_TRUE(file.problems.empty());
  const PasswdRecord& record = file.records[0];
  EXPECT_EQ(record.line, 1U);
  EXPECT_EQ(record.local_part, "bob");
  EXPECT_EQ(record.uid, 1001U);
  EXPECT_EQ(record.gid, 1002U);
  EXPECT_EQ(record.home, "/home/u/mail/example.com/bob");
  EXPECT_EQ(record.shell, "/bin/bash");
}

TEST(PasswdFile, AShortLineIsAMailboxAllTheSame) {
  const PasswdFile file = parse_passwd("bob:x:1001\namy:x:1:1::/h\n");
  ASSERT_EQ(file.records.size(), 2U);
  EXPECT_EQ(file.records[0].uid, 1001U);
  EXPECT_FALSE(file.records[0].gid);
  EXPECT_EQ(file.records[0].home, "");
  EXPECT_EQ(file.records[1].home, "/h");
  ASSERT_EQ(file.problems.size(), 1U) << "the shell may be missing";
  EXPECT_EQ(file.problems[0].subject, "bob");
}

TEST(PasswdFile, IdsThatAreNone) {
  const PasswdFile file = parse_passwd("bob:x:-1:4294967296::/h:/s\namy:x:1a:::/h:/s\n");
  ASSERT_EQ(file.records.size(), 2U);
  for (const PasswdRecord& record : file.records) {
    EXPECT_FALSE(record.uid);
    EXPECT_FALSE(record.gid);
  }
}

TEST(PasswdFile, APasswordInItIsReported) {
  const PasswdFile file = parse_passwd("bob:$1$a$b:1:1::/h:/s\n");
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].text.find("$1$"), std::string::npos);
}

TEST(PasswdFile, WhatIsWrittenIsReadAgain) {
  const std::string text = with_line("", "bob", passwd_fields(1001, 1002, "/home/u/mail/example.com/bob"));
  EXPECT_EQ(text, "bob:x:1001:1002::/home/u/mail/example.com/bob:/usr/local/cpanel/bin/noshell\n");
  const PasswdFile file = parse_passwd(text);
  ASSERT_EQ(file.records.size(), 1U);
  EXPECT_EQ(file.records[0].gid, 1002U);
}

TEST(PasswdFile, NothingOfRootsIsWritten) {
  EXPECT_THROW((void)passwd_fields(0, 1, "/h"), Error);
  EXPECT_THROW((void)passwd_fields(1, 0, "/h"), Error);
  EXPECT_THROW((void)passwd_fields(1, 1, ""), Error);
  EXPECT_THROW((void)passwd_fields(1, 1, "h"), Error);
  EXPECT_THROW((void)with_line("", "bob", passwd_fields(1, 1, "/h:/x")), Error);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
