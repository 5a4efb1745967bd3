#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mailboxes.hpp"
#include "cli/program.hpp"
#include "cli/tree.hpp"

namespace mailhaul::black_box {

/// The exit statuses of the README's table.
namespace status {
inline constexpr int ok = 0;
inline constexpr int other_error = 1;
inline constexpr int run_again = 2;
inline constexpr int settings_missing = 3;
inline constexpr int stopped = 20;
inline constexpr int some_failed = 23;
inline constexpr int guarded = 25;
inline constexpr int usage = 64;
inline constexpr int no_such_store = 66;
inline constexpr int cannot_create = 73;
inline constexpr int target_io_error = 74;
inline constexpr int locked = 75;
inline constexpr int permission = 77;
inline constexpr int target_full = 113;
}  // namespace status

/// Somebody who is not root; needs no entry in /etc/passwd.
inline constexpr uid_t somebody = 54321;
inline constexpr uid_t somebody_else = 54322;

/// A test with a directory of its own. Every run is watched: it must end in time and by itself, print no control octet,
/// and leave what is guarded as it was, atimes included.
class CliTest : public ::testing::Test {
 protected:
  explicit CliTest(Place place = Place::disk) : dir_(place) {}

  [[nodiscard]] std::string at(const std::string& name) const { return dir_.path() + "/" + name; }
  /// From now on no run may change anything below `path`, or even show in its atimes.
  void guard(const std::string& path);
  /// The same, but it may show in its atimes: a target that is only read.
  void guard_but_for_atimes(const std::string& path);
  /// Forgets what guarded trees were: the test itself changed something.
  void guard_no_more() { guarded_.clear(); }

  Result run(const std::vector<std::string>& arguments, const How& how = {});
  /// The same checks for a program that the test started itself.
  void check(const Result& result, const std::vector<std::string>& arguments);

  /// Runs `sync` with these arguments and expects success.
  Result sync(const std::vector<std::string>& arguments);
  /// `verify` must prove all, and a second `sync` must find nothing to do and change nothing.
  void expect_settled(const std::string& source, const std::string& target,
                      const std::vector<std::string>& options = {});
  /// Exactly one line of error text, and nothing on standard output.
  void expect_one_line(const Result& result, std::string_view must_name = "");

  [[nodiscard]] static bool is_root();

 private:
  struct Guarded {
    std::vector<Entry> before;
    bool with_atimes;
  };
  TempDir dir_;
  std::map<std::string, Guarded> guarded_;
};

/// For tests that give files to other users, make devices, mount.
class RootCliTest : public CliTest {
 protected:
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root";
  }
};

/// `text` holds `part`; says both when it does not.
[[nodiscard]] ::testing::AssertionResult holds(std::string_view text, std::string_view part);

/// MAILHAUL_LONG is set: the loops that take minutes (scripts/test --full).
[[nodiscard]] bool is_long();

/// A path of the corpus of real mail (shared/corpus), and whether it is there at all.
[[nodiscard]] std::string corpus(const std::string& below);
[[nodiscard]] bool has_corpus();

}  // namespace mailhaul::black_box
