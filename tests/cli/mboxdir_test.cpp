#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

/// Trees of mboxes, there and back.
class Mboxdir : public CliTest {
 protected:
  Mboxdir() : CliTest(Place::memory) {}
};

TEST_F(Mboxdir, AMaildirBecomesATreeAndComesBack) {
  const auto inbox = std::vector<Mail>{simple_mail("one", 1), simple_mail("two", 2)};
  const auto work = std::vector<Mail>{simple_mail("work", 3)};
  const auto drafts = std::vector<Mail>{simple_mail("drafts", 4)};
  fill_maildir(at("M"), inbox);
  fill_maildir(at("M/.Work.2024"), work);
  fill_maildir(at("M/.Entw&APw-rfe"), drafts);
  guard(at("M"));
  sync({at("M"), "mboxdir:" + at("T")});
  EXPECT_EQ(difference(inbox, read_mbox(at("T/inbox")), As::kept_by_mbox), "");
  EXPECT_EQ(difference(work, read_mbox(at("T/Work/2024")), As::kept_by_mbox), "");
  EXPECT_EQ(difference(drafts, read_mbox(at("T/Entw&APw-rfe")), As::kept_by_mbox), "");
  expect_settled(at("M"), "mboxdir:" + at("T"));
  guard(at("T"));
  sync({at("T"), "maildir:" + at("B")});  // detected
  EXPECT_EQ(difference(inbox, read_maildir(at("B")), As::kept_by_mbox), "");
  EXPECT_EQ(difference(work, read_maildir(at("B/.Work.2024")), As::kept_by_mbox), "");
  EXPECT_EQ(difference(drafts, read_maildir(at("B/.Entw&APw-rfe")), As::kept_by_mbox), "");
  expect_settled("mboxdir:" + at("T"), "maildir:" + at("B"));
  EXPECT_EQ(run({"verify", at("M"), at("B")}).status, status::ok);
}

TEST_F(Mboxdir, InboxMayLieApart) {
  stdfs::create_directories(at("mail"));
  write_file(at("mail/Sent"), mbox_of({simple_mail("sent")}));
  write_file(at("spool"), mbox_of({simple_mail("spool")}));
  const std::string source = "mboxdir:" + at("mail") + ":INBOX=" + at("spool");
  guard(at("mail"));
  sync({source, "maildir:" + at("M")});
  EXPECT_EQ(read_maildir(at("M")).size(), 1U);
  EXPECT_EQ(read_maildir(at("M/.Sent")).size(), 1U);
  const std::string target = "mboxdir:" + at("T") + ":INBOX=" + at("new-spool");
  sync({source, target});
  EXPECT_TRUE(exists(at("T/Sent")));
  EXPECT_FALSE(exists(at("T/inbox")));
  EXPECT_EQ(read_mbox(at("new-spool")).size(), 1U);
  expect_settled(source, target);
  // Never onto itself, through whichever of its parts.
  EXPECT_EQ(run({"sync", "mbox:" + at("spool"), "mboxdir:" + at("T") + ":INBOX=" + at("spool")}).status, status::usage);
  EXPECT_EQ(run({"sync", source, "mbox:" + at("spool")}).status, status::usage);
  EXPECT_EQ(run({"sync", source, "mboxdir:" + at("T2") + ":INBOX=" + at("mail/x")}).status, status::usage);
  EXPECT_EQ(run({"scan", "mboxdir:" + at("mail") + ":INBOX="}).status, status::usage);
}

TEST_F(Mboxdir, AParentWithMessagesIsReportedAndFoundAgain) {
  fill_maildir(at("M"), {simple_mail("in")});
  fill_maildir(at("M/.A"), {simple_mail("a")});
  fill_maildir(at("M/.A.B"), {simple_mail("b")});
  guard(at("M"));
  const Result said = sync({at("M"), "mboxdir:" + at("T")});
  EXPECT_NE(said.out.find("A-sub-4e5d45/B"), std::string::npos) << said.out;
  EXPECT_EQ(read_mbox(at("T/A")).size(), 1U);
  EXPECT_EQ(read_mbox(at("T/A-sub-4e5d45/B")).size(), 1U);
  expect_settled(at("M"), "mboxdir:" + at("T"));
  sync({"mboxdir:" + at("T"), "maildir:" + at("B")});
  EXPECT_EQ(read_maildir(at("B/.A.B")).size(), 1U);
}

TEST_F(Mboxdir, NoTwoFoldersBecomeOneFile) {
  fill_maildir(at("M"), {simple_mail("in")});
  fill_maildir(at("M/.A"), {simple_mail("a")});
  fill_maildir(at("M/.A.B"), {simple_mail("b")});
  fill_maildir(at("M/.A-sub.B"), {simple_mail("another b")});
  fill_maildir(at("M/.A-sub-4e5d45.B"), {simple_mail("a third b")});
  guard(at("M"));
  sync({at("M"), "mboxdir:" + at("T")});
  EXPECT_EQ(read_mbox(at("T/A-sub-4e5d45/B")).size(), 1U);
  EXPECT_EQ(read_mbox(at("T/A-sub/B")).size(), 1U);
  EXPECT_EQ(read_mbox(at("T/A\\2dsub-4e5d45/B")).size(), 1U);
  expect_settled(at("M"), "mboxdir:" + at("T"));
}

TEST_F(Mboxdir, ANameThatReadersPassOverIsChangedAndReported) {
  stdfs::create_directory(at("S"));
  for (const char* part : {"S/cur", "S/new", "S/tmp"}) stdfs::create_directory(at(part));
  fill_maildir(at("S/x.lock"), {simple_mail("x")});
  guard(at("S"));
  const std::string source = "maildir:" + at("S") + ":LAYOUT=fs";
  const Result said = sync({source, "mboxdir:" + at("T")});
  EXPECT_NE(said.out.find("can't hold a folder of this name"), std::string::npos) << said.out;
  EXPECT_EQ(read_mbox(at("T/x\\2elock")).size(), 1U);
  expect_settled(source, "mboxdir:" + at("T"));
}

TEST_F(Mboxdir, AFileOfAnArchiveHasOneNameInEveryRun) {
  stdfs::create_directories(at("S/Work"));
  write_file(at("S/old.mbox"), mbox_of({simple_mail("old")}));
  write_file(at("S/Sent"), mbox_of({simple_mail("sent")}));
  write_file(at("S/Work/2024"), mbox_of({simple_mail("work")}));
  guard(at("S"));
  const std::string source = "mboxdir:" + at("S");
  const std::string target = "mboxdir:" + at("T");
  sync({"--include", "old", source, target});
  for (int i = 0; i < 2; ++i) {
    sync({source, target});
    EXPECT_EQ(names_in(at("T")).size(), 3U);
    EXPECT_EQ(run({"verify", source, target}).status, status::ok);
  }
}

TEST_F(Mboxdir, ADryRunMakesNothing) {
  fill_maildir(at("M"), {simple_mail("in")});
  fill_maildir(at("M/.A"), {simple_mail("a")});
  guard(at("M"));
  sync({"-n", at("M"), "mboxdir:" + at("T")});
  EXPECT_FALSE(exists(at("T")));
}

TEST_F(Mboxdir, ALockedFolderCostsOnlyItself) {
  stdfs::create_directories(at("mail"));
  write_file(at("mail/A"), mbox_of({simple_mail("a")}));
  write_file(at("mail/B"), mbox_of({simple_mail("b")}));
  write_file(at("mail/A.lock"), "4711");
  const Result result = run({"sync", "--lock-wait=0", "mboxdir:" + at("mail"), "maildir:" + at("M")});
  EXPECT_EQ(result.status, status::locked) << result.out << result.err;
  EXPECT_EQ(read_maildir(at("M/.B")).size(), 1U);
}

}  // namespace
}  // namespace mailhaul::black_box
