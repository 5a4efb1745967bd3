#include <gtest/gtest.h>

#include "mailhaul/account/vmail/mail.hpp"

namespace mailhaul::account::vmail {
namespace {

TEST(VmailPattern, SaysWhereAMailboxIs) {
  const auto path = [](const char* pattern, const std::string& name) { return Pattern::parse(pattern)->path_of(name); };
  EXPECT_EQ(path(Pattern::usual, "bob@example.com"), "example.com/bob/Maildir");
  EXPECT_EQ(path("%u", "bob@example.com"), "bob@example.com");
  EXPECT_EQ(path("vhosts/%d/mail-%n.d", "bob@example.com"), "vhosts/example.com/mail-bob.d");
  EXPECT_EQ(path(Pattern::usual, "user"), "user/Maildir") << "it has no domain";
  EXPECT_EQ(path("x-%d/%n", "user"), "");
}

TEST(VmailPattern, AnArchiveLiesWhereNoUserCan) {
  const auto path = [](const char* pattern, const std::string& name) { return Pattern::parse(pattern)->path_of(name); };
  EXPECT_EQ(path(Pattern::usual, "archive/example.com"), "archive/example.com/Maildir");
  EXPECT_EQ(path("%n/in-%d", "archive/example.com"), "example.com/in-archive");
  EXPECT_EQ(path("%u", "archive/example.com"), "");
  for (const char* name : {"archive/..", "archive/", "archive/a/b.example", "example.com@archive"})
    EXPECT_EQ(path(Pattern::usual, name), "") << name;
}

TEST(VmailPattern, LeadsNoNameOutOfItsRoot) {
  const auto pattern = *Pattern::parse(Pattern::usual);
  for (const char* name : {"", "..", "../x@example.com", "a/b@example.com", "..@example.com", "bob@..", "bob@a/b",
                           "archive/example", "a\nb@example.com"})
    EXPECT_EQ(pattern.path_of(name), "") << name;
}

TEST(VmailPattern, MustTellMailboxesApart) {
  for (const char* text : {"%d/%n", "%n/%d", "%u/mail", "a%n.b/%d"}) EXPECT_TRUE(Pattern::parse(text)) << text;
  for (const char* text : {"", "%d", "%n", "mail", "%u/%n", "%d/%n/%n", "%h/%d/%n", "%d/../%n", "/%d/%n", "%d//%n",
                           "%d/%n/", "%d/%n%", "%d%n"})
    EXPECT_FALSE(Pattern::parse(text)) << text;
}

}  // namespace
}  // namespace mailhaul::account::vmail
