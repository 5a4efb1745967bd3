// T6: owners exchange entries of their trees at full speed, or with pauses, while root's jobs go through them. Nothing
// of others may turn up at a target, nothing outside may change, no run may hang; and `cp -a` fails here, so it is
// known that this bites. MAILHAUL_LONG: MAILHAUL_RACE_SECONDS (30) for each test, so that hours can be run in pieces.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "cli/cli_test_case.hpp"
#include "cli/raced_trees.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;
using std::chrono::steady_clock;
using Pace = Exchanger::Pace;

std::chrono::seconds length() {
  if (!is_long()) return std::chrono::seconds{2};
  const char* const asked = std::getenv("MAILHAUL_RACE_SECONDS");
  return std::chrono::seconds{asked == nullptr ? 30 : std::atoi(asked)};
}

/// What a test tells at its end.
struct Figures {
  std::uint64_t runs = 0, exchanges = 0, messages = 0, secrets = 0, canary_changes = 0, hangs = 0, cut = 0, lies = 0;
  std::map<int, std::uint64_t> statuses{};

  void tell(const std::string& what) const {
    std::cout << "T6 " << what << ": " << runs << " runs, " << exchanges << " exchanges, " << messages
              << " messages arrived, secrets " << secrets << ", canary changes " << canary_changes << ", hangs "
              << hangs << ", cut " << cut << ", lies " << lies << "; statuses";
    for (const auto& [status, count] : statuses) std::cout << " " << status << ":" << count;
    std::cout << std::endl;
  }
};

class RaceTest : public CliTest {
 protected:
  RaceTest() : CliTest(Place::memory) {}
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root";
  }

  [[nodiscard]] static std::string path_in(const std::string& location) {
    return location.substr(location.find(':') + 1);
  }
};

class Race : public RaceTest, public ::testing::WithParamInterface<std::tuple<Swap, bool>> {
 protected:
  /// One run in a race, and what it left.
  void race(RacedTrees& trees, const RacedJob& job, Pace pace, const std::string& round) {
    std::vector<std::string> arguments{"sync", "--fsync=none", "--lock-wait=1", job.source, job.target};
    if (!std::get<bool>(GetParam())) arguments.insert(arguments.begin() + 1, "--no-openat2");
    How how;
    how.limit = std::chrono::seconds{30};
    Exchanger owner(job.pairs, racing_owner, pace);
    const Result result = black_box::run(arguments, how);
    const std::uint64_t exchanges = owner.stop();
    ++figures_.runs;
    figures_.exchanges += exchanges;
    ++figures_.statuses[result.status];
    SCOPED_TRACE(round + ": " + job.source + " " + job.target + ", status " + std::to_string(result.status) + "\n" +
                 result.out + result.err);
    EXPECT_EQ(control_octets_in(result.out + result.err), "");
    if (result.hung) {
      ++figures_.hangs;
      ADD_FAILURE() << "hang";
    } else {
      EXPECT_LT(result.status, 126);
    }
    const std::string changes = trees.changes_outside();
    if (!changes.empty()) ++figures_.canary_changes;
    EXPECT_EQ(changes, "");
    const RacedTrees::Found found = trees.look(path_in(job.target));
    figures_.messages += found.messages.size();
    if (found.secret) {
      ++figures_.secrets;
      ADD_FAILURE() << "a secret is at the target";
    }
    figures_.cut += found.cut.size();
    EXPECT_EQ(found.cut, std::vector<std::string>{}) << "visible before they are whole";
    if (result.status != status::ok) return;
    const bool all =
        std::includes(found.messages.begin(), found.messages.end(), job.untouched.begin(), job.untouched.end());
    if (!all) ++figures_.lies;
    EXPECT_TRUE(all) << "the status is 0";
  }

  Figures figures_{};
};

TEST_P(Race, LeadsNowhere) {
  const auto& [swap, with_openat2] = GetParam();
  RacedTrees trees(at("trees"), swap);
  const auto end = steady_clock::now() + length();
  std::uint64_t made = 0;
  for (std::uint64_t round = 0; (steady_clock::now() < end || round < 16) && figures_.runs < 1'000'000 && !HasFailure();
       ++round) {
    // Sides and paces alternate; each job twice on the same target, then from new.
    const Pace pace = round % 2 == 0 ? Pace::full_speed : Pace::with_pauses;
    const std::string fresh = at("target" + std::to_string(made++));
    std::vector<RacedJob> jobs = trees.source_jobs(fresh);
    for (const RacedJob& job : trees.target_jobs()) jobs.push_back(job);
    const RacedJob& job = jobs[(round / 2) % jobs.size()];
    forget_runs();
    if (job.target_is_raced) trees.rebuild();
    for (const char* which : {"first", "again"})
      race(trees, job, pace, std::string(which) + " of " + std::to_string(round));
    stdfs::remove_all(fresh);
  }
  figures_.tell(std::string(to_string(swap)) + ", " + (with_openat2 ? "openat2" : "without openat2"));
  EXPECT_GT(figures_.exchanges, 0U) << "nothing was exchanged: this proves nothing";
  EXPECT_GT(figures_.messages, 0U) << "nothing was copied: this proves nothing";
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<Swap, bool>>& info) {
  static constexpr std::array<const char*, 5> names{"DirectoryAndSymlink", "FileAndSymlink", "FileAndFifo",
                                                    "FileAndDirectory", "FileAndHardLink"};
  return names.at(static_cast<std::size_t>(std::get<Swap>(info.param))) +
         std::string(std::get<bool>(info.param) ? "Openat2" : "Walk");
}

INSTANTIATE_TEST_SUITE_P(AllKinds, Race, ::testing::Combine(::testing::ValuesIn(all_swaps), ::testing::Bool()),
                         name_of);

/// Or the half of the tests that is to race the fallback would race the same code twice.
TEST_F(RaceTest, IsWithoutOpenat2WhenItIsSaidTo) {
  fill_maildir(at("M"), {simple_mail("one")});
  const std::string log = at("calls");
  How how;
  how.under = {"/usr/bin/strace", "-f", "-qq", "-e", "trace=openat2", "-o", log};
  how.environment["ASAN_OPTIONS"] = "detect_leaks=0";  // the leak check would have to trace, too
  if (!exists(how.under.front())) GTEST_SKIP() << "needs strace (scripts/bootstrap installs it)";
  const Result usual = run({"sync", at("M"), "maildir:" + at("A")}, how);
  if (usual.status == 1 && read_file(log).empty()) GTEST_SKIP() << "strace may not trace here";
  EXPECT_EQ(usual.status, status::ok) << usual.err;
  EXPECT_TRUE(holds(read_file(log), "openat2("));
  EXPECT_EQ(run({"sync", "--no-openat2", at("M"), "maildir:" + at("B")}, how).status, status::ok);
  EXPECT_EQ(read_file(log).find("openat2("), std::string::npos) << read_file(log);
  EXPECT_EQ(read_maildir(at("B")).size(), 1U);
}

/// A program that is known to be careless must fail where ours does not, or the harness is blind.
class CarelessProgram : public RaceTest {
 protected:
  void SetUp() override {
    RaceTest::SetUp();
    if (IsSkipped()) return;
    How how;
    how.program = cp;
    if (!exists(cp) || !holds(run({"--version"}, how).out, "GNU coreutils")) GTEST_SKIP() << "cp is not GNU's";
  }

  enum class Failed { no, leaked, changed_others, hung };

  /// Runs `cp -a` until it fails; says how often.
  Failed race_cp(RacedTrees& trees, const RacedJob& job, const std::string& from, const std::string& to) {
    constexpr int most = 400;
    How how;
    how.program = cp;
    how.limit = std::chrono::seconds{3};
    for (int i = 1; i <= most; ++i) {
      if (job.target_is_raced) trees.rebuild();
      Exchanger owner(job.pairs, racing_owner, i % 2 == 0 ? Pace::full_speed : Pace::with_pauses);
      const Result result = black_box::run({"-a", from, to}, how);
      owner.stop();
      const bool leaked = !job.target_is_raced && trees.look(path_in(job.target)).secret;
      const bool changed = !trees.changes_outside().empty();
      if (!job.target_is_raced) stdfs::remove_all(to);
      if (!leaked && !changed && !result.hung) continue;
      std::cout << "T6 cp -a, run " << i << ": "
                << (leaked    ? "leaked"
                    : changed ? "changed what is not the owner's"
                              : "hung")
                << std::endl;
      return leaked ? Failed::leaked : changed ? Failed::changed_others : Failed::hung;
    }
    return Failed::no;
  }

  static constexpr const char* cp = "/bin/cp";
};

TEST_F(CarelessProgram, LeaksADirectory) {
  RacedTrees trees(at("trees"), Swap::directory_symlink);
  const RacedJob job = trees.source_jobs(at("copy")).front();
  EXPECT_EQ(race_cp(trees, job, path_in(job.source), at("copy")), Failed::leaked) << "the harness is blind";
}

TEST_F(CarelessProgram, HangsOnAFifo) {
  RacedTrees trees(at("trees"), Swap::file_fifo);
  const RacedJob job = trees.source_jobs(at("copy")).front();
  EXPECT_EQ(race_cp(trees, job, path_in(job.source), at("copy")), Failed::hung) << "the harness is blind";
}

TEST_F(CarelessProgram, WritesIntoADirectoryOfSomebodyElse) {
  RacedTrees trees(at("trees"), Swap::directory_symlink);
  const RacedJob job = trees.target_jobs().front();
  EXPECT_EQ(race_cp(trees, job, path_in(job.source) + "/.", path_in(job.target)), Failed::changed_others)
      << "the harness is blind";
}

}  // namespace
}  // namespace mailhaul::black_box
