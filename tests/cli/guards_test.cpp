// What keeps a slip of the operator, or a customer who prepares a trap, from costing mail.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

class Guards : public CliTest {
 protected:
  void write_mbox(const std::string& name) {
    write_file(at(name), "From a@b Thu Nov 29 22:33:52 2001\nSubject: one\n\nx\n\nFrom a@b Thu Nov 29 22:33:52 2001\n"
                         "Subject: two\n\ny\n\n");
  }
  static std::size_t count_files(const std::string& directory) {
    return static_cast<std::size_t>(std::distance(stdfs::directory_iterator(directory), stdfs::directory_iterator()));
  }
};

class RootGuards : public Guards {
 protected:
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root";
  }
  void make_source(uid_t owner) {
    for (const char* part : {"S", "S/cur", "S/new", "S/tmp"}) stdfs::create_directory(at(part));
    write_file(at("S/cur/1.a:2,S"), "Subject: one\n\nx\n");
    write_file(at("S/new/2.b"), "Subject: two\n\ny\n");
    for (const char* part : {"S", "S/cur", "S/new", "S/tmp", "S/cur/1.a:2,S", "S/new/2.b"})
      ASSERT_EQ(::lchown(at(part).c_str(), owner, owner), 0);
  }
};

TEST_F(Guards, SelectingNoFolderIsWrongUsageAndNoProof) {
  write_mbox("m");
  sync({"mbox:" + at("m"), "maildir:" + at("D")});
  for (const char* command : {"sync", "verify"}) {
    const Result result = run({command, "--include", "Nope", "mbox:" + at("m"), "maildir:" + at("D")});
    EXPECT_EQ(result.status, status::usage);
    expect_one_line(result, "select none");
  }
}

TEST_F(Guards, AnEmptyOptionValueIsNotTheSameAsNone) {
  write_mbox("m");
  for (const char* option : {"--chown", "--chmod", "--max-size", "--min-age", "--include", "--fsync"}) {
    const Result result = run({"sync", option, "", "mbox:" + at("m"), "maildir:" + at("D")});
    EXPECT_EQ(result.status, status::usage) << option;
    EXPECT_FALSE(stdfs::exists(at("D"))) << option;
  }
}

TEST_F(Guards, ATargetInsideTheSourceIsRefused) {
  write_mbox("m");
  sync({"mbox:" + at("m"), "maildir:" + at("D")});
  guard(at("D"));
  for (const std::string& target : {"maildir:" + at("D/.Sub"), "mbox:" + at("D/back")}) {
    const Result result = run({"sync", "maildir:" + at("D"), target});
    EXPECT_EQ(result.status, status::usage) << target;
    expect_one_line(result, "inside the source");
  }
}

TEST_F(Guards, MailIsNeverBornReadableByEverybody) {
  write_mbox("m");
  stdfs::create_directory(at("D"));
  stdfs::permissions(at("D"), stdfs::perms(0755));
  sync({"mbox:" + at("m"), "maildir:" + at("D")});
  for (const auto& entry : stdfs::recursive_directory_iterator(at("D"))) {
    struct stat found {};
    ASSERT_EQ(::stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07U, 0U) << entry.path();
  }
}

TEST_F(Guards, OutputThatCannotBeWrittenIsNoSuccess) {
  write_mbox("m");
  const std::string program = MAILHAUL_PROGRAM;
  const std::string full = program + " scan mbox:" + at("m") + " > /dev/full 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(full.c_str())), 1);
  // A reader that goes away does not end the copy.
  const std::string head =
      program + " sync -i --state " + at("state") + " mbox:" + at("m") + " maildir:" + at("D") + " 2>/dev/null | true";
  EXPECT_EQ(WEXITSTATUS(std::system(head.c_str())), 0);
  const Result proof = run({"verify", "mbox:" + at("m"), "maildir:" + at("D")});
  EXPECT_EQ(proof.status, status::ok) << proof.err;
}

TEST_F(Guards, AForgedLengthInAnEndlessHeaderSwallowsNothing) {
  for (const char* part : {"S", "S/cur", "S/new", "S/tmp"}) stdfs::create_directory(at(part));
  std::string forged = "Subject: forged\n";
  while (forged.size() < 1'100'000) forged += "X-Status: " + std::string(900, 'q') + "\n";
  const std::string second = "Subject: second\n\nsecond\n";
  forged += "Content-Length: 200\n\nbody\n";
  write_file(at("S/cur/1.a:2,S"), forged);
  write_file(at("S/cur/2.b:2,S"), second + std::string(100, 'z') + "\n");
  write_file(at("S/cur/3.c:2,S"), "Subject: third\n\nthird\n");
  for (const char* variant : {"rd", "cl2"}) {
    const std::string target = std::string("mbox:") + at(variant);
    sync({"--mbox-variant", variant, "maildir:" + at("S"), target});
    expect_settled("maildir:" + at("S"), target);
  }
}

TEST_F(Guards, AppendingLeavesTheLastMessageAsItWas) {
  // A Content-Length that protects a bare postmark, and no line end, or only one, behind the text.
  const std::string body = "a\n\nFrom x@y Thu Nov 29 22:33:52 2001\nb";
  const std::string head = "From a@b Thu Nov 29 22:33:52 2001\nSubject: one\nContent-Length: ";
  write_mbox("m");
  for (const std::string& file :
       {head + std::to_string(body.size()) + "\n\n" + body, head + std::to_string(body.size()) + "\n\n" + body + "\n",
        head + std::to_string(body.size() + 1) + "\n\n" + body + "\n"}) {
    write_file(at("t"), file);
    sync({"mbox:" + at("m"), "mbox:" + at("t")});
    const Result result = run({"scan", "--json", "mbox:" + at("t")});
    EXPECT_TRUE(holds(result.out, "\"messages\":3,")) << file;
    stdfs::remove(at("t"));
    forget_runs();
  }
  write_file(at("cut"), "From a@b Thu Nov 29 22:33:52 2001\nSubject: one\n\nx\nFrom a@b Thu Nov 29 22:33:52 2001");
  guard_but_for_atimes(at("cut"));
  EXPECT_NE(run({"sync", "mbox:" + at("m"), "mbox:" + at("cut")}).status, status::ok);
}

TEST_F(RootGuards, MailGivenToAnotherOwnerThanTheTargetRootIsRecognisedAgain) {
  make_source(somebody);
  stdfs::create_directory(at("empty"));  // made by root for its owner-to-be
  for (int i = 0; i < 3; ++i) {
    sync({"maildir:" + at("S"), "maildir:" + at("empty")});
    EXPECT_EQ(count_files(at("empty/cur")) + count_files(at("empty/new")), 2U) << "run " << i;
    sync({"--chown", std::to_string(somebody_else) + ":" + std::to_string(somebody_else), "maildir:" + at("S"),
          "maildir:" + at("given")});
    EXPECT_EQ(count_files(at("given/cur")) + count_files(at("given/new")), 2U) << "run " << i;
  }
  EXPECT_EQ(run({"verify", "maildir:" + at("S"), "maildir:" + at("empty")}).status, status::ok);
}

TEST_F(RootGuards, AnMboxThatSomebodyElsePreparedInASpoolIsNotWrittenTo) {
  make_source(somebody);
  stdfs::create_directory(at("spool"));
  stdfs::permissions(at("spool"), stdfs::perms(01777));
  write_file(at("spool/alice"), "");
  ASSERT_EQ(::chown(at("spool/alice").c_str(), somebody_else, somebody_else), 0);
  guard(at("spool"));
  EXPECT_EQ(run({"sync", "maildir:" + at("S"), "mbox:" + at("spool/alice")}).status, status::cannot_create);
  const std::string owner = std::to_string(somebody) + ":" + std::to_string(somebody);
  EXPECT_EQ(run({"sync", "--chown", owner, "maildir:" + at("S"), "mbox:" + at("spool/alice")}).status,
            status::cannot_create);
}

}  // namespace
}  // namespace mailhaul::black_box
