// After the DNS change, on real files: mail still trickles into the old server while users read, file and delete on the
// new one. The same command, again and again.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

class Cutover : public CliTest {
 protected:
  static std::vector<Mail> many(std::size_t count, const std::string& name = "message") {
    std::vector<Mail> mails;
    for (std::size_t i = 0; i < count; ++i)
      mails.push_back(simple_mail(name + "-" + std::to_string(i), 1'000'000'000 + static_cast<std::int64_t>(i)));
    return mails;
  }
  /// The file of a message in a folder, by its subject.
  static std::string file_of(const std::string& folder, const std::string& subject) {
    for (const char* part : {"/cur/", "/new/"})
      for (const std::string& name : names_in(folder + part))
        if (read_file(folder + part + name).find("Subject: " + subject + "\n") != std::string::npos)
          return folder + part + name;
    return "";
  }
  static bool has(const std::string& folder, const std::string& subject) { return !file_of(folder, subject).empty(); }
  /// As a server does: into cur, with these flags.
  static void flag(const std::string& folder, const std::string& subject, const std::string& flags) {
    const std::string file = file_of(folder, subject);
    ASSERT_NE(file, "") << subject;
    const std::string name = stdfs::path(file).filename().string();
    stdfs::rename(file, folder + "/cur/" + name.substr(0, name.find(':')) + ":2," + flags);
  }
  static void deliver(const std::string& folder, const Mail& mail) {
    static int number = 0;
    const std::string name = std::to_string(mail.date) + ".M" + std::to_string(++number) + "P77.late";
    write_file(folder + "/new/" + name, mail.octets);
    set_modified(folder + "/new/" + name, mail.date);
  }
  /// So that the directory times are trusted.
  static void let_two_seconds_pass() { ::usleep(2'200'000); }
  Result resync(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{"--fsync=none"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(source_);
    words.push_back(target_);
    return sync(words);
  }
  Result resync_fails(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{"sync", "--fsync=none"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(source_);
    words.push_back(target_);
    return run(words);
  }

  std::string source_;
  std::string target_;
};

TEST_F(Cutover, MaildirToMaildir) {
  fill_maildir(at("S"), many(12));
  fill_maildir(at("S/.Sent"), many(3, "sent"));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();

  // At the new server: one is read, one deleted, one filed, one delivered.
  flag(at("T"), "message-0", "FS");
  stdfs::remove(file_of(at("T"), "message-1"));
  make_maildir(at("T/.Archive"));
  const std::string filed = file_of(at("T"), "message-2");
  stdfs::rename(filed, at("T/.Archive/cur/") + stdfs::path(filed).filename().string());
  deliver(at("T"), simple_mail("own"));
  // At the old one: a straggler, one answered, one moved, one deleted.
  deliver(at("S"), simple_mail("straggler"));
  flag(at("S"), "message-3", "RS");
  const std::string moved = file_of(at("S"), "message-4");
  stdfs::rename(moved, at("S/.Sent/cur/") + stdfs::path(moved).filename().string());
  stdfs::remove(file_of(at("S"), "message-5"));

  guard(at("S"));
  const Result dry = run({"sync", "-n", source_, target_});
  EXPECT_EQ(dry.status, status::ok) << dry.err;
  EXPECT_TRUE(holds(dry.out, "Would copy 1 "));
  EXPECT_TRUE(holds(dry.out, "Would move 1 message"));
  const Result result = resync({"-i"});
  EXPECT_TRUE(holds(result.out, "Copied 1 "));
  EXPECT_TRUE(holds(result.out, "flags changed 1,"));
  EXPECT_TRUE(holds(result.out, "Moved 1 message as at the source.\n"));
  EXPECT_TRUE(holds(result.out, "1 source message removed by their user at the target"));
  EXPECT_EQ(file_of(at("T"), "message-0").substr(file_of(at("T"), "message-0").rfind(':')), ":2,FS");
  EXPECT_FALSE(has(at("T"), "message-1")) << "what its user removed stays removed";
  EXPECT_FALSE(has(at("T"), "message-2")) << "what its user filed is not copied again";
  EXPECT_TRUE(has(at("T/.Archive"), "message-2"));
  EXPECT_EQ(file_of(at("T"), "message-3").substr(file_of(at("T"), "message-3").rfind(':')), ":2,RS");
  EXPECT_FALSE(has(at("T"), "message-4"));
  EXPECT_TRUE(has(at("T/.Sent"), "message-4"));
  EXPECT_TRUE(has(at("T"), "message-5")) << "what is gone at the source is kept";
  EXPECT_TRUE(has(at("T"), "own"));
  EXPECT_TRUE(has(at("T"), "straggler"));

  guard_but_for_atimes(at("T"));
  resync();
  guard_no_more();
  const Result proof = run({"verify", source_, target_});
  EXPECT_EQ(proof.status, status::ok) << proof.out << proof.err;
  EXPECT_TRUE(holds(proof.out, "Removed at the target by their user 1:"));

  stdfs::remove(file_of(at("T"), "message-6"));
  EXPECT_EQ(run({"verify", source_, target_}).status, status::ok) << "also when no run has seen it yet";
}

TEST_F(Cutover, MboxToMaildir) {
  auto mails = many(8);
  write_file(at("mbox"), mbox_of(mails));
  source_ = "mbox:" + at("mbox");
  target_ = "maildir:" + at("T");
  resync();
  stdfs::remove(file_of(at("T"), "message-1"));
  flag(at("T"), "message-2", "S");
  append_file(at("mbox"), mbox_of({simple_mail("straggler")}));
  EXPECT_TRUE(holds(resync().out, "Copied 1 "));
  EXPECT_FALSE(has(at("T"), "message-1"));
  EXPECT_TRUE(has(at("T"), "straggler"));

  // A mail program rewrites it: the first is expunged, a flag set; every offset is another one.
  mails.erase(mails.begin());
  mails[2].flags = "F";
  mails.push_back(simple_mail("straggler"));
  write_file(at("mbox"), mbox_of(mails));
  const Result result = resync();
  EXPECT_TRUE(holds(result.out, "Copied 0 "));
  EXPECT_TRUE(holds(result.out, "flags changed 1,"));
  EXPECT_FALSE(has(at("T"), "message-1"));
  EXPECT_TRUE(has(at("T"), "message-0"));
  EXPECT_EQ(read_maildir(at("T")).size(), 8U);
}

// As a machine sends its reports: each as long as the others, and no two differ but in the header block. Its user
// removed the oldest, by a server that rewrites the file where it lies, and more came.
TEST_F(Cutover, AnMboxOfMessagesOfOneLengthDidNotOnlyGrow) {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "all is well on this disk, and was so the day before\n";
  const auto reports = [&](int first, int last) {
    std::string octets;
    for (int day = first; day <= last; ++day)
      octets += "From cron@example.org Thu Jan  " + std::to_string(day) + " 10:00:00 2024\nSubject: report " +
                std::to_string(day) + "\n\n" + body + "\n";
    return octets;
  };
  source_ = "mbox:" + at("s");
  for (const std::string& target : {"maildir:" + at("T"), "mbox:" + at("t")}) {
    for (const int last : {4, 6}) {  // as long as it was, and longer
      stdfs::remove_all(at("T"));
      stdfs::remove_all(at("t"));
      write_file(at("s"), reports(1, 3));
      let_two_seconds_pass();
      target_ = target;
      resync({"--state", at("state-" + std::to_string(last) + target.substr(0, 4))});
      struct stat before {};
      struct stat after {};
      ASSERT_EQ(::stat(at("s").c_str(), &before), 0);
      write_file(at("s"), reports(2, last));
      ASSERT_EQ(::stat(at("s").c_str(), &after), 0);
      ASSERT_EQ(before.st_ino, after.st_ino) << "rewritten where it lies";
      resync({"--state", at("state-" + std::to_string(last) + target.substr(0, 4))});
      std::vector<Mail> there = target.starts_with("maildir:") ? read_maildir(at("T")) : read_mbox(at("t"));
      EXPECT_EQ(there.size(), static_cast<std::size_t>(last));
      for (int day = 1; day <= last; ++day)
        EXPECT_TRUE(std::any_of(
            there.begin(), there.end(),
            [&](const Mail& mail) { return holds(mail.octets, "Subject: report " + std::to_string(day) + "\n"); }))
            << "day " << day << " at " << target;
    }
  }
}

TEST_F(Cutover, MaildirToMbox) {
  fill_maildir(at("S"), many(6));
  source_ = "maildir:" + at("S");
  target_ = "mbox:" + at("mbox");
  resync();
  auto there = read_mbox(at("mbox"));
  ASSERT_EQ(there.size(), 6U);
  there.erase(there.begin() + 1);
  there.push_back(simple_mail("own"));
  write_file(at("mbox"), mbox_of(there));
  deliver(at("S"), simple_mail("straggler"));
  EXPECT_TRUE(holds(resync().out, "Copied 1 "));
  EXPECT_EQ(read_mbox(at("mbox")).size(), 7U) << "not the one that its user removed";
  EXPECT_TRUE(holds(resync().out, "Copied 0 "));
}

TEST_F(Cutover, AnEmptiedTargetStopsTheRun) {  // R5
  fill_maildir(at("S"), many(30));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  for (const char* part : {"T/cur", "T/new"})
    for (const std::string& name : names_in(at(part))) stdfs::remove(at(part) + "/" + name);
  deliver(at("S"), simple_mail("straggler"));
  guard_but_for_atimes(at("T"));
  const Result stopped = resync_fails();
  guard_no_more();
  EXPECT_EQ(stopped.status, status::guarded) << stopped.out;
  EXPECT_TRUE(holds(stopped.err, "30 of 30 messages are missing"));
  EXPECT_TRUE(holds(stopped.err, "--restore-missing"));
  EXPECT_EQ(run({"verify", source_, target_}).status, status::some_failed) << "verify does not call that removed";
  EXPECT_TRUE(holds(resync({"--restore-missing"}).out, "Copied 31 "));
  EXPECT_EQ(read_maildir(at("T")).size(), 31U);
}

TEST_F(Cutover, WhatMayLieInAFolderThatCantBeListedIsMissing) {
  fill_maildir(at("S"), many(12));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  for (const char* part : {"cur", "new", "tmp"}) stdfs::create_directories(at("T/.Filed/") + part);
  write_file(at("T/.Filed/maildirfolder"), "");
  const std::string unlisted = at("T/.Filed/cur");
  if (is_root())
    ASSERT_EQ(::chown(unlisted.c_str(), somebody_else, somebody_else), 0);
  else
    stdfs::permissions(unlisted, stdfs::perms::none);
  int left = 5;
  for (const char* part : {"T/cur", "T/new"})
    for (const std::string& name : names_in(at(part)))
      if (left-- > 0) stdfs::remove(at(part) + "/" + name);
  for (const char* option : {"--stats", "--accept-missing", "--restore-missing"}) {
    const Result result = resync_fails({option});
    EXPECT_EQ(result.status, status::some_failed) << option;
    EXPECT_TRUE(holds(result.err, "Missing 5: the others, 7 source messages, are at the target.")) << result.err;
    EXPECT_TRUE(holds(result.out, "1 x unlisted (failed)")) << result.out;
    EXPECT_EQ(holds(result.out, "--restore-missing is not obeyed"), option == std::string("--restore-missing"));
  }
  stdfs::remove_all(at("T/.Filed"));
  EXPECT_TRUE(holds(resync({"--restore-missing"}).out, "Copied 5 "));
}

TEST_F(Cutover, ATargetThatIsAnotherOneStopsTheRunToo) {  // R7
  fill_maildir(at("S"), many(30));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  stdfs::rename(at("T"), at("old"));
  EXPECT_EQ(resync_fails().status, status::guarded);
  stdfs::remove_all(at("T"));
  copy_tree(at("old"), at("T"));
  stdfs::remove(file_of(at("T"), "message-3"));
  EXPECT_TRUE(holds(resync().out, "Copied 0 ")) << "moved to another disk: nothing is copied anew";
  EXPECT_FALSE(has(at("T"), "message-3"));
}

TEST_F(Cutover, DeleteGoesIntoQuarantineAndForGoodOnlyWhenAsked) {  // R2, R3
  fill_maildir(at("S"), many(30));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  for (const char* name : {"message-1", "message-2"}) stdfs::remove(file_of(at("S"), name));
  flag(at("T"), "message-2", "S");
  EXPECT_TRUE(holds(run({"sync", "-n", "--delete", source_, target_}).out, "Would remove 1 message"));
  EXPECT_TRUE(has(at("T"), "message-1"));
  EXPECT_TRUE(holds(resync({"--delete"}).out, "Removed 1 message at the target that is gone at the source."));
  EXPECT_FALSE(has(at("T"), "message-1"));
  EXPECT_TRUE(has(at("T/.Mailhaul-Removed.INBOX"), "message-1"));
  EXPECT_TRUE(has(at("T"), "message-2")) << "its user has seen it";

  for (int i = 3; i < 8; ++i) stdfs::remove(file_of(at("S"), "message-" + std::to_string(i)));
  const Result stopped = resync_fails({"--delete", "--expunge"});
  EXPECT_EQ(stopped.status, status::guarded);
  EXPECT_TRUE(holds(stopped.err, "--max-delete"));
  EXPECT_TRUE(has(at("T"), "message-3"));
  resync({"--delete", "--expunge", "--max-delete=5"});
  EXPECT_EQ(read_maildir(at("T")).size(), 24U);
  EXPECT_EQ(read_maildir(at("T/.Mailhaul-Removed.INBOX")).size(), 1U);
}

TEST_F(Cutover, WhatIsInQuarantineStaysThere) {  // put there by a run that was killed before its ledger said so
  fill_maildir(at("S"), many(30));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  stdfs::remove(file_of(at("S"), "message-1"));
  make_maildir(at("T/.Mailhaul-Removed.INBOX"));
  const std::string file = file_of(at("T"), "message-1");
  stdfs::rename(file, at("T/.Mailhaul-Removed.INBOX/cur/") + stdfs::path(file).filename().string());
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--delete"}, {"--delete", "--expunge"}, {"--delete"}}) {
    resync(options);
    EXPECT_TRUE(has(at("T/.Mailhaul-Removed.INBOX"), "message-1"));
  }
  EXPECT_FALSE(exists(at("T/.Mailhaul-Removed.Mailhaul-Removed.INBOX")));
}

TEST_F(Cutover, WhatIsRemovedFromAnMboxGoesIntoAFileBesideIt) {  // R3
  fill_maildir(at("S"), many(30));
  source_ = "maildir:" + at("S");
  target_ = "mbox:" + at("mbox");
  resync();
  stdfs::remove(file_of(at("S"), "message-7"));
  EXPECT_TRUE(holds(resync({"--delete"}).out, "Removed 1 message"));
  EXPECT_EQ(read_mbox(at("mbox")).size(), 29U);
  const auto removed = read_mbox(at("mbox.mailhaul-removed"));
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_TRUE(holds(removed[0].octets, "Subject: message-7"));
  EXPECT_TRUE(holds(resync({"--delete"}).out, "Copied 0 "));
  EXPECT_EQ(read_mbox(at("mbox.mailhaul-removed")).size(), 1U);
}

TEST_F(Cutover, AnEmptyOrVanishedSourceRemovesNothing) {  // R2
  fill_maildir(at("S"), many(5));
  fill_maildir(at("S/.Work"), many(5, "work"));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  for (const std::string& name : names_in(at("S/cur"))) stdfs::remove(at("S/cur/") + name);
  for (const std::string& name : names_in(at("S/new"))) stdfs::remove(at("S/new/") + name);
  stdfs::remove_all(at("S/.Work"));
  resync({"--delete", "--expunge", "--max-delete=100"});
  EXPECT_EQ(read_maildir(at("T")).size(), 5U);
  EXPECT_EQ(read_maildir(at("T/.Work")).size(), 5U);
}

TEST_F(Cutover, AnUnsubscribedFolderStaysUnsubscribed) {
  fill_maildir(at("S"), many(1));
  fill_maildir(at("S/.Work"), many(1, "work"));
  write_file(at("S/subscriptions"), "V\t2\n\nWork\n");
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  EXPECT_TRUE(holds(read_file(at("T/subscriptions")), "Work"));
  write_file(at("T/subscriptions"), "V\t2\n\n");
  resync();
  EXPECT_FALSE(holds(read_file(at("T/subscriptions")), "Work"));
}

TEST_F(Cutover, ADamagedLedgerIsRefusedInOneLine) {
  fill_maildir(at("S"), many(5));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync({"--state", at("state")});
  std::string ledger;
  for (const std::string& name : names_in(at("state")))
    if (name.ends_with(".ledger")) ledger = at("state/" + name);
  ASSERT_NE(ledger, "");
  struct stat status {};
  ASSERT_EQ(::stat(ledger.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  write_file(ledger, "this is no ledger, whatever it may be; it was written by somebody else\n");
  guard_but_for_atimes(at("T"));
  const Result refused = resync_fails({"--state", at("state")});
  guard_no_more();
  EXPECT_EQ(refused.status, status::other_error) << refused.err;
  expect_one_line(refused, ledger);
  stdfs::remove(ledger);
  EXPECT_TRUE(holds(resync({"--state", at("state")}).out, "Copied 0 ")) << "without one it goes by content";
}

TEST_F(Cutover, AMissingTargetMailboxIsAskedForHoweverSmall) {
  fill_maildir(at("S"), many(3));
  source_ = "maildir:" + at("S");
  for (const std::string& target : {"maildir:" + at("T"), "mbox:" + at("t")}) {
    target_ = target;
    resync();
    stdfs::remove_all(target.substr(target.find(':') + 1));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(resync_fails().status, status::guarded) << target << ", run " << i;
    EXPECT_TRUE(holds(resync({"--restore-missing"}).out, "Copied 3 ")) << target;
  }
}

// SQLite acts upon what lies beside its file (a journal), so a ledger of others is not even read.
TEST_F(Cutover, RecordsThatOthersMayWriteAreNotRead) {
  fill_maildir(at("S"), many(3));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  const std::vector<std::string> state{"--state", at("state")};
  resync(state);
  stdfs::permissions(at("state"), stdfs::perms::all);
  EXPECT_EQ(resync_fails({"-n", "--state", at("state")}).status, status::permission);
  EXPECT_EQ(run({"verify", "--state", at("state"), source_, target_}).status, status::permission);
  EXPECT_EQ(run({"runs", "list", "--state", at("state")}).status, status::permission);
  EXPECT_EQ(run({"runs", "show", "--state", at("state"), source_, target_}).status, status::permission);
  stdfs::permissions(at("state"), stdfs::perms::owner_all);
  EXPECT_EQ(run({"runs", "list", "--state", at("state")}).status, status::ok);
}

TEST_F(Cutover, WhatWasNotReadIsToldByEveryRun) {
  fill_maildir(at("S"), many(3));
  write_file(at("S/cur/1000000009.M1P1.h\n:2,S"), "Subject: odd\n\nx\n");
  let_two_seconds_pass();
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(resync_fails().status, status::some_failed) << "run " << i;
}

TEST_F(Cutover, AnMboxThatIsToBeSplitInAnotherWayIsReadAgain) {
  write_file(at("s"), "From a@example.org Thu Jan  4 10:00:00 2024\nSubject: one\n\nx\n\n"
                      "From b@example.org Thu Jan  4 10:00:00 2024\nSubject: two\n\nx\n");
  let_two_seconds_pass();
  source_ = "mbox:" + at("s");
  target_ = "maildir:" + at("T");
  const std::string second = std::to_string(read_file(at("s")).find("From b@"));
  resync({"--from-line", second + "=body"});
  EXPECT_EQ(read_maildir(at("T")).size(), 1U);
  resync();
  EXPECT_EQ(read_maildir(at("T")).size(), 3U) << "each of the two, and what it was before";
  EXPECT_TRUE(holds(resync().out, "Copied 0 "));
}

TEST_F(Cutover, RunsAreListed) {
  forget_runs();  // of other tests
  fill_maildir(at("S"), many(3));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  EXPECT_TRUE(holds(run({"runs", "list"}).out, "No runs are known."));
  resync();
  resync();
  const Result list = run({"runs", "list"});
  EXPECT_EQ(list.status, status::ok);
  EXPECT_TRUE(holds(list.out, source_ + " -> " + target_));
  EXPECT_TRUE(holds(list.out, "copied 3 ("));
  EXPECT_TRUE(holds(list.out, "Nothing to copy: all 3 source messages are at the target."));
  EXPECT_EQ(run({"runs", "show", source_, target_}).out, list.out);
  const Result json = run({"runs", "show", "--json", source_, target_});
  const auto lines = lines_of(json.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(holds(lines[0], "\"copied\":3"));
  EXPECT_TRUE(holds(lines[2], "\"event\":\"summary\""));
  make_maildir(at("U"));
  EXPECT_EQ(run({"runs", "show", source_, "maildir:" + at("U")}).status, status::no_such_store);
}

TEST_F(Cutover, OptionsThatContradictAreRefused) {
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--expunge"}, {"--max-delete=3"}, {"--restore-missing", "--accept-missing"}}) {
    const Result refused = resync_fails(options);
    EXPECT_EQ(refused.status, status::usage);
    expect_one_line(refused);
  }
}

TEST_F(Cutover, ARunThatHasNothingToDoAsksForFoldersNotForMessages) {  // R8
  if (is_sanitized()) GTEST_SKIP() << "a sanitizer has calls of its own";
  const std::size_t messages = is_long() ? 6000 : 1500;
  for (const char* folder : {"S", "S/.A", "S/.B"}) fill_maildir(at(folder), many(messages));
  source_ = "maildir:" + at("S");
  target_ = "maildir:" + at("T");
  resync();
  let_two_seconds_pass();
  resync();
  resync();
  guard_but_for_atimes(at("T"));
  const std::string log = at("calls");
  How how;
  how.under = {"/usr/bin/strace", "-f", "-qq", "-c", "-U", "calls,name", "-o", log};
  if (!exists(how.under.front())) GTEST_SKIP() << "strace is not there";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"sync", source_, target_}, {"sync", "--no-sandbox", source_, target_}}) {
    const Result quiet = run(words, how);
    if (quiet.status == 1 && read_file(log).empty()) GTEST_SKIP() << "strace may not trace here";
    EXPECT_EQ(quiet.status, status::ok) << quiet.err;
    std::uint64_t calls = 0;
    std::istringstream lines(read_file(log));
    std::string line;
    while (std::getline(lines, line)) {
      std::istringstream columns(line);
      std::uint64_t count = 0;
      std::string name;
      if (columns >> count >> name && name != "total") calls += count;
    }
    EXPECT_GT(calls, 50U);
    EXPECT_LE(calls, 1000U) << read_file(log);
    std::cout << "calls of a run with nothing to do: " << calls << "\n";
  }
}

}  // namespace
}  // namespace mailhaul::black_box
