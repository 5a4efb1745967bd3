// S14: whatever a name, a header or a line of a mailbox holds, what a terminal gets of it is harmless and JSON parses,
// also long after the run. That no control octet is printed each run of CliTest checks by itself.
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

constexpr const char* evil = "\x1b]0;owned\x07\x9b\xe2\x80\xae\xff";
constexpr const char* evil_shown = "\\x1b]0;owned\\x07\\x9b\\xe2\\x80\\xae\\xff";

class HostileOutput : public CliTest {
 protected:
  /// As text and as JSON; both are looked at. Returns the text.
  std::string expect_harmless(std::vector<std::string> arguments, int wanted) {
    const Result text = run(arguments);
    EXPECT_EQ(text.status, wanted) << text.out << text.err;
    arguments.push_back("--json");
    const Result json = run(arguments);
    EXPECT_EQ(json.status, wanted) << json.out << json.err;
    for (const std::string& line : lines_of(json.out))
      EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
    EXPECT_FALSE(json.out.empty());
    return text.out + text.err;
  }
};

TEST_F(HostileOutput, WhatALedgerRemembersIsEscapedToo) {
  // A folder that fails as a whole, in a store whose path is odd itself.
  const std::string source = at(std::string("M") + evil);
  fill_maildir(source, {simple_mail("one")});
  make_maildir(source + "/." + evil);
  stdfs::remove(source + "/." + evil + "/cur");
  stdfs::create_symlink("/nonexistent", source + "/." + evil + "/cur");
  const std::string target = at(std::string("T") + evil);
  const std::string told = expect_harmless({"sync", source, "maildir:" + target}, status::some_failed);
  EXPECT_TRUE(holds(told, evil_shown));
  EXPECT_TRUE(holds(expect_harmless({"runs", "list"}, status::ok), evil_shown));
  EXPECT_TRUE(holds(expect_harmless({"runs", "show", source, "maildir:" + target}, status::ok), evil_shown));
  EXPECT_TRUE(holds(expect_harmless({"scan", "-v", source}, status::some_failed), evil_shown));
  EXPECT_TRUE(holds(expect_harmless({"verify", "-v", source, "maildir:" + target}, status::some_failed), evil_shown));
}

TEST_F(HostileOutput, DoubtfulLinesOfAnMboxAreEscaped) {
  const std::string line = std::string("From ") + evil + "\r at example.org 12 Nov\n";
  write_file(at("mbox"), mbox_of({simple_mail("one")}) + line + "text\n\n" + line + line);
  const std::string told = expect_harmless({"scan", "--audit", "-v", "mbox:" + at("mbox")}, status::ok);
  EXPECT_TRUE(holds(told, "odd_postmark"));
  EXPECT_EQ(told.find(evil), std::string::npos);
}

TEST_F(HostileOutput, KeywordsAndSubscriptionsAreEscaped) {
  Mail mail = simple_mail("one");
  mail.keywords = {std::string("k") + evil};
  fill_maildir(at("M"), {mail});
  write_file(at("M/subscriptions"), std::string(evil) + "\nSub" + evil + "\n");
  write_file(at("M/dovecot-uidlist"), std::string("3 V1 N9 G") + evil + "\n" + evil + "\n1 W" + evil + " :x\n");
  write_file(at("M/dovecot-acl"), std::string("user=") + evil + " lr\n");
  (void)expect_harmless({"sync", "-v", "-i", "maildir:" + at("M"), "maildir:" + at("A")}, status::ok);
  (void)expect_harmless({"scan", "-v", "maildir:" + at("M")}, status::ok);
  const Result mbox = run({"sync", "-v", "-i", "maildir:" + at("M"), "mboxdir:" + at("B")});
  EXPECT_LT(mbox.status, status::usage) << mbox.out << mbox.err;
}

TEST_F(HostileOutput, OfAHeaderOnlyTheBeginningIsShown) {
  std::vector<Mail> mails(5, simple_mail("one"));
  for (std::size_t i = 0; i < mails.size(); ++i)
    mails[i].octets = "Subject: " + std::string(50'000, 'x') + "\nMessage-ID: <" + std::string(9'000, 'y') + ">\n\n" +
                      std::to_string(i) + "\n";
  fill_maildir(at("M"), mails);
  make_maildir(at("T"));
  constexpr std::size_t longest = 2'000;
  for (const std::string& line :
       lines_of(expect_harmless({"verify", at("M"), "maildir:" + at("T")}, status::some_failed)))
    EXPECT_LT(line.size(), longest);
}

}  // namespace
}  // namespace mailhaul::black_box
