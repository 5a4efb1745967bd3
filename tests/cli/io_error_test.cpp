#include <algorithm>
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";

/// System calls of the real program fail as strace(1) makes them (T1), where and when a test says.
class IoError : public CliTest {
 protected:
  void SetUp() override {
    if (!exists(strace)) GTEST_SKIP() << "needs strace (scripts/bootstrap installs it)";
    fill_maildir(at("M"), {simple_mail("one", 1), simple_mail("two", 2), simple_mail("three", 3)});
    write_file(at("mbox"), mbox_of({simple_mail("one"), simple_mail("two"), simple_mail("three")}));
    // A machine that forbids tracing can't run these at all; that is no failure of the program.
    if (run({"scan", at("M")}, failing("swapon:error=EIO")).status != status::ok) GTEST_SKIP() << "may not trace";
  }

  /// `what` is "CALL:error=E[:when=N]"; with `path`, only calls on that file.
  [[nodiscard]] static How failing(const std::string& what, const std::string& path = "") {
    How how;
    how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "inject=" + what};
    if (!path.empty()) how.under.insert(how.under.end(), {"-P", path});
    how.environment["ASAN_OPTIONS"] = "detect_leaks=0";  // the leak check would have to trace, too
    return how;
  }

  /// What could be named before the fault is a whole message of the source.
  void expect_only_whole_messages() {
    const std::vector<Mail> source = read_maildir(at("M"));
    for (const Mail& mail : read_maildir(at("T")))
      EXPECT_TRUE(std::any_of(source.begin(), source.end(), [&](const Mail& m) { return m.octets == mail.octets; }))
          << mail.octets;
  }

  /// What a fault left behind is completed by the same command, and nothing is there twice.
  void expect_healed(const std::string& source, const std::string& target) {
    sync({source, target});
    expect_settled(source, target);
  }
};

TEST_F(IoError, OfOneMessageIs23AndTheOthersAreCopied) {
  const std::string bad = at("M/cur/2.M2P1.host:2,");
  ASSERT_TRUE(exists(bad));
  const std::string target = "maildir:" + at("T");
  const Result result = run({"sync", at("M"), target}, failing("pread64:error=EIO", bad));
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.err, "2.M2P1.host"));
  EXPECT_TRUE(holds(result.err, "Input/output error"));
  EXPECT_TRUE(holds(result.err, "Missing 1: the others, 2 source messages, are at the target.\n"));
  EXPECT_EQ(read_maildir(at("T")).size(), 2U);
  expect_healed(at("M"), target);
  EXPECT_EQ(read_maildir(at("T")).size(), 3U);
}

TEST_F(IoError, OfASourceMboxIs23) {
  const std::string target = "maildir:" + at("T");
  const Result result = run({"sync", at("mbox"), target}, failing("pread64:error=EIO", at("mbox")));
  EXPECT_EQ(result.status, status::some_failed) << result.err;
  EXPECT_TRUE(holds(result.err, at("mbox") + ": Input/output error"));
  expect_healed(at("mbox"), target);
}

TEST_F(IoError, OfTheTargetIs74AndNothingPartialIsVisible) {
  for (const char* what : {"pwrite64:error=EIO", "syncfs:error=EIO", "linkat:error=EIO", "pwrite64:error=EIO:when=2"}) {
    SCOPED_TRACE(what);
    for (const std::string& target : {"maildir:" + at("T"), "mbox:" + at("t")}) {
      if (target[1] == 'b' && std::string_view(what).substr(0, 6) != "pwrite") continue;  // one file, synced by itself
      // Links below the target only: the run's own lock file is linked, too.
      const bool is_link = std::string_view(what).substr(0, 4) == "link";
      const Result result = run({"sync", at("M"), target}, failing(what, is_link ? at("T/cur") : ""));
      // The ledger is written before the first message.
      const bool is_ledger = result.err.find(".ledger: ") != std::string::npos;
      EXPECT_EQ(result.status, is_ledger ? status::other_error : status::target_io_error) << result.err;
      EXPECT_EQ(is_ledger, std::string_view(what).substr(0, 6) == "pwrite");
      EXPECT_TRUE(holds(result.err, "Input/output error"));
      if (!is_ledger) {
        EXPECT_TRUE(holds(result.err, "Not finished: "));
      }
      if (target[1] == 'a') expect_only_whole_messages();
      expect_healed(at("M"), target);
    }
    std::filesystem::remove_all(at("T"));
    std::filesystem::remove_all(at("t"));
    forget_runs();
  }
}

TEST_F(IoError, OfAnMboxThatCannotBeMadeDurableIs74AndItsOldLengthIsBack) {
  write_file(at("t"), mbox_of({simple_mail("old")}));
  const auto before = read_file(at("t"));
  // The first three are those of the new ledger.
  const Result result = run({"sync", at("M"), "mbox:" + at("t")}, failing("fsync:error=EIO:when=4+"));
  EXPECT_EQ(result.status, status::target_io_error) << result.err;
  EXPECT_EQ(read_file(at("t")), before);
  expect_healed(at("M"), "mbox:" + at("t"));
}

TEST_F(IoError, ThatDoesNotComeBackIsWrittenOnceMoreIntoNewFiles) {
  // D3.
  const std::string target = "maildir:" + at("T");
  const Result result = run({"sync", at("M"), target}, failing("syncfs:error=EIO:when=1"));
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_EQ(read_maildir(at("T")).size(), 3U);
  expect_settled(at("M"), target);
}

TEST_F(IoError, OfTheMachineItselfIs1AndNothingIsMade) {
  const Result result = run({"sync", at("M"), "maildir:" + at("T")}, failing("getrandom:error=EIO"));
  EXPECT_EQ(result.status, status::other_error) << result.err;
  expect_one_line(result, "random octets");
  EXPECT_FALSE(exists(at("T")));
}

}  // namespace
}  // namespace mailhaul::black_box
