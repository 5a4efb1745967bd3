#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class ExitStatus : public CliTest {
 protected:
  /// One message each, at two places that a run could use.
  void SetUp() override {
    write_file(at("mbox"), mbox_of({simple_mail("one")}));
    fill_maildir(at("M"), {simple_mail("two")});
  }

  /// Runs, and expects this status, one line of error that names `named`, and nothing changed anywhere.
  void expect(int wanted, const std::vector<std::string>& arguments, std::string_view named, const How& how = {}) {
    SCOPED_TRACE(arguments.empty() ? "no arguments" : arguments.back());
    guard_no_more();
    guard_but_for_atimes(at(""));
    const Result result = run(arguments, how);
    EXPECT_EQ(result.status, wanted) << result.err;
    expect_one_line(result, named);
  }
};

TEST_F(ExitStatus, AMissingSourceIs66AndNamed) {
  for (const std::string format : {"mbox:", "maildir:", ""}) {
    const std::string missing = at("no/such");
    expect(status::no_such_store, {"sync", format + missing, "maildir:" + at("T")}, missing);
    expect(status::no_such_store, {"scan", format + missing}, missing);
    expect(status::no_such_store, {"verify", format + missing, "maildir:" + at("M")}, missing);
  }
  expect(status::no_such_store, {"sync", "mbox:" + at("nothing"), "maildir:" + at("T")}, at("nothing"));
}

TEST_F(ExitStatus, WhatIsNoMailIs66AndTellsWhatWasSeen) {
  write_file(at("text"), "Dear Sir or Madam,\n\nthis is a letter.\n");
  write_file(at("eml"), simple_mail("one").octets);
  write_file(at("gz"), std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10));
  write_file(at("binary"), std::string("\x7f"
                                       "ELF\x02\x01\x01\x00\x00\x1b[31m",
                                       14));
  std::filesystem::create_directories(at("directory/etc"));
  struct Case {
    const char* name;
    const char* seen;
  };
  for (const Case& one : {Case{"text", "Dear Sir or Madam,"}, Case{"eml", "one message without a postmark line"},
                          Case{"binary", "ELF"}}) {
    expect(status::no_such_store, {"sync", "mbox:" + at(one.name), "maildir:" + at("T")}, one.seen);
    expect(status::no_such_store, {"sync", at(one.name), "maildir:" + at("T")}, one.seen);
    expect(status::no_such_store, {"scan", at(one.name)}, at(one.name));
  }
  // Compressed, but damaged before its first message: what it was can't be known.
  expect(status::some_failed, {"sync", "mbox:" + at("gz"), "maildir:" + at("T")}, "gzip");
  expect(status::no_such_store, {"sync", at("directory"), "maildir:" + at("T")}, "a directory without cur and new");
  expect(status::no_such_store, {"sync", "maildir:" + at("directory"), "maildir:" + at("T")}, "without cur and new");
  expect(status::no_such_store, {"sync", "mbox:" + at("directory"), "maildir:" + at("T")}, "a directory");
  expect(status::no_such_store, {"sync", "maildir:" + at("mbox"), "maildir:" + at("T")}, at("mbox"));
}

TEST_F(ExitStatus, WhatMakesNoSenseIs64) {
  const std::string m = "maildir:" + at("M");
  const std::string t = "maildir:" + at("T");
  const std::vector<std::vector<std::string>> cases{
      {},
      {"frobnicate"},
      {"sync"},
      {"sync", m},
      {"sync", m, t, t},
      {"sync", "--no-such-option", m, t},
      {"scan"},
      {"scan", m, m, m},
      {"verify", m},
      {"sync", "", t},
      {"sync", m, "maildir:"},
      {"sync", m, "pst:" + at("T")},
      {"sync", m, "maildir:" + at("T") + ":LAYOUT=heap"},
      {"sync", m, at("T")},  // not there, so its format can't be seen
      {"sync", "--fsync=sometimes", m, t},
      {"sync", "--mbox-variant=mmdf", m, t},
      {"sync", "--from-quoting=maybe", m, t},
      {"sync", "--min-size=big", m, t},
      {"sync", "--max-size=-1", m, t},
      {"sync", "--min-size=", "--max-size=1.5", m, t},
      {"sync", "--min-age=yesterday", m, t},
      {"sync", "--max-age=3x", m, t},
      {"sync", "--chmod=u+x", m, t},
      {"sync", "--chmod=D7777", m, t},
      {"sync", "--chmod=F", m, t},
      {"sync", "--map-folder=Work", m, t},
      {"sync", "--special-use=Work", m, t},
      {"sync", "--map-folder==B", m, t},
      {"sync", "--include=", m, t},
      {"sync", "--include=re:.*", m, t},
      {"sync", "--exclude=\\Trash", m, t},
      {"sync", "-j", "many", m, t},
      {"sync", "--lock-wait=soon", m, t},
      {"verify", "-n", m, m},
  };
  for (const auto& arguments : cases) expect(status::usage, arguments, "");
}

TEST_F(ExitStatus, ASourceThatIsTheTargetIs64) {
  std::filesystem::create_symlink("M", at("also-M"));
  std::filesystem::create_hard_link(at("mbox"), at("also-mbox"));
  expect(status::usage, {"sync", at("M"), at("M")}, "the same store");
  expect(status::usage, {"sync", "maildir:" + at("M"), "maildir:" + at("M") + "/."}, "the same store");
  expect(status::usage, {"sync", at("M"), at("also-M")}, "the same store");
  expect(status::usage, {"sync", at("mbox"), at("mbox")}, "the same store");
  expect(status::usage, {"sync", at("mbox"), at("also-mbox")}, "the same store");
  expect(status::usage, {"verify", at("M"), at("M")}, "the same store");
}

TEST_F(ExitStatus, SeveralFoldersDoNotGoIntoOneFileUnasked) {
  fill_maildir(at("M/.Work"), {simple_mail("work")});
  expect(status::usage, {"sync", at("M"), "mbox:" + at("T")}, "--map-folder '*=INBOX'");
}

TEST_F(ExitStatus, ATargetThatCannotBeMadeIs73) {
  write_file(at("file"), "not a directory");
  expect(status::cannot_create, {"sync", at("mbox"), "maildir:" + at("no/such/place")}, at("no/such"));
  expect(status::cannot_create, {"sync", at("M"), "mbox:" + at("no/such")}, at("no"));
  expect(status::cannot_create, {"sync", at("mbox"), "maildir:" + at("file/T")}, at("file"));
  expect(status::cannot_create, {"sync", at("M"), "mbox:" + at("file/T")}, at("file"));
}

TEST_F(ExitStatus, ATargetOfAnotherKindIsLeftAlone) {
  write_file(at("text"), "Dear Sir or Madam,\n");
  std::filesystem::create_directories(at("home/src"));
  expect(status::no_such_store, {"sync", at("M"), "mbox:" + at("text")}, "Dear Sir or Madam,");
  expect(status::no_such_store, {"sync", at("mbox"), "maildir:" + at("home")}, "a directory that holds other things");
  expect(status::cannot_create, {"sync", at("mbox"), "maildir:" + at("text")}, at("text"));
}

TEST_F(ExitStatus, AHeldMailboxIs75AndNamesTheLock) {
  fill_maildir(at("M2"), {simple_mail("three")});
  write_file(at("mbox.lock"), "4711:mx");
  const std::vector<std::string> wait{"--lock-wait", "0"};
  const std::string lock = at("mbox.lock");
  expect(status::locked, {"sync", "--lock-wait", "0", at("mbox"), "maildir:" + at("T")}, lock);
  expect(status::locked, {"sync", "--lock-wait", "1", at("M"), "mbox:" + at("mbox")}, lock);
  expect(status::locked, {"scan", "--lock-wait=0", "mbox:" + at("mbox")}, lock);
  expect(status::locked, {"verify", "--lock-wait=0", at("M"), "mbox:" + at("mbox")}, lock);
  std::filesystem::remove(at("mbox.lock"));

  const int fd = ::open(at("mbox").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  struct flock held {};
  held.l_type = F_WRLCK;
  held.l_whence = SEEK_SET;
  ASSERT_EQ(::fcntl(fd, F_OFD_SETLK, &held), 0);
  expect(status::locked, {"sync", "--lock-wait=0", at("mbox"), "maildir:" + at("T")}, "fcntl lock on " + at("mbox"));
  expect(status::locked, {"sync", "--lock-wait=1", at("M"), "mbox:" + at("mbox")}, "fcntl lock on " + at("mbox"));
  ::close(fd);
  guard_no_more();
  EXPECT_EQ(run({"sync", "--lock-wait=0", at("mbox"), "maildir:" + at("T")}).status, status::ok);
}

TEST_F(ExitStatus, ALockThatItsOwnerLeftBehindDoesNotHold) {
  write_file(at("mbox.lock"), "4711:mx");
  for (const char* name : {"mbox", "mbox.lock"}) set_modified(at(name), 1'000'000'000);
  EXPECT_EQ(run({"sync", "--lock-wait=0", at("mbox"), "maildir:" + at("T")}).status, status::ok);
}

TEST_F(ExitStatus, OneMessageThatCannotBeReadIs23AndTheOthersAreCopied) {
  fill_maildir(at("M"), {simple_mail("one", 1), simple_mail("two", 2), simple_mail("three", 3)});
  const std::string bad = at("M/cur/2.M2P1.host:2,");
  ASSERT_TRUE(exists(bad));
  How how;
  if (is_root()) {  // whom no mode stops
    std::filesystem::remove(bad);
    std::filesystem::create_symlink("1.M1P1.host:2,", bad);
  } else {
    ASSERT_EQ(::chmod(bad.c_str(), 0), 0);
  }
  for (const std::string& target : {"maildir:" + at("T"), "mbox:" + at("t")}) {
    const Result result = run({"sync", at("M"), target}, how);
    EXPECT_EQ(result.status, status::some_failed);
    EXPECT_TRUE(holds(result.err, "Failed 1:\n"));
    EXPECT_TRUE(holds(result.err, "M2P1.host"));
    EXPECT_TRUE(holds(result.err, "Missing 1: the others, 3 source messages, are at the target.\n"));
    EXPECT_EQ(run({"verify", at("M"), target}).status, status::some_failed);
  }
  EXPECT_EQ(read_maildir(at("T")).size(), 3U);
  EXPECT_EQ(read_mbox(at("t")).size(), 3U);
  EXPECT_EQ(run({"scan", at("M")}).status, status::some_failed);
}

class ExitStatusAsRoot : public RootCliTest {
 protected:
  /// As somebody who may not read or write what root made.
  static How as_somebody() {
    How how;
    how.user = somebody;
    return how;
  }
};

TEST_F(ExitStatusAsRoot, WhatMayNotBeReadIs77) {
  write_file(at("mbox"), mbox_of({simple_mail("one")}));
  fill_maildir(at("M"), {simple_mail("two")});
  ASSERT_EQ(::chmod(at("mbox").c_str(), 0600), 0);
  ASSERT_EQ(::chmod(at("M").c_str(), 0700), 0);
  std::filesystem::create_directory(at("home"));
  give_tree(at("home"), somebody);
  guard(at(""));
  for (const std::string& source : {"mbox:" + at("mbox"), "maildir:" + at("M"), at("mbox"), at("M")}) {
    SCOPED_TRACE(source);
    for (const std::string& target : {"maildir:" + at("home/T"), "mbox:" + at("home/t")}) {
      const Result result = run({"sync", source, target}, as_somebody());
      EXPECT_EQ(result.status, status::permission);
      expect_one_line(result, source.substr(source.find('/')));
    }
    EXPECT_EQ(run({"scan", source}, as_somebody()).status, status::permission);
  }
}

TEST_F(ExitStatusAsRoot, ATargetWhereNothingMayBeMadeIs73) {
  write_file(at("mbox"), mbox_of({simple_mail("one")}));
  fill_maildir(at("M"), {simple_mail("two")});
  give_tree(at("M"), somebody);
  std::filesystem::create_directory(at("locked"));
  guard(at(""));
  for (const std::string& target : {"maildir:" + at("locked/T"), "mbox:" + at("locked/t")}) {
    const Result result = run({"sync", "maildir:" + at("M"), target}, as_somebody());
    EXPECT_EQ(result.status, status::cannot_create) << result.err;
    EXPECT_TRUE(holds(result.err, at("locked")));
  }
}

TEST_F(ExitStatusAsRoot, OneMessageThatMayNotBeReadIs23) {
  fill_maildir(at("M"), {simple_mail("one", 1), simple_mail("two", 2), simple_mail("three", 3)});
  fill_maildir(at("M/.Closed"), {simple_mail("four", 4)});
  std::filesystem::create_directory(at("home"));
  for (const char* name : {"M", "home"}) give_tree(at(name), somebody);
  ASSERT_EQ(::chmod(at("M/cur/2.M2P1.host:2,").c_str(), 0), 0);
  guard(at("M"));
  const Result one = run({"sync", "--include=INBOX", at("M"), "maildir:" + at("home/T")}, as_somebody());
  EXPECT_EQ(one.status, status::some_failed);
  EXPECT_TRUE(holds(one.err, "Permission denied"));
  EXPECT_EQ(read_maildir(at("home/T")).size(), 2U);
  // A whole folder that may not be read is so many messages; the others go on.
  ASSERT_EQ(::chmod(at("M/.Closed/cur").c_str(), 0), 0);
  guard(at("M"));
  const Result folder = run({"sync", at("M"), "maildir:" + at("home/U")}, as_somebody());
  EXPECT_EQ(folder.status, status::some_failed);
  EXPECT_TRUE(holds(folder.err, "Closed"));
  EXPECT_EQ(read_maildir(at("home/U")).size(), 2U);
}

TEST_F(ExitStatusAsRoot, ANormalUserCopiesHisOwnMail) {
  fill_maildir(at("home/M"), {simple_mail("one", 1), simple_mail("two", 2)});
  give_tree(at("home"), somebody);
  guard(at("home/M"));
  EXPECT_EQ(run({"sync", at("home/M"), "mbox:" + at("home/b")}, as_somebody()).status, status::ok);
  EXPECT_EQ(run({"sync", at("home/b"), "maildir:" + at("home/T")}, as_somebody()).status, status::ok);
  for (const Entry& entry : snapshot(at("home"))) EXPECT_EQ(entry.uid, somebody) << entry.path;
  const Result refused = run({"sync", "--chown=54322:54322", at("home/M"), "maildir:" + at("home/U")}, as_somebody());
  EXPECT_EQ(refused.status, status::permission);
  EXPECT_FALSE(exists(at("home/U")));
}

}  // namespace
}  // namespace mailhaul::black_box
