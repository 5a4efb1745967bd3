// T3: a run is killed at any call that writes, names, removes or makes durable, and again while the next one mends
// that. Run to its end at last, nothing is lost, doubled or cut, and the ledger never says more than what is there (D4,
// D6).
#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <thread>
#include <tuple>

#include "cli/cli_test_case.hpp"
#include "cli/late_mail.hpp"
#include "cli/ledger_file.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";
constexpr int killed = 128 + SIGKILL;
constexpr std::size_t kills_in_a_row = 3;
constexpr std::array calls{"write",     "pwrite64", "linkat",   "renameat2", "fsync",
                           "fdatasync", "syncfs",   "unlinkat", "ftruncate", "unlink"};

/// Which run is killed.
enum class Killed { first_copy, resync, resync_that_deletes };

struct Point {
  std::string call;
  std::size_t at = 1;  ///< in one thread
};

class Crash : public CliTest, public ::testing::WithParamInterface<std::tuple<Between, Killed>> {
 protected:
  Crash() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!exists(strace)) GTEST_SKIP() << "there is no " << strace << ", which kills at a chosen call";
    How how;
    how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write"};
    if (black_box::run({"--version"}, how).status != status::ok) GTEST_SKIP() << "strace may not trace here";
  }

  /// A new migration, up to the run that will be killed.
  void begin(const std::string& name) {
    directory_ = at(name);
    late_ = std::make_unique<LateMail>(directory_, std::get<Between>(GetParam()));
    is_first_ = std::get<Killed>(GetParam()) == Killed::first_copy;
    deletes_ = false;
    if (is_first_) return;
    sync(words());
    late_->happens();
    deletes_ = std::get<Killed>(GetParam()) == Killed::resync_that_deletes;
    if (deletes_) late_->is_deleted_too();
    before_ = late_->found();
    numbered_ = late_->numbered();
  }
  void end() { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::vector<std::string> words() const {
    std::vector<std::string> all{"--state", directory_ + "/state", "--fsync=" + fsync_};
    if (deletes_) all.push_back("--delete");
    all.insert(all.end(), {late_->source(), late_->target()});
    return all;
  }
  [[nodiscard]] Result run_under(std::vector<std::string> under) const {
    How how;
    how.under = std::move(under);
    std::vector<std::string> all = words();
    all.insert(all.begin(), "sync");
    return black_box::run(all, how);
  }

  /// How often a run comes to each call, in the thread that comes to it most.
  std::map<std::string, std::size_t> count_calls() {
    begin("count");
    std::string wanted = "trace=";
    for (const char* call : calls) wanted += std::string(call) + ",";
    wanted.pop_back();
    const Result result = run_under({strace, "-f", "-qq", "-o", at("calls"), "-e", wanted});
    EXPECT_EQ(result.status, status::ok) << result.err;
    std::map<std::pair<std::string, std::string>, std::size_t> by_thread;
    std::map<std::string, std::size_t> counts;
    std::istringstream lines(read_file(at("calls")));
    for (std::string thread, call; lines >> thread >> call; std::getline(lines, call)) {
      const std::string name = call.substr(0, call.find('('));
      if (name.size() == call.size()) continue;  // "<... resumed>"
      counts[name] = std::max(counts[name], ++by_thread[{thread, name}]);
    }
    end();
    return counts;
  }

  /// Every point once, in turn one of each call.
  std::vector<Point> points(std::mt19937& random) {
    std::vector<std::vector<Point>> by_call;
    for (const auto& [call, count] : count_calls()) {
      std::vector<Point> some;
      for (std::size_t n = 1; n <= count; ++n) some.push_back({call, n});
      std::shuffle(some.begin(), some.end(), random);
      by_call.push_back(std::move(some));
    }
    std::shuffle(by_call.begin(), by_call.end(), random);
    std::vector<Point> all;
    for (std::size_t n = 0;; ++n) {
      const std::size_t size = all.size();
      for (const auto& some : by_call)
        if (n < some.size()) all.push_back(some[n]);
      if (all.size() == size) return all;
    }
  }

  /// True: it was killed.
  bool kill_at(const Point& point) {
    const Result result = run_under({strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + point.call, "-e",
                                     "inject=" + point.call + ":signal=KILL:when=" + std::to_string(point.at)});
    return was_killed(result);
  }
  bool kill_after(std::chrono::microseconds delay) {
    std::vector<std::string> all = words();
    all.insert(all.begin(), "sync");
    Program program(all);
    std::this_thread::sleep_for(delay);
    program.signal(SIGKILL);
    return was_killed(program.wait());
  }
  bool was_killed(const Result& result) {
    EXPECT_TRUE(result.status == killed || result.status == status::ok) << result.status << "\n" << result.err;
    if (result.status != killed) return false;
    ++kills_;
    check_what_it_left();
    let_locks_go();
    return true;
  }

  void check_what_it_left() {
    const auto found = late_->found();
    const std::multiset<std::string> were = octets_of(before_);
    const std::multiset<std::string> now = octets_of(found);
    const std::multiset<std::string> wanted = is_first_ ? octets_in_source() : octets_of(late_->wanted());
    for (const std::string& octets : now) {
      EXPECT_GT(wanted.count(octets), 0U) << "cut or foreign: " << octets.substr(0, 300);
      if (!deletes_ || late_->moves()) {
        EXPECT_LE(now.count(octets), wanted.count(octets) + (late_->is_carried(octets) ? 1 : 0))
            << "doubled: " << octets.substr(0, 300);
      }
    }
    for (const std::string& octets : were)
      EXPECT_GE(now.count(octets), were.count(octets)) << "lost: " << octets.substr(0, 300);
    const LedgerFile ledger(directory_ + "/state");
    EXPECT_TRUE(ledger.quick_check() == "ok" || (is_first_ && ledger.quick_check() == "none")) << ledger.quick_check();
    if (late_->to_maildir()) check_ledger(ledger, true);
  }
  /// After a kill: what users removed since the last whole run is not known yet, and a message that was just moved
  /// stands in the other folder.
  void check_ledger(const LedgerFile& ledger, bool was_killed) const {
    for (const LedgerFile::AtTarget& row : ledger.at_target()) {
      if (was_killed && late_->was_removed(row.handle)) continue;
      const bool is_there = late_->has_file(row.folder, row.handle) ||
                            (was_killed && row.folder == "INBOX" && late_->has_file("Sent", row.handle)) ||
                            (was_killed && row.folder == "INBOX" && late_->has_file(quarantine, row.handle));
      EXPECT_TRUE(is_there) << "the ledger says more than is there: " << row.handle;
    }
  }
  /// Two minutes pass: locks of the dead are stale.
  void let_locks_go() const {
    std::vector<std::filesystem::path> locks;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_))
      if (entry.path().extension() == ".lock") locks.push_back(entry.path());
    for (const auto& lock : locks) std::filesystem::remove(lock);
  }

  /// The last run, to its end.
  void expect_whole() {
    const Result last = run_under({"/usr/bin/env"});
    EXPECT_EQ(last.status, status::ok) << last.out << last.err;
    if (is_first_) {
      EXPECT_EQ(octets_of(late_->found()), octets_in_source());
    } else {
      auto found = late_->found();
      // Where a copy is set aside before the message is removed, each run that was killed between the two leaves one.
      if (deletes_ && !late_->moves()) keep_one_set_aside(found);
      EXPECT_EQ(difference(late_->wanted(), found), "");
      const auto lines = late_->numbered();
      EXPECT_TRUE(std::includes(lines.begin(), lines.end(), numbered_.begin(), numbered_.end())) << "UIDs changed";
    }
    const LedgerFile ledger(directory_ + "/state");
    EXPECT_EQ(ledger.quick_check(), "ok");
    EXPECT_GT(ledger.at_target().size(), 20U);
    if (late_->to_maildir()) check_ledger(ledger, false);
    expect_no_left_overs();
    const std::vector<Entry> target = target_now();
    const Result idle = run_under({"/usr/bin/env"});
    EXPECT_EQ(idle.status, status::ok) << idle.err;
    EXPECT_TRUE(holds(idle.out, "\nCopied 0 "));
    EXPECT_EQ(difference(target, target_now()), "") << "an idle run writes";
  }
  static void keep_one_set_aside(std::multiset<Standing>& messages) {
    for (auto at = messages.begin(); at != messages.end();)
      at = at->folder == quarantine && messages.count(*at) > 1 ? messages.erase(at) : std::next(at);
  }
  /// But for atimes: it is read.
  [[nodiscard]] std::vector<Entry> target_now() const {
    std::vector<Entry> entries = snapshot(late_->target_path());
    for (Entry& entry : entries) entry.accessed_ns = 0;
    return entries;
  }
  /// In tmp/ and beside an mbox.
  void expect_no_left_overs() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_))
      EXPECT_FALSE(entry.path().filename().string().find("mailhaul-tmp-") != std::string::npos ||
                   entry.path().parent_path().filename() == "tmp")
          << "left: " << entry.path();
  }

  static std::multiset<std::string> octets_of(const std::multiset<Standing>& messages) {
    std::multiset<std::string> all;
    for (const Standing& message : messages) all.insert(message.octets);
    return all;
  }
  [[nodiscard]] std::multiset<std::string> octets_in_source() const {
    const std::string path = late_->source_path();
    std::multiset<std::string> all;
    const auto add = [&](const std::vector<Mail>& mails) {
      for (const Mail& mail : mails) all.insert(without_store_parts(mail.octets));
    };
    add(std::filesystem::is_directory(path) ? read_maildir(path) : read_mbox(path));
    if (exists(path + "/.Sent")) add(read_maildir(path + "/.Sent"));
    return all;
  }
  static std::string difference(const std::multiset<Standing>& wanted, const std::multiset<Standing>& found) {
    std::vector<Standing> missing;
    std::vector<Standing> extra;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(missing));
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(extra));
    std::string text;
    for (const Standing& message : missing) text += "missing: " + shown(message) + "\n";
    for (const Standing& message : extra) text += "should not be there: " + shown(message) + "\n";
    return text;
  }
  using CliTest::at;
  static std::string difference(const std::vector<Entry>& before, const std::vector<Entry>& after) {
    return black_box::difference(before, after);
  }

  std::string directory_;
  std::string fsync_ = "batch";
  std::unique_ptr<LateMail> late_;
  bool is_first_ = false;
  bool deletes_ = false;
  std::multiset<Standing> before_;
  std::vector<std::string> numbered_;
  std::size_t kills_ = 0;
};

TEST_P(Crash, AtAnyCallLeavesNothingCutLostOrDoubled) {
  std::mt19937 random(20261126U);
  const std::size_t wanted_kills = is_long() ? 260 : 8;
  for (const char* fsync : {"batch", "each"}) {
    fsync_ = fsync;
    const std::vector<Point> all = points(random);
    ASSERT_GT(all.size(), 40U);
    const std::size_t enough = kills_ + wanted_kills / 2;
    for (std::size_t i = 0; i < all.size() && kills_ < enough; ++i) {
      begin("at" + std::to_string(i));
      std::string chain;
      for (std::size_t link = 0; link < kills_in_a_row; ++link) {
        const Point& point = all[link == 0 ? i : random() % all.size()];
        chain += point.call + " " + std::to_string(point.at) + ", ";
        SCOPED_TRACE(chain);
        kill_at(point);
      }
      SCOPED_TRACE("killed at " + chain + "--fsync=" + fsync_);
      expect_whole();
      end();
      if (HasFailure()) return;
    }
  }
  EXPECT_GE(kills_, wanted_kills);
  RecordProperty("kills", static_cast<int>(kills_));
}

TEST_P(Crash, AtAnyMomentLeavesNothingCutLostOrDoubled) {
  std::mt19937 random(7);
  begin("whole");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run_under({"/usr/bin/env"}).status, status::ok);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  end();
  const std::size_t wanted_kills = is_long() ? 60 : 1;
  for (std::size_t i = 0; kills_ < wanted_kills && i < 10 * wanted_kills; ++i) {
    begin("moment" + std::to_string(i));
    for (std::size_t link = 0; link < kills_in_a_row; ++link)
      kill_after(whole * static_cast<std::int64_t>(random() % 1000) / 1000);
    expect_whole();
    end();
    if (HasFailure()) return;
  }
  EXPECT_GE(kills_, wanted_kills);
  RecordProperty("kills", static_cast<int>(kills_));
}

std::string name_of_row(const ::testing::TestParamInfo<std::tuple<Between, Killed>>& row) {
  const bool is_first = std::get<Killed>(row.param) == Killed::first_copy;
  return std::string(name_of(std::get<Between>(row.param))) + (is_first ? "FirstCopy" : "Resync");
}

INSTANTIATE_TEST_SUITE_P(Between, Crash,
                         ::testing::Combine(::testing::ValuesIn(all_betweens),
                                            ::testing::Values(Killed::first_copy, Killed::resync)),
                         name_of_row);
/// An mbox has no folder for what is set aside.
INSTANTIATE_TEST_SUITE_P(Deletes, Crash,
                         ::testing::Combine(::testing::Values(Between::maildirs, Between::mbox_and_maildir,
                                                              Between::maildir_and_mboxdir),
                                            ::testing::Values(Killed::resync_that_deletes)),
                         name_of_row);

}  // namespace
}  // namespace mailhaul::black_box
