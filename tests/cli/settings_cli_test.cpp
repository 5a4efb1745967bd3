#include <sys/stat.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class SettingsCli : public CliTest {
 protected:
  SettingsCli() : CliTest(Place::memory) {}

  /// A Maildir as a Dovecot leaves it, with one message in INBOX and one in Sent, and an empty folder.
  void make_tree() {
    for (const char* folder : {"", "/.Sent", "/.Empty"}) make_maildir(at("M") + folder);
    write_file(at("M/cur/1.a:2,"), "Subject: one\n\n");
    write_file(at("M/.Sent/cur/2.b:2,S"), "Subject: two\n\n");
    write_file(at("M/subscriptions"), "V\t2\n\nINBOX\nSent\nGone\tx\n");
    write_file(at("M/.Sent/dovecot-acl"), "user=bob lr\n");
  }
};

TEST_F(SettingsCli, SubscriptionsAndAccessListsComeWithTheMailAndOnlyOnce) {
  make_tree();
  guard(at("M"));
  const Result dry = run({"sync", "-n", "maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_TRUE(holds(dry.out, "Would add 3 subscriptions, 1 access list."));
  EXPECT_FALSE(exists(at("T")));
  const Result first = sync({"maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_TRUE(holds(first.out, "Added 3 subscriptions, 1 access list."));
  EXPECT_EQ(read_file(at("T/subscriptions")), "Gone.x\nINBOX\nSent\n");
  EXPECT_EQ(read_file(at("T/.Sent/dovecot-acl")), "user=bob lr\n");
  EXPECT_TRUE(exists(at("T/.Empty/cur"))) << "the folder tree itself is kept";
  const Result second = sync({"maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_FALSE(holds(second.out, "ubscription"));
  expect_settled("maildir:" + at("M"), "maildir:" + at("T"));
}

TEST_F(SettingsCli, CachesAndControlFilesOfAServerAreNeverCopied) {
  make_tree();
  const std::vector<std::string> caches{"dovecot.index",
                                        "dovecot.index.log",
                                        "dovecot.index.cache",
                                        "dovecot.index.backup",
                                        "dovecot.index.thread",
                                        "dovecot.list.index",
                                        "dovecot.mailbox.log",
                                        "dovecot-acl-list",
                                        "dovecot-uidlist.lock",
                                        "maildirsize",
                                        "temp.123",
                                        ".temp.host.1",
                                        ".dovecot.lda-dupes",
                                        "courierpop3dsizelist"};
  for (const std::string& name : caches) {
    write_file(at("M/" + name), "of this machine");
    write_file(at("M/.Sent/" + name), "of this machine");
  }
  sync({"maildir:" + at("M"), "maildir:" + at("T")});
  for (const std::string& name : caches) {
    EXPECT_FALSE(exists(at("T/" + name))) << name;
    EXPECT_FALSE(exists(at("T/.Sent/" + name))) << name;
  }
  EXPECT_FALSE(tree_holds(at("T"), "of this machine"));
}

TEST_F(SettingsCli, SubscribedLeavesOutTheOtherFolders) {
  make_tree();
  sync({"--subscribed", "maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_TRUE(exists(at("T/.Sent")));
  EXPECT_FALSE(exists(at("T/.Empty")));
}

TEST_F(SettingsCli, SpecialUseRenamesFoldersAndTheirSubscriptions) {
  make_tree();
  make_maildir(at("M/.INBOX.spam.2024"));
  sync({"--special-use", "SPAM=Junk,sent=Sent Mail", "maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_TRUE(exists(at("T/.Junk.2024")));
  EXPECT_TRUE(exists(at("T/.Sent Mail")));
  EXPECT_EQ(read_file(at("T/subscriptions")), "Gone.x\nINBOX\nSent Mail\n");
}

TEST_F(SettingsCli, WhatTheTargetCanNotHoldIsReported) {
  make_tree();
  const Result result = sync({"--map-folder=*=INBOX", "maildir:" + at("M"), "mbox:" + at("T")});
  EXPECT_TRUE(holds(result.out, "subscriptions: the target has no place for them"));
  EXPECT_TRUE(holds(result.out, "access list: the target has no place for it"));
}

TEST_F(SettingsCli, ALockedListIs3AndTheMailIsThere) {
  make_tree();
  make_maildir(at("T"));
  write_file(at("T/subscriptions.lock"), "1:other");
  const Result result = run({"sync", "--lock-wait=0", "maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_EQ(result.status, status::settings_missing);
  EXPECT_TRUE(holds(result.err, "subscriptions"));
  EXPECT_EQ(names_in(at("T/.Sent/cur")).size(), 1U);
  EXPECT_EQ(read_file(at("T/.Sent/dovecot-acl")), "user=bob lr\n") << "what can be brought is";
}

TEST_F(SettingsCli, AListOfFarTooManyNamesIs3AndTheMailIsThere) {
  make_tree();
  std::string text;
  for (int i = 0; i <= 20'000; ++i) text += std::to_string(i) + "\n";
  write_file(at("M/subscriptions"), text);
  const Result result = run({"sync", "maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_EQ(result.status, status::settings_missing);
  EXPECT_TRUE(holds(result.err, "more than 20000 lines"));
  EXPECT_EQ(names_in(at("T/.Sent/cur")).size(), 1U);
  EXPECT_EQ(read_file(at("T/.Sent/dovecot-acl")), "user=bob lr\n") << "what can be brought is";
}

/// LAYOUT=fs at the target: the second run must see the layout that the first one wrote.
TEST_F(SettingsCli, AFolderWithADotInFrontDoesNotMakeTheTreeMaildirPlusPlus) {
  make_maildir(at("M"));
  make_maildir(at("M/.Name"));
  write_file(at("M/.Name/cur/1.a:2,"), "Subject: one\n\n");
  sync({"maildir:" + at("M") + ":LAYOUT=fs", "maildir:" + at("T") + ":LAYOUT=fs"});
  EXPECT_EQ(names_in(at("T/\\2eName/cur")).size(), 1U);
  for (const char* layout : {":LAYOUT=fs", ""}) {
    const Result again = sync({"maildir:" + at("M") + ":LAYOUT=fs", "maildir:" + at("T") + layout});
    EXPECT_TRUE(holds(again.out, "\nCopied 0 ")) << layout;
  }
}

TEST_F(SettingsCli, TreesOfDirectoriesAreConvertedAndNamesThatDoNotFitComeBackTheSame) {
  make_maildir(at("M"));
  make_maildir(at("M/v1.0/Notes"));
  write_file(at("M/v1.0/Notes/cur/1.a:2,"), "Subject: one\n\n");
  write_file(at("M/subscriptions"), "v1.0/Notes\n");
  const Result scan = run({"scan", at("M")});
  EXPECT_TRUE(holds(scan.out, "LAYOUT=fs"));
  const Result first = sync({at("M"), "maildir:" + at("T")});
  EXPECT_TRUE(holds(first.out, "v1.0/Notes -> v1"));
  EXPECT_EQ(names_in(at("T/.v1\\2e0.Notes/cur")).size(), 1U);
  EXPECT_EQ(read_file(at("T/subscriptions")), "v1\\2e0.Notes\n");
  expect_settled("maildir:" + at("M"), "maildir:" + at("T"));
}

}  // namespace
}  // namespace mailhaul::black_box
