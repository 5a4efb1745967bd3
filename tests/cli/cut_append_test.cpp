// D6: mail is appended to an mbox in pieces, so a kill between two of them leaves the end of the last message out.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";

/// Five messages that are there, six large ones that come: several pieces of a MiB.
class CutAppend : public CliTest, public ::testing::WithParamInterface<const char*> {
 protected:
  CutAppend() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!exists(strace)) GTEST_SKIP() << "there is no " << strace << ", which kills at a chosen call";
    if (run_under({strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write"}, {"--version"}).status != status::ok)
      GTEST_SKIP() << "strace may not trace here";
  }

  static Mail large(int i) {
    return simple_mail("large-" + std::to_string(i), 1'000'000'000, 700'000 + 1000 * static_cast<std::size_t>(i));
  }
  void begin(const std::string& name) {
    directory_ = at(name);
    all_.clear();
    for (int i = 0; i < 5; ++i) all_.push_back(simple_mail("small-" + std::to_string(i)));
    fill_maildir(directory_ + "/S", all_);
    EXPECT_EQ(run(words()).status, status::ok);
    for (int i = 0; i < 6; ++i) {
      all_.push_back(large(i));
      write_file(directory_ + "/S/new/1300000000.M" + std::to_string(i) + "P1.late", all_.back().octets);
    }
  }
  [[nodiscard]] std::string mbox() const { return directory_ + "/mbox"; }
  [[nodiscard]] std::vector<std::string> words() const {
    return {"sync",
            "--lock-wait=0",
            "--state=" + directory_ + "/state",
            std::string("--mbox-variant=") + GetParam(),
            "--fsync=none",
            "maildir:" + directory_ + "/S",
            "mbox:" + mbox()};
  }
  static Result run_under(const std::vector<std::string>& under, const std::vector<std::string>& words) {
    How how;
    how.under = under;
    return black_box::run(words, how);
  }
  /// Which of a run's pwrite64 write to the mbox.
  std::vector<int> writes_to_mbox() {
    begin("count");
    EXPECT_EQ(run_under({strace, "-f", "-qq", "-y", "-o", at("calls"), "-e", "trace=pwrite64"}, words()).status, 0);
    std::map<std::string, int> by_thread;
    std::vector<int> numbers;
    std::istringstream lines(read_file(at("calls")));
    for (std::string thread, rest; lines >> thread && std::getline(lines, rest);) {
      if (rest.find("pwrite64(") == std::string::npos) continue;
      const int number = ++by_thread[thread];
      if (rest.find("/mbox>") != std::string::npos) numbers.push_back(number);
    }
    return numbers;
  }

  std::string directory_;
  std::vector<Mail> all_;
};

TEST_P(CutAppend, LosesAndDoublesNothing) {
  const std::vector<int> writes = writes_to_mbox();
  ASSERT_GE(writes.size(), 4U);
  int cut = 0;
  for (const int number : writes) {
    SCOPED_TRACE(number);
    begin("at" + std::to_string(number));
    const std::string kill = "inject=pwrite64:signal=KILL:when=" + std::to_string(number);
    EXPECT_EQ(run_under({strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", kill}, words()).status,
              128 + SIGKILL);
    // Its lock holds until it is stale, and is named.
    const Result locked = run(words());
    EXPECT_EQ(locked.status, status::locked) << locked.out << locked.err;
    EXPECT_TRUE(holds(locked.err, mbox() + ".lock"));
    std::filesystem::remove(mbox() + ".lock");

    const Result next = run(words());
    EXPECT_EQ(next.status, status::ok) << next.out << next.err;
    auto missing = multiset_of(all_, As::kept_by_mbox);
    std::vector<std::string> others;
    for (const Mail& found : multiset_of(read_mbox(mbox()), As::kept_by_mbox)) {
      const auto same =
          std::find_if(missing.begin(), missing.end(), [&](const Mail& mail) { return mail.octets == found.octets; });
      if (same != missing.end())
        missing.erase(same);
      else
        others.push_back(found.octets);
    }
    EXPECT_EQ(missing.size(), 0U) << "lost";
    // What the README allows: one message without its end.
    EXPECT_LE(others.size(), 1U);
    for (const std::string& other : others) {
      EXPECT_TRUE(std::any_of(all_.begin() + 5, all_.end(), [&](const Mail& mail) {
        return other.size() < mail.octets.size() && mail.octets.starts_with(other);
      })) << "doubled or foreign";
      ++cut;
    }
    EXPECT_TRUE(holds(run(words()).out, "\nCopied 0 "));
  }
  RecordProperty("cut", cut);
}

INSTANTIATE_TEST_SUITE_P(Variants, CutAppend, ::testing::Values("rd", "dovecot"),
                         [](const auto& given) { return std::string(given.param); });

}  // namespace
}  // namespace mailhaul::black_box
