// What servers and clients call a message must survive the move: the list of the copy is the list of the source.
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class UidsCli : public CliTest {
 protected:
  const std::string list_ = "3 V1700000000 N40 G0123456789abcdef0123456789abcdef\n"
                            "3 :1.a,S=15\n"
                            "5 Gother P :2.b,S=15\n"
                            "9 O1 :3.c\n";

  void SetUp() override {
    make_maildir(at("old"));
    write_file(at("old/cur/1.a,S=15:2,S"), "Subject: a\n\nxy\n");
    write_file(at("old/cur/2.b,S=15:2,"), "Subject: b\n\nxy\n");
    write_file(at("old/new/3.c"), "Subject: c\n\nxy\n");
    write_file(at("old/dovecot-uidlist"), list_);
    make_maildir(at("old/.Empty"));
    write_file(at("old/.Empty/dovecot-uidlist"), "3 V1700000007 N8 G0123456789abcdef0123456789abcde0\n");
    guard(at("old"));
  }
};

TEST_F(UidsCli, TheListOfACopyIsTheListOfTheSource) {
  sync({at("old"), "maildir:" + at("new")});
  EXPECT_EQ(read_file(at("new/dovecot-uidlist")), list_);
  EXPECT_EQ(read_file(at("new/.Empty/dovecot-uidlist")), read_file(at("old/.Empty/dovecot-uidlist")));
  EXPECT_EQ(read_file(at("new/dovecot-uidvalidity")), "6553f107") << "the largest";
  EXPECT_TRUE(exists(at("new/dovecot-uidvalidity.6553f107")));
  expect_settled(at("old"), at("new"));
}

TEST_F(UidsCli, ARunThatFindsItsMessagesButNoListWritesIt) {
  sync({at("old"), "maildir:" + at("new")});
  std::filesystem::remove(at("new/dovecot-uidlist"));
  std::filesystem::remove(at("new/cur/2.b,S=15:2,"));
  forget_runs();
  const Result result = sync({at("old"), at("new")});
  EXPECT_TRUE(holds(result.out, "Copied 1 ("));
  EXPECT_EQ(read_file(at("new/dovecot-uidlist")), list_);
  expect_settled(at("old"), at("new"));
}

TEST_F(UidsCli, NewMailGetsTheUidThatItHasAtTheSource) {
  sync({at("old"), "maildir:" + at("new")});
  guard_no_more();
  write_file(at("old/new/4.d"), "Subject: d\n\nxy\n");
  write_file(at("old/dovecot-uidlist"), list_ + "44 :4.d\n");
  sync({at("old"), at("new")});
  EXPECT_EQ(read_file(at("new/dovecot-uidlist")), "3 V1700000000 N45 G0123456789abcdef0123456789abcdef\n"
                                                  "3 :1.a,S=15\n5 Gother P :2.b,S=15\n9 O1 :3.c\n44 :4.d\n");
  expect_settled(at("old"), at("new"));
}

TEST_F(UidsCli, AServerThatHasOpenedTheCopyNumbersItAndThatIsSaid) {
  sync({at("old"), "maildir:" + at("new")});
  write_file(at("new/dovecot.index.log"), "");
  std::filesystem::remove(at("new/dovecot-uidlist"));
  forget_runs();
  const Result result = sync({at("old"), at("new")});
  EXPECT_FALSE(exists(at("new/dovecot-uidlist")));
  EXPECT_TRUE(holds(result.out + result.err, "the server numbers the messages here"));
}

TEST_F(UidsCli, AListThatAServerOwnsStaysOctetForOctetWhenNewMailComes) {
  sync({at("old"), "maildir:" + at("new")});
  guard_no_more();
  // Cutover: the server has opened the copy, given out a UID of its own, and kept the UIDVALIDITY.
  const std::string theirs = list_ + "40 :5.delivered\n";
  write_file(at("new/dovecot-uidlist"), theirs);
  write_file(at("new/dovecot.index"), "x");
  write_file(at("new/cur/5.delivered:2,S"), "Subject: e\n\nxy\n");
  write_file(at("old/new/4.d"), "Subject: d\n\nxy\n");
  write_file(at("old/dovecot-uidlist"), list_ + "40 :4.d\n");
  for (int i = 0; i < 2; ++i) {
    const Result result = sync({at("old"), at("new")});
    EXPECT_EQ(holds(result.out, "Copied 1 ("), i == 0) << result.out;
    EXPECT_EQ(read_file(at("new/dovecot-uidlist")), theirs);
    EXPECT_EQ(read_file(at("new/.Empty/dovecot-uidlist")), read_file(at("old/.Empty/dovecot-uidlist")));
  }
  EXPECT_TRUE(exists(at("new/new/4.d"))) << "the server numbers it when it looks";
  EXPECT_TRUE(exists(at("new/cur/5.delivered:2,S")));
}

TEST_F(UidsCli, ABrokenListIsMendedInTheCopy) {
  guard_no_more();
  write_file(at("old/dovecot-uidlist"), list_ + "junk\n2 :1.a,S=15\n");
  const Result result = sync({at("old"), "maildir:" + at("new")});
  EXPECT_EQ(read_file(at("new/dovecot-uidlist")), list_);
  EXPECT_TRUE(holds(result.out + result.err, "no record of a message"));
}

TEST_F(UidsCli, NumbersThatLeaveNoRoomAreToldAndNotCopied) {
  guard_no_more();
  for (const char* header : {"3 V1700000000 N4294967295\n", "3 V1700000000 N4294967294\n"}) {
    write_file(at("old/dovecot-uidlist"), header + list_.substr(list_.find('\n') + 1));
    for (const std::string& target : {"maildir:" + at("new"), "mbox:" + at("box")}) {
      std::vector<std::string> words{"sync", at("old"), target, "--include", "INBOX"};
      if (target.front() == 'm' && target[1] == 'b') words.insert(words.end(), {"--mbox-variant", "dovecot"});
      const Result result = run(words);
      EXPECT_EQ(result.status, status::ok) << result.out << result.err;
      EXPECT_TRUE(holds(result.out + result.err, "no room for new messages"));
    }
    EXPECT_EQ(names_in(at("new/cur")).size() + names_in(at("new/new")).size(), 3U);
    EXPECT_FALSE(exists(at("new/dovecot-uidlist")));
    EXPECT_FALSE(holds(read_file(at("box")), "X-IMAPbase: 1700000000 ")) << "a generation of its own";
    std::filesystem::remove_all(at("new"));
    std::filesystem::remove(at("box"));
    forget_runs();
  }
  write_file(at("full.mbox"), "From a@b Sat Jan  1 00:00:00 2022\nX-IMAPbase: 1700000000 4294967295\nX-UID: 4\n"
                              "Subject: x\n\nx\n\n");
  const Result result = run({"sync", "mbox:" + at("full.mbox"), "maildir:" + at("new")});
  EXPECT_TRUE(holds(result.out + result.err, "no room for new messages"));
  EXPECT_FALSE(exists(at("new/dovecot-uidlist")));
}

TEST_F(UidsCli, GoThroughAnMboxThatIsMadeForDovecotAndBack) {
  const std::vector<std::string> only_inbox{"--include", "INBOX"};
  sync({at("old"), "mbox:" + at("box"), "--include", "INBOX", "--mbox-variant", "dovecot"});
  EXPECT_TRUE(holds(read_file(at("box")), "\nX-IMAPbase: 1700000000 0000000039 "));
  expect_settled(at("old"), "mbox:" + at("box"), only_inbox);
  sync({at("box"), "maildir:" + at("back")});
  const std::string list = read_file(at("back/dovecot-uidlist"));
  EXPECT_EQ(list.substr(0, list.find('\n')), "3 V1700000000 N40");
  for (const char* uid : {"\n3 :", "\n5 :", "\n9 :"}) EXPECT_TRUE(holds(list, uid));
  expect_settled(at("box"), at("back"));
}

/// mbox.md, "must do" 7: what is a server's own tree is written for that server, and needs no option.
TEST_F(UidsCli, ATreeOfMboxesIsMadeForDovecotUnasked) {
  const std::string body = "\nFrom bob@x.org Thu Nov 29 22:33:52 2001\nbye\n";
  guard_no_more();
  write_file(at("old/.Empty/cur/8.x:2,S"), "Subject: bare\n\n" + body);
  sync({at("old"), "mboxdir:" + at("tree")});
  EXPECT_TRUE(holds(read_file(at("tree/inbox")), "\nX-IMAPbase: 1700000000 0000000039 "));
  const std::string bare = read_file(at("tree/Empty"));
  EXPECT_TRUE(holds(bare, "\nContent-Length: " + std::to_string(body.size()) + " "));
  EXPECT_TRUE(holds(bare, "\n\n" + body)) << "not quoted, as Dovecot would show the quote";
  sync({at("tree"), "maildir:" + at("back")});
  EXPECT_EQ(read_maildir(at("back/.Empty")).size(), 1U);
}

TEST_F(UidsCli, AnMboxThatHasNoPlaceForThemIsToldOf) {
  const Result result = sync({at("old"), "mbox:" + at("box"), "--include", "INBOX"});
  EXPECT_TRUE(holds(result.out + result.err, "only --mbox-variant dovecot keeps it"));
  EXPECT_FALSE(holds(read_file(at("box")), "X-UID"));
}

TEST_F(UidsCli, AnEmptyFolderKeepsItsNumbersInAnMbox) {
  sync({at("old"), "mbox:" + at("box"), "--include", "Empty", "--map-folder", "Empty=INBOX", "--mbox-variant",
        "dovecot"});
  sync({at("box"), "maildir:" + at("back")});
  EXPECT_EQ(read_file(at("back/dovecot-uidlist")), "3 V1700000007 N8\n");
}

}  // namespace
}  // namespace mailhaul::black_box
