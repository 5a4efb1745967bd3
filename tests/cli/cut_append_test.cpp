// D6: mail is appended to an mbox in pieces, so a kill between two of them leaves the end of the last message out. The
// next run takes such a message away and copies it whole.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";

struct Target {
  const char* name;
  const char* format;
  const char* variant;
  const char* fsync;
};

/// Five messages that are there, six large ones that come: several pieces of a MiB.
class CutAppend : public CliTest, public ::testing::WithParamInterface<Target> {
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
    state_ = at(name + ".state");
    all_.clear();
    for (int i = 0; i < 5; ++i) all_.push_back(simple_mail("small-" + std::to_string(i)));
    fill_maildir(directory_ + "/S", all_);
    EXPECT_EQ(run(words()).status, status::ok);
    for (int i = 0; i < 6; ++i) {
      all_.push_back(large(i));
      write_file(directory_ + "/S/new/1300000000.M" + std::to_string(i) + "P1.late", all_.back().octets);
    }
    // Where the mailbox lies in its owner's directory, all that is made beside it is born as his (S9).
    if (is_root()) give_tree(directory_, somebody);
  }
  [[nodiscard]] bool is_tree() const { return GetParam().format != std::string("mbox"); }
  [[nodiscard]] std::string target() const { return directory_ + "/T"; }
  [[nodiscard]] std::string mbox() const { return is_tree() ? target() + "/inbox" : target(); }
  [[nodiscard]] std::vector<std::string> words() const {
    return {"sync",
            "--lock-wait=0",
            "--state=" + state_,
            std::string("--mbox-variant=") + GetParam().variant,
            std::string("--fsync=") + GetParam().fsync,
            "maildir:" + directory_ + "/S",
            GetParam().format + (":" + target())};
  }
  static Result run_under(const std::vector<std::string>& under, const std::vector<std::string>& words) {
    How how;
    how.under = under;
    return black_box::run(words, how);
  }
  struct Point {
    std::string call;
    int at = 1;  ///< in one thread
  };
  /// Every call of a run that writes, names, removes, cuts or makes durable, but for those that are the ledger's alone.
  std::vector<Point> points() {
    begin("count");
    const std::string traced = "trace=pwrite64,linkat,unlinkat,fsync,ftruncate";
    EXPECT_EQ(run_under({strace, "-f", "-qq", "-y", "-o", at("calls"), "-e", traced}, words()).status, 0);
    std::map<std::pair<std::string, std::string>, int> counts;
    std::vector<Point> all;
    std::istringstream lines(read_file(at("calls")));
    for (std::string thread, rest; lines >> thread && std::getline(lines, rest);) {
      const std::size_t paren = rest.find('(');
      if (paren == std::string::npos || rest.find("resumed>") != std::string::npos) continue;
      const std::size_t begin = rest.find_first_not_of(' ');
      const std::string call = rest.substr(begin, paren - begin);
      const int number = ++counts[{thread, call}];
      if (rest.find(target()) != std::string::npos || rest.find(directory_ + ">") != std::string::npos)
        all.push_back({call, number});
    }
    return all;
  }
  bool kill_at(const Point& point) {
    const std::string kill = "inject=" + point.call + ":signal=KILL:when=" + std::to_string(point.at);
    const Result result =
        run_under({strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + point.call, "-e", kill}, words());
    EXPECT_TRUE(result.status == 128 + SIGKILL || result.status == status::ok) << result.status << result.err;
    return result.status != status::ok;
  }
  static std::multiset<std::string> octets_of(const std::vector<Mail>& mails) {
    std::multiset<std::string> all;
    for (const Mail& mail : mails) all.insert(without_store_parts(mail.octets));
    return all;
  }
  /// But for atimes: it is read.
  [[nodiscard]] std::vector<Entry> target_now() const {
    std::vector<Entry> entries = snapshot(directory_);
    std::erase_if(entries, [](const Entry& entry) { return entry.path.starts_with("state"); });
    for (Entry& entry : entries) entry.accessed_ns = 0;
    return entries;
  }
  /// All that came is there, once, and nothing else.
  void expect_whole() const {
    EXPECT_TRUE(octets_of(read_mbox(mbox())) == octets_of(all_));
    for (const auto& entry : std::filesystem::directory_iterator(is_tree() ? target() : directory_))
      EXPECT_FALSE(holds(entry.path().string(), "mailhaul-tmp-")) << entry.path();
  }

  std::string directory_;
  std::string state_;
  std::vector<Mail> all_;
};

TEST_P(CutAppend, IsTakenAwayByTheNextRunAndTheMessageCopiedWhole) {
  const std::vector<Point> all = points();
  ASSERT_GE(all.size(), 8U);
  int cut = 0;
  int number = 0;
  for (const Point& point : all) {
    SCOPED_TRACE(point.call + " " + std::to_string(point.at));
    begin("at" + std::to_string(++number));
    if (!kill_at(point)) continue;
    if (exists(mbox() + ".lock")) {
      // Its lock holds until it is stale, and is named.
      const Result locked = run(words());
      EXPECT_EQ(locked.status, status::locked) << locked.out << locked.err;
      EXPECT_TRUE(holds(locked.err, mbox() + ".lock"));
      std::filesystem::remove(mbox() + ".lock");
    }
    // What mends it may die too.
    if (number % 3 != 0 && kill_at({number % 3 == 1 ? "ftruncate" : "unlinkat", 1 + number % 2}))
      std::filesystem::remove(mbox() + ".lock");
    const Result next = run(words());
    EXPECT_EQ(next.status, status::ok) << next.out << next.err;
    if (holds(next.out, "without its end")) ++cut;
    expect_whole();
    EXPECT_TRUE(holds(run(words()).out, "\nCopied 0 "));
    if (HasFailure()) return;
  }
  EXPECT_GT(cut, 0);
  RecordProperty("cut", cut);
}

TEST_P(CutAppend, IsNoFolderAndNothingToAPreviewAndAVerify) {
  std::vector<Point> writes = points();
  std::erase_if(writes, [](const Point& point) { return point.call != "pwrite64"; });
  ASSERT_GE(writes.size(), 3U);
  begin("cut");
  ASSERT_TRUE(kill_at(writes[writes.size() - 2]));
  std::filesystem::remove(mbox() + ".lock");
  const std::vector<Entry> before = target_now();
  std::vector<std::string> preview = words();
  preview.insert(preview.begin() + 1, "-n");
  const Result would = run(preview);
  EXPECT_EQ(would.status, status::ok) << would.err;
  EXPECT_FALSE(holds(would.out, "\nCopied 0 "));
  const std::string location = GetParam().format + (":" + target());
  EXPECT_EQ(run({"verify", "--state=" + state_, "maildir:" + directory_ + "/S", location}).status, status::some_failed);
  const Result scan = run({"scan", location});
  EXPECT_FALSE(holds(scan.out, "mailhaul-tmp-")) << scan.out;
  EXPECT_EQ(difference(before, target_now()), "");
}

constexpr Target targets[]{
    {"Rd", "mbox", "rd", "none"}, {"Dovecot", "mbox", "dovecot", "batch"}, {"Tree", "mboxdir", "dovecot", "each"}};
INSTANTIATE_TEST_SUITE_P(Targets, CutAppend, ::testing::ValuesIn(targets),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace mailhaul::black_box
