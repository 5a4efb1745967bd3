#include "account/cpanel/shadow_file.hpp"

#include <gtest/gtest.h>

#include "account/text/keyed_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

TEST(ShadowFile, Records) {
  struct Row {
    const char* line;
    const char* hash;
    std::int64_t day;  // -1: none
    bool account;
    bool login;
    std::size_t problems;
  };
  const std::vector<Row> rows{
      {"al:$6$s.l/t$h.a/s:17073::::::", "$6$s.l/t$h.a/s", 17073, false, false, 0},
      {"al:$1$salt$hash", "$1$salt$hash", -1, false, false, 0},
      {"al:$6$a$b:17073::::::\r", "$6$a$b", 17073, false, false, 0},
      {"al:*LOCKED*$6$a$b:17073::::::*LOCKED*", "$6$a$b", 17073, true, false, 0},
      {"al:*LOCKED*!!$6$a$b:17073::::::*LOCKED*", "$6$a$b", 17073, true, true, 0},
      {"al:!!*LOCKED*$6$a$b:17073::::::*LOCKED*", "$6$a$b", 17073, true, true, 0},
      {"al:*LOCKED*$6$a$b*LOCKED*", "$6$a$b", -1, true, false, 0},
      {"al:*LOCKED*$6$a$b:17073::::::", "$6$a$b", 17073, true, false, 1},
      {"al:$6$a$b:17073::::::*LOCKED*", "$6$a$b", 17073, true, false, 1},
      {"al:*LOCKED*", "", -1, true, false, 1},
      {"al:*LOCKED*!!:1::::::*LOCKED*", "", 1, true, false, 0},
      {"al:!!$6$a$b:17073::::::", "$6$a$b", 17073, false, true, 0},
      {"al:!$6$a$b:17073::::::", "$6$a$b", 17073, false, true, 0},
      {"al:!!:17073::::::", "", 17073, false, false, 0},
      {"al:!", "", -1, false, false, 0},
      {"al:*:17073::::::", "", 17073, false, false, 0},
      {"al:!!*:17073::::::", "", 17073, false, true, 0},
      {"al::17073::::::", "", 17073, false, false, 1},
      {"al:$6$a$b:soon::::::", "$6$a$b", -1, false, false, 1},
      {"al:$6$a$b:-1::::::", "$6$a$b", -1, false, false, 1},
      {"al:$6$a$b:1:0:99999:7::20000:", "$6$a$b", 1, false, false, 1},
  };
  for (const Row& row : rows) {
    const ShadowFile file = parse_shadow("# first\n" + std::string(row.line) + "\n");
    ASSERT_EQ(file.records.size(), 1U) << row.line;
    const ShadowRecord& record = file.records[0];
    EXPECT_EQ(record.line, 2U);
    EXPECT_EQ(record.local_part, "al");
    EXPECT_EQ(record.password.hash, row.hash) << row.line;
    EXPECT_EQ(record.password.changed_day.value_or(-1), row.day) << row.line;
    EXPECT_EQ(record.suspension.account, row.account) << row.line;
    EXPECT_EQ(record.suspension.login, row.login) << row.line;
    ASSERT_EQ(file.problems.size(), row.problems) << row.line;
    for (const Problem& problem : file.problems) {
      EXPECT_EQ(problem.subject, "al");
      EXPECT_EQ(problem.line, 2U);
      EXPECT_EQ(problem.text.find("$6$"), std::string::npos) << "no hash is shown";
    }
  }
}

TEST(ShadowFile, TheOneLineOfAnArchive) {
  std::vector<Problem> problems;
  const ShadowRecord record = decode_shadow("!!$6$a$b\n", problems);
  EXPECT_EQ(record.password.hash, "$6$a$b");
  EXPECT_TRUE(record.suspension.login);
  EXPECT_TRUE(problems.empty());
}

TEST(ShadowFile, WhatIsWrittenIsReadAgain) {
  for (const char* hash : {"", "$6$s.l/t$h.a/s", "$1$a$b", "aXy12345678.."})
    for (const bool account : {false, true})
      for (const bool login : {false, true})
        for (const std::int64_t day : {-1, 0, 17073}) {
          store::Password password{hash, std::nullopt};
          if (day >= 0) password.changed_day = day;
          store::Suspension suspension;
          suspension.account = account;
          suspension.login = login;
          const ShadowFile file = parse_shadow(with_line("", "al", shadow_fields(password, suspension)));
          ASSERT_EQ(file.records.size(), 1U);
          EXPECT_TRUE(file.problems.empty()) << hash;
          EXPECT_EQ(file.records[0].password.hash, hash);
          EXPECT_EQ(file.records[0].password.changed_day, password.changed_day);
          EXPECT_EQ(file.records[0].suspension.account, account);
          EXPECT_EQ(file.records[0].suspension.login, login) << hash;
        }
}

TEST(ShadowFile, TheMarksOfASuspensionStandWhereTheServerPutsThem) {
  store::Suspension suspension;
  EXPECT_EQ(with_line("", "al", shadow_fields({"$6$a$b", 17073}, suspension)), "al:$6$a$b:17073::::::\n");
  suspension.login = true;
  EXPECT_EQ(with_line("", "al", shadow_fields({"$6$a$b", 17073}, suspension)), "al:!!$6$a$b:17073::::::\n");
  suspension.login = false;
  suspension.account = true;
  EXPECT_EQ(with_line("", "al", shadow_fields({"$6$a$b", 17073}, suspension)),
            "al:*LOCKED*$6$a$b:17073::::::*LOCKED*\n");
}

TEST(ShadowFile, NoPasswordIsNeverAnEmptyField) {
  EXPECT_EQ(with_line("", "al", shadow_fields({}, {})), "al:*:::::::\n");
}

TEST(ShadowFile, HashesThatAreNone) {
  for (const char* hash : {"a:b", "a\nb", "a b", "!!$6$a$b", "*", "*LOCKED*$6$a", "\xc3\xa4"})
    EXPECT_THROW((void)shadow_fields({hash, std::nullopt}, {}), Error) << hash;
}

}  // namespace
}  // namespace mailhaul::account::cpanel
