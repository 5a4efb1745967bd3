// Two runs at a time, stores within stores, and what a run can't compare: nothing may be doubled or written to a
// source.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

class Overlap : public CliTest {
 protected:
  void SetUp() override {
    std::vector<Mail> mails;
    for (int i = 0; i < 400; ++i) mails.push_back(simple_mail("mail " + std::to_string(i), 1000 + i));
    fill_maildir(at("S"), mails);
    stdfs::create_directory(at("state"));
    stdfs::permissions(at("state"), stdfs::perms(0700));
  }
  [[nodiscard]] std::vector<std::string> sync_to(const std::string& target) const {
    return {"sync", "--state", at("state"), at("S"), target};
  }
};

TEST_F(Overlap, OfTwoRunsCopiesEachMessageOnce) {
  for (const std::string& target : {"maildir:" + at("T"), "mbox:" + at("t")}) {
    SCOPED_TRACE(target);
    Program first(sync_to(target));
    Program second(sync_to(target));
    const Result one = first.wait();
    const Result two = second.wait();
    EXPECT_EQ(one.status, status::ok) << one.err;
    EXPECT_EQ(two.status, status::ok) << two.err;
  }
  EXPECT_EQ(read_maildir(at("T")).size(), 400U);
  EXPECT_EQ(read_mbox(at("t")).size(), 400U);
}

TEST_F(Overlap, OfTwoRunsIntoPartsOfOneTreeToo) {
  const auto both = [&](const std::vector<std::string>& one, const std::vector<std::string>& two) {
    Program first(one);
    Program second(two);
    for (Program* program : {&first, &second}) {
      const Result result = program->wait();
      EXPECT_EQ(result.status, status::ok) << result.err;
    }
  };
  both(sync_to("mboxdir:" + at("tree") + ":INBOX=" + at("spool")), sync_to("mbox:" + at("spool")));
  EXPECT_EQ(read_mbox(at("spool")).size(), 400U);
  make_maildir(at("T"));
  make_maildir(at("T/.Sub"));
  std::vector<std::string> into_folder = sync_to("maildir:" + at("T"));
  into_folder.insert(into_folder.begin() + 1, "--map-folder=INBOX=Sub");
  both(into_folder, sync_to("maildir:" + at("T/.Sub")));
  EXPECT_EQ(read_maildir(at("T/.Sub")).size(), 400U);
}

TEST_F(Overlap, IsRefusedNamingTheHolderWhenWaitingIsNotWanted) {
  // Stopped in the middle of its copy by a tracer that delays every link.
  if (!exists("/usr/bin/strace")) GTEST_SKIP() << "needs strace (scripts/bootstrap installs it)";
  How slow;
  slow.under = {"/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=linkat:delay_enter=20000"};
  slow.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  Program first(sync_to("maildir:" + at("T")), slow);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!exists(at("T/cur")) || names_in(at("T/cur")).empty())
    if (std::chrono::steady_clock::now() > give_up) break;
  std::vector<std::string> impatient = sync_to("maildir:" + at("T"));
  impatient.insert(impatient.begin() + 1, "--lock-wait=0");
  const Result second = run(impatient);
  EXPECT_EQ(second.status, status::locked) << second.out;
  EXPECT_TRUE(holds(second.err, "another run of mailhaul is writing to it, process "));
  EXPECT_EQ(first.wait().status, status::ok);
  EXPECT_EQ(read_maildir(at("T")).size(), 400U);
}

TEST_F(Overlap, NeedsAStateDirectoryThatOthersCannotWriteTo) {
  stdfs::permissions(at("state"), stdfs::perms(0777));
  const Result result = run(sync_to("maildir:" + at("T")));
  EXPECT_EQ(result.status, status::permission);
  EXPECT_TRUE(holds(result.err, "others may write to it"));
}

class Nested : public CliTest {};

TEST_F(Nested, ALinkToAFolderOfTheSourceIsNoTarget) {
  fill_maildir(at("S"), {simple_mail("one")});
  fill_maildir(at("S/.Sub"), {simple_mail("two")});
  stdfs::create_symlink(at("S/.Sub"), at("T"));
  guard_but_for_atimes(at(""));
  const Result result = run({"sync", at("S"), "maildir:" + at("T")});
  EXPECT_EQ(result.status, status::usage);
  expect_one_line(result, "inside the source");
}

TEST_F(Nested, AFolderOfTheTargetIsNoSource) {
  fill_maildir(at("A"), {simple_mail("one")});
  fill_maildir(at("A/.Sub"), {simple_mail("two")});
  guard_but_for_atimes(at(""));
  const Result result = run({"sync", "--map-folder", "INBOX=Sub", "maildir:" + at("A/.Sub"), at("A")});
  EXPECT_EQ(result.status, status::usage);
  expect_one_line(result, "inside the target");
}

TEST_F(Nested, AnMboxWithASecondNameInASpoolOfEverybodyIsNotRead) {
  stdfs::create_directory(at("spool"));
  ASSERT_EQ(::chmod(at("spool").c_str(), 01777), 0);
  write_file(at("alice"), mbox_of({simple_mail("hers")}));
  stdfs::create_hard_link(at("alice"), at("spool/mallory"));
  const Result result = run({"sync", "mbox:" + at("spool/mallory"), "maildir:" + at("T")});
  EXPECT_EQ(result.status, status::no_such_store);
  expect_one_line(result, "second name");
  EXPECT_FALSE(exists(at("T")));
  stdfs::remove(at("alice"));
  EXPECT_EQ(run({"sync", "mbox:" + at("spool/mallory"), "maildir:" + at("T")}).status, status::ok);
}

class Incomparable : public CliTest {};

TEST_F(Incomparable, AMessageOfTheTargetThatCannotBeReadIsNotDoubled) {
  if (!exists("/usr/bin/strace")) GTEST_SKIP() << "needs strace (scripts/bootstrap installs it)";
  fill_maildir(at("S"), {simple_mail("one", 1), simple_mail("two", 2)});
  sync({at("S"), "maildir:" + at("T")});
  forget_runs();  // else it is known by its name and need not be read
  How how;
  how.under = {"/usr/bin/strace",         "-f", "-qq", "-o", "/dev/null", "-P", at("T/cur/2.M2P1.host:2,"), "-e",
               "inject=pread64:error=EIO"};
  how.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  const Result result = run({"sync", at("S"), "maildir:" + at("T")}, how);
  EXPECT_EQ(result.status, status::target_io_error) << result.err;
  EXPECT_TRUE(holds(result.err, "copying could double it"));
  EXPECT_EQ(read_maildir(at("T")).size(), 2U);
}

TEST_F(Incomparable, TheSameMessageInNewAndInCurIsOne) {
  const Mail mail = simple_mail("once");
  make_maildir(at("S"));
  write_file(at("S/new/1.a"), mail.octets);
  write_file(at("S/cur/1.a:2,S"), mail.octets);
  write_file(at("S/new/2.b"), mail.octets);
  write_file(at("S/cur/2.b:2,S"), simple_mail("another").octets);
  sync({at("S"), "maildir:" + at("T")});
  EXPECT_EQ(read_maildir(at("T")).size(), 3U);
  expect_settled(at("S"), "maildir:" + at("T"));
}

TEST_F(Incomparable, AKeywordWithoutRoomIsReportedUnderQuietAndNoChange) {
  make_maildir(at("T"));
  std::string names;
  for (int i = 0; i < 26; ++i) names += std::to_string(i) + " k" + std::to_string(i) + "\n";
  write_file(at("T/dovecot-keywords"), names);
  make_maildir(at("S"));
  write_file(at("S/dovecot-keywords"), "0 twenty-seventh\n");
  write_file(at("S/cur/1.a:2,Sa"), simple_mail("one").octets);
  write_file(at("T/cur/1.a:2,S"), simple_mail("one").octets);
  for (int i = 0; i < 2; ++i) {
    const Result result = run({"sync", "-q", at("S"), "maildir:" + at("T")});
    EXPECT_EQ(result.status, status::ok);
    EXPECT_TRUE(holds(result.err, "twenty-seventh"));
    EXPECT_TRUE(holds(run({"sync", at("S"), "maildir:" + at("T")}).out, "flags changed 0,"));
    forget_runs();
  }
}

TEST_F(Incomparable, ManyFilesOfOneBaseNameAreChangedInTime) {
  // A16. Each lookup used to walk all of them: minutes for as many.
  constexpr int count = 6000;
  make_maildir(at("T"));
  make_maildir(at("S"));
  for (int i = 0; i < count; ++i) {
    const std::string octets = "Subject: " + std::to_string(i) + "\n\n";
    write_file(at("T/cur/1.a:2,," + std::to_string(i)), octets);
    write_file(at("S/cur/" + std::to_string(i) + ".b:2,S"), octets);
  }
  How how;
  how.limit = std::chrono::seconds(is_sanitized() ? 120 : 20);
  const Result result = run({"sync", "--fsync=none", at("S"), "maildir:" + at("T")}, how);
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_TRUE(holds(result.out, "Copied 0 "));
}

TEST_F(Incomparable, APreviewSaysWhatTheRunWouldSay) {
  fill_maildir(at("S"), {simple_mail("one")});
  stdfs::create_directory(at("E"));
  EXPECT_EQ(run({"sync", "-n", at("S"), "maildir:" + at("E")}).status, status::ok);
  const Result nowhere = run({"sync", "-n", at("S"), "maildir:" + at("no/such")});
  EXPECT_EQ(nowhere.status, status::cannot_create);
  expect_one_line(nowhere, at("no"));
}

TEST_F(Incomparable, AnMboxWithALongNameIsRead) {
  const std::string name(255, 'n');
  write_file(at(name), mbox_of({simple_mail("one")}));
  sync({"mbox:" + at(name), "maildir:" + at("T")});
  const std::string other(254, 'm');
  write_file(at(other), mbox_of({simple_mail("two")}));
  const Result append = run({"sync", at("T"), "mbox:" + at(other)});
  EXPECT_EQ(append.status, status::cannot_create);
  EXPECT_TRUE(holds(append.err, "no lock file fits"));
}

TEST_F(Incomparable, VerifyShowsLongSubjectsShort) {
  make_maildir(at("S"));
  make_maildir(at("T"));
  write_file(at("S/cur/1.a:2,"), "Subject: " + std::string(60'000, 'x') + "\n\nbody\n");
  const Result result = run({"verify", at("S"), at("T")});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_LT(result.err.size(), 2000U);
}

}  // namespace
}  // namespace mailhaul::black_box
