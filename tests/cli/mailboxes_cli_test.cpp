#include <sys/stat.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

/// Accounts with several mailboxes, from one home to another and to where others keep them.
class ManyMailboxes : public CliTest {
 protected:
  ManyMailboxes() : CliTest(Place::memory) {
    fill_maildir(at("a/mail"), system_);
    fill_maildir(at("a/mail/.Sent"), sent_);
    fill_maildir(at("a/mail/example.com/bob"), bob_);
    fill_maildir(at("a/mail/example.com/bob/.Work"), work_);
    fill_maildir(at("a/mail/example.com/amy"), amy_);
    stdfs::create_directories(at("a/etc/example.com"));
    write_file(at("a/etc/example.com/passwd"), "bob:x:1:1::/h:/s\namy:x:1:1::/h:/s\nnew:x:1:1::/h:/s\n");
    write_file(at("a/mail/example.com/bob/subscriptions"), "V\t2\n\nWork\n");
    stdfs::create_directory_symlink("example.com/bob", at("a/mail/.bob@example_com"));
    stdfs::create_directory_symlink(at("a/mail/example.com/bob"), at("a/mail/bob@example.com"));
    stdfs::create_directories(at("b/etc"));
    guard(at("a"));
  }
  [[nodiscard]] std::string source() const { return "cpanel:" + at("a"); }
  void expect_mailboxes(const std::string& account, const std::string& user) {
    EXPECT_EQ(difference(system_, read_maildir(account), As::exact), "");
    EXPECT_EQ(difference(sent_, read_maildir(account + "/.Sent"), As::exact), "");
    EXPECT_EQ(difference(bob_, read_maildir(user + "bob"), As::exact), "");
    EXPECT_EQ(difference(work_, read_maildir(user + "bob/.Work"), As::exact), "");
    EXPECT_EQ(difference(amy_, read_maildir(user + "amy"), As::exact), "");
    EXPECT_TRUE(exists(user + "new/cur"));
  }

  const std::vector<Mail> system_{simple_mail("system", 1)};
  const std::vector<Mail> sent_{simple_mail("sent", 2)};
  const std::vector<Mail> bob_{simple_mail("bob", 3), simple_mail("bob too", 4)};
  const std::vector<Mail> work_{simple_mail("work", 5)};
  const std::vector<Mail> amy_{simple_mail("amy", 6)};
};

TEST_F(ManyMailboxes, AnAccountMovesToAnotherHomeAndARunMoreFindsNothing) {
  const Result first = sync({"--mail-only", at("a"), "cpanel:" + at("b")});  // the source is detected
  EXPECT_TRUE(holds(first.out, "All 6 source messages"));
  EXPECT_TRUE(holds(first.out, "b: Sent")) << "the mailbox of the account is that of the other one";
  expect_mailboxes(at("b/mail"), at("b/mail/example.com/"));
  EXPECT_TRUE(holds(read_file(at("b/mail/example.com/bob/subscriptions")), "Work"));
  struct stat status {};
  ASSERT_EQ(::stat(at("b/mail/example.com/bob").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0751U);
  EXPECT_TRUE(holds(sync({"--mail-only", source(), "cpanel:" + at("b")}).out, "Nothing to copy"));
  EXPECT_EQ(run({"verify", source(), "cpanel:" + at("b")}).status, status::ok);
}

TEST_F(ManyMailboxes, LinksToMailboxesAreNeitherFollowedNorMade) {
  sync({"--mail-only", source(), "cpanel:" + at("b")});
  EXPECT_EQ(names_in(at("b/mail")), (std::vector<std::string>{".Sent", "cur", "example.com", "new", "tmp"}));
  const Result scan = run({"scan", source()});
  EXPECT_EQ(scan.status, status::ok);
  EXPECT_FALSE(holds(scan.out, "bob@example_com"));
}

TEST_F(ManyMailboxes, AnAccountBecomesUsersBelowOneRoot) {
  sync({source(), "vmail:" + at("v") + ":LAYOUT=%d/%n"});
  expect_mailboxes(at("v/a"), at("v/example.com/"));
  expect_settled(source(), "vmail:" + at("v") + ":LAYOUT=%d/%n");
  sync({"vmail:" + at("v") + ":LAYOUT=%d/%n", "vmail:" + at("w")});
  EXPECT_EQ(difference(work_, read_maildir(at("w/example.com/bob/Maildir/.Work")), As::exact), "");
  EXPECT_EQ(run({"sync", source(), "vmail:" + at("x") + ":LAYOUT=%d"}).status, status::usage);
  EXPECT_FALSE(exists(at("x")));
}

TEST_F(ManyMailboxes, OneOfThemGoesToAPlaceThatHoldsOne) {
  const Result refused = run({"sync", source(), "maildir:" + at("M")});
  EXPECT_EQ(refused.status, status::usage);
  expect_one_line(refused, "--mailbox");
  EXPECT_FALSE(exists(at("M")));
  const std::vector<std::string> bob{"--mailbox", "bob@example.com"};
  sync({"--mailbox", "bob@example.com", source(), "maildir:" + at("M")});
  EXPECT_EQ(difference(bob_, read_maildir(at("M")), As::exact), "");
  EXPECT_EQ(difference(work_, read_maildir(at("M/.Work")), As::exact), "");
  expect_settled(source(), "maildir:" + at("M"), bob);
  sync({"--mailbox", "amy@example.com", source(), "mbox:" + at("mbox")});
  EXPECT_EQ(difference(amy_, read_mbox(at("mbox")), As::kept_by_mbox), "");
  EXPECT_EQ(run({"sync", "--mailbox", "eve@example.com", source(), "maildir:" + at("N")}).status, status::usage);
  // And back: a Maildir is that mailbox of an account.
  EXPECT_EQ(run({"sync", "maildir:" + at("M"), "cpanel:" + at("b")}).status, status::usage);
  sync({"--mailbox", "zoe@example.org", "maildir:" + at("M"), "cpanel:" + at("b")});
  EXPECT_EQ(difference(work_, read_maildir(at("b/mail/example.org/zoe/.Work")), As::exact), "");
}

TEST_F(ManyMailboxes, TwoMailboxesBroughtIntoOnePlaceDoNotTakeEachOtherForGone) {
  sync({"--mailbox", "bob@example.com", source(), "maildir:" + at("M")});
  sync({"--mailbox", "amy@example.com", "--delete", source(), "maildir:" + at("M")});
  EXPECT_EQ(read_maildir(at("M")).size(), bob_.size() + amy_.size());
}

TEST_F(ManyMailboxes, UsersAndDomainsGetOtherNames) {
  sync({"--mail-only", "--map-domain", "example.com=new.net", "--map-user", "a=boss@new.net", source(),
        "cpanel:" + at("b")});
  expect_mailboxes(at("b/mail/new.net/boss"), at("b/mail/new.net/"));
  EXPECT_FALSE(exists(at("b/mail/example.com")));
  EXPECT_EQ(run({"sync", "--map-user", "a=../x", source(), "cpanel:" + at("b")}).status, status::usage);
  EXPECT_EQ(run({"sync", "--map-domain", "example.com=..", source(), "cpanel:" + at("b")}).status, status::usage);
  EXPECT_EQ(run({"sync", "--map-user", "a=bob@example.com", source(), "cpanel:" + at("b")}).status, status::usage)
      << "two mailboxes would become one";
}

TEST_F(ManyMailboxes, AUserIsLookedUpInTheFilesOfHisServer) {
  stdfs::create_directories(at("root/etc"));
  write_file(at("root/etc/passwd"), "root:x:0:0::/root:/x\nalice:x:54321:54321::/home/alice:/x\n");
  stdfs::create_directories(at("root/home"));
  copy_tree(at("a"), at("root/home/alice"));
  const Result found = sync({"--src-root", at("root"), "cpanel:alice", "vmail:" + at("v")});
  EXPECT_TRUE(holds(found.out, "alice: INBOX"));
  EXPECT_EQ(difference(system_, read_maildir(at("v/alice/Maildir")), As::exact), "");
  EXPECT_EQ(run({"scan", "--src-root", at("root"), "cpanel:nobody-here"}).status, status::no_such_store);
}

TEST_F(ManyMailboxes, OneOfAnotherFormatIsToldAndTheOthersArrive) {
  guard_no_more();
  write_file(at("a/mail/example.com/amy/mailbox_format.cpanel"), "mdbox");
  const Result result = run({"sync", source(), "cpanel:" + at("b")});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.out, "mdbox"));
  EXPECT_EQ(difference(bob_, read_maildir(at("b/mail/example.com/bob")), As::exact), "");
  EXPECT_FALSE(exists(at("b/mail/example.com/amy")));
}

TEST_F(ManyMailboxes, ADryRunMakesNothing) {
  guard_but_for_atimes(at("b"));
  const Result result = sync({"-n", "--mail-only", source(), "cpanel:" + at("b")});
  EXPECT_TRUE(holds(result.out, "6 messages would be copied"));
}

}  // namespace
}  // namespace mailhaul::black_box
