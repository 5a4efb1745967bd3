// T15: every name below a customer's root is taken under another fsuid than root's, by each thread for itself. Read
// from the log of all system calls of a run.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

constexpr const char* strace = "/usr/bin/strace";

/// What one log tells.
struct Names {
  std::size_t taken = 0;               ///< opens below the roots
  std::vector<std::string> as_root{};  ///< of those, lines of threads that acted as root
  std::set<std::string> users{};
};

/// One line of `strace -f -y`: "PID call(arguments) = result".
class Log {
 public:
  Log(std::vector<std::string> roots, std::vector<std::string> stores)
      : roots_(std::move(roots)), stores_(std::move(stores)) {}

  Names read(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
    return std::move(names_);
  }

 private:
  void take(const std::string& line) {
    const std::size_t space = line.find_first_not_of("0123456789");
    const std::string thread = line.substr(0, space);
    const std::size_t call_at = line.find_first_not_of(' ', space);
    if (call_at == std::string::npos) return;
    const std::string call = line.substr(call_at);
    if (call.rfind("setfsuid(", 0) == 0) {
      const std::string uid = call.substr(9, call.find_first_of("), ") - 9);
      if (uid != "-1") acting_[thread] = uid;
    } else if (is_new_thread(call)) {
      const std::string child = call.substr(call.rfind(' ') + 1);
      acting_.emplace(child, acting_[thread].empty() ? "0" : acting_[thread]);
    } else if (call.rfind("open", 0) == 0 && is_below_a_root(call)) {
      ++names_.taken;
      const auto acts = acting_.find(thread);
      const std::string uid = acts == acting_.end() || acts->second.empty() ? "0" : acts->second;
      names_.users.insert(uid);
      if (uid == "0") names_.as_root.push_back(line);
    }
  }
  [[nodiscard]] static bool is_new_thread(const std::string& call) {
    const bool is_clone = call.rfind("clone", 0) == 0 || call.find("clone3 resumed") != std::string::npos ||
                          call.find("clone resumed") != std::string::npos;
    return is_clone && call.find("= ") != std::string::npos && call.find("unfinished") == std::string::npos;
  }
  /// "openat(7</tmp/x/home/M/cur>, "name", …": by the path that strace knows of the descriptor. The way to the store
  /// that the operator named is his own (S1): its components as O_PATH, then the store itself as ".".
  [[nodiscard]] bool is_below_a_root(const std::string& call) const {
    const std::size_t open = call.find('<');
    const std::size_t comma = call.find(", ");
    if (open == std::string::npos || open > comma) return false;
    const std::string directory = call.substr(open + 1, call.find('>', open) - open - 1);
    const std::size_t quote = call.find('"', comma) + 1;
    const std::string name = call.substr(quote, call.find('"', quote) - quote);
    const auto is_within = [](const std::string& path, const std::string& root) {
      return path == root || path.rfind(root + "/", 0) == 0;
    };
    const bool is_walk = std::any_of(stores_.begin(), stores_.end(), [&](const std::string& store) {
      if (name == "..") return is_within(directory, store) ? directory == store : is_within(store, directory);
      if (name == ".") return is_within(store, directory) && call.find("O_TMPFILE") == std::string::npos;
      return call.find("O_PATH") != std::string::npos && is_within(store, directory + "/" + name);
    });
    return !is_walk && std::any_of(roots_.begin(), roots_.end(),
                                   [&](const std::string& root) { return is_within(directory, root); });
  }

  std::vector<std::string> roots_;   ///< what customers own
  std::vector<std::string> stores_;  ///< as the operator named them
  std::map<std::string, std::string> acting_{};
  Names names_{};
};

class IdentityOfRuns : public RootCliTest {
 protected:
  void SetUp() override {
    RootCliTest::SetUp();
    if (IsSkipped()) return;
    if (!exists(strace)) GTEST_SKIP() << "there is no " << strace;
    How how;
    how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write"};
    if (black_box::run({"--version"}, how).status != status::ok) GTEST_SKIP() << "strace may not trace here";
    // Both are their owners' alone: only root or they themselves get in.
    for (const auto& [home, owner] : {std::pair{"old", somebody}, std::pair{"new", somebody_else}}) {
      std::filesystem::create_directory(at(home));
      ASSERT_EQ(::chown(at(home).c_str(), owner, owner), 0);
      ASSERT_EQ(::chmod(at(home).c_str(), 0700), 0);
    }
  }

  Names names_of(const std::vector<std::string>& arguments, int wanted = status::ok) {
    How how;
    how.under = {strace, "-f",      "-y", "-qq",
                 "-o",   at("log"), "-e", "trace=openat,openat2,setfsuid,clone,clone3,fork,vfork"};
    how.environment["ASAN_OPTIONS"] = "detect_leaks=0";
    const Result result = run(arguments, how);
    EXPECT_EQ(result.status, wanted) << result.err;
    std::vector<std::string> stores;
    for (const std::string& word : arguments)
      if (const std::size_t path = word.find('/'); path != std::string::npos) stores.push_back(word.substr(path));
    Names names = Log({at("old"), at("new")}, stores).read(read_file(at("log")));
    for (const std::string& line : names.as_root) ADD_FAILURE() << line;
    return names;
  }
};

TEST_F(IdentityOfRuns, NoNameOfACustomerIsTakenAsRoot) {
  std::vector<Mail> mails;
  mails.reserve(40);
  for (int i = 0; i < 40; ++i) mails.push_back(simple_mail("m" + std::to_string(i), i));
  fill_maildir(at("old/M"), mails);
  fill_maildir(at("old/M/.Work"), mails);
  write_file(at("old/mbox"), mbox_of(mails));
  give_tree(at("old"), somebody);
  const std::string hers = std::to_string(somebody_else) + ":" + std::to_string(somebody_else);
  std::size_t taken = 0;
  for (const auto& [source, target] : {std::pair{"maildir:" + at("old/M"), "maildir:" + at("new/M")},
                                       {"mbox:" + at("old/mbox"), "maildir:" + at("new/N")},
                                       {"maildir:" + at("old/M"), "mboxdir:" + at("new/tree")},
                                       {"mbox:" + at("old/mbox"), "mbox:" + at("new/mbox")}}) {
    SCOPED_TRACE(target);
    const Names first = names_of({"sync", "--chown", hers, "-j4", source, target});
    EXPECT_EQ(first.users, (std::set<std::string>{std::to_string(somebody), std::to_string(somebody_else)}));
    EXPECT_GT(first.taken, 5U);
    const Names again = names_of({"sync", "--chown", hers, "-j4", source, target});
    const Names proof = names_of({"verify", source, target});
    taken += first.taken + again.taken + proof.taken;
  }
  taken += names_of({"scan", at("old/M"), at("new/M")}).taken;
  std::cout << "names taken below customers' roots: " << taken << ", as root: 0\n";
  for (const Entry& entry : snapshot(at("new"))) EXPECT_EQ(entry.uid, somebody_else) << entry.path;
}

TEST_F(IdentityOfRuns, ACopyThatCannotBeReadIsNotOneThatItsUserRemoved) {
  fill_maildir(at("old/M"), {simple_mail("one", 1), simple_mail("two", 2), simple_mail("three", 3)});
  give_tree(at("old"), somebody);
  const std::string target = "maildir:" + at("new/M");
  sync({at("old/M"), target});
  ASSERT_EQ(::chmod(at("new/M/cur/2.M2P1.host:2,").c_str(), 0), 0);
  const Result result = run({"verify", at("old/M"), target});
  EXPECT_EQ(result.status, status::some_failed) << result.out;
  EXPECT_TRUE(holds(result.err, "Missing 1")) << result.err;
}

TEST_F(IdentityOfRuns, ARootThatMayNotActAsOthersSaysSoAndMakesNothing) {
  fill_maildir(at("old/M"), {simple_mail("one")});
  give_tree(at("old"), somebody);
  How how;
  how.under = {strace, "-f", "-qq", "-o", "/dev/null", "-e", "inject=setgroups:error=EPERM"};
  how.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  const Result result = run({"sync", at("old/M"), "maildir:" + at("new/M")}, how);
  EXPECT_EQ(result.status, status::permission);
  expect_one_line(result, "acting as uid " + std::to_string(somebody));
  EXPECT_FALSE(exists(at("new/M")));
}

TEST_F(IdentityOfRuns, WhatItsOwnerMayNotReadRootDoesNotReadForHim) {
  fill_maildir(at("old/M"), {simple_mail("mine", 1), simple_mail("shut", 2)});
  give_tree(at("old"), somebody);
  ASSERT_EQ(::chmod(at("old/M/cur/2.M2P1.host:2,").c_str(), 0), 0);
  const Result result = run({"sync", at("old/M"), "maildir:" + at("new/M")});
  EXPECT_EQ(result.status, status::some_failed) << result.err;
  EXPECT_TRUE(holds(result.err, "2.M2P1.host"));
  EXPECT_TRUE(holds(result.err, "Permission denied"));
  EXPECT_EQ(read_maildir(at("new/M")).size(), 1U);
}

}  // namespace
}  // namespace mailhaul::black_box
