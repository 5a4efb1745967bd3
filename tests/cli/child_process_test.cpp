#include "cli/child_process.hpp"

#include <signal.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "cli/pair_words.hpp"

namespace mailhaul::cli {
namespace {

using Lines = std::vector<std::string>;

/// What a child said, and how it ended.
struct Said {
  Lines lines{};
  std::size_t octets = 0;
  ChildEnd end{};
};

/// Runs a script of the system's shell as a child.
class Children : public testing::Test {
 protected:
  static std::vector<std::string> shell(const std::string& script) { return {"sh", "-c", script}; }
  static Said run(const std::string& script) {
    Said said;
    ChildProcess child("/bin/sh", shell(script), [&said](std::string_view line) {
      said.octets += line.size();
      said.lines.emplace_back(line.substr(0, 100));
    });
    read_all(child);
    said.end = child.wait();
    return said;
  }
  static void read_all(ChildProcess& child) {
    while (!child.read()) ChildProcess::wait_for_any({&child}, std::chrono::milliseconds{1000});
  }
  static bool is_there(pid_t process) { return ::kill(process, 0) == 0; }
};

TEST_F(Children, AreReadLineByLine) {
  const Said said = run("echo one; printf two; sleep 0.05; echo -more; echo; printf unfinished; exit 7");
  EXPECT_EQ(said.lines, (Lines{"one", "two-more", ""})) << "a line that was never ended says nothing";
  EXPECT_EQ(said.end.status, 7);
  EXPECT_EQ(said.end.signal, 0);
  EXPECT_EQ(said.end.errors, "");
}

TEST_F(Children, LinesAreBounded) {
  const Said said =
      run("echo a; head -c 3000000 /dev/zero | tr '\\0' x; echo; head -c 900000 /dev/zero | tr '\\0' y; echo; echo b");
  ASSERT_EQ(said.lines.size(), 3U) << "the one of 3 MB is dropped whole";
  EXPECT_EQ(said.lines[1].substr(0, 3), "yyy");
  EXPECT_EQ(said.octets, 900'002U);
  EXPECT_EQ(said.lines[2], "b");
}

TEST_F(Children, OfTheirErrorsTheLastIsKept) {
  const Said said = run("(head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end) >&2");
  EXPECT_EQ(said.end.errors.size(), 65'536U);
  EXPECT_TRUE(said.end.errors.ends_with("x\nthe end\n"));
}

TEST_F(Children, WordsAreWords) {
  Lines lines;
  ChildProcess child("/bin/sh", {"sh", "-c", "printf '%s\\n' \"$@\"", "sh", "a b", "$HOME", "'", ""},
                     [&lines](std::string_view line) { lines.emplace_back(line); });
  read_all(child);
  EXPECT_EQ(child.wait().status, 0);
  EXPECT_EQ(lines, (Lines{"a b", "$HOME", "'", ""}));
}

TEST_F(Children, ASignalThatEndedThemIsKnown) { EXPECT_EQ(run("kill -KILL $$").end.signal, SIGKILL); }

TEST_F(Children, WhatIsNoProgramEndsAtOnce) {
  ChildProcess child("/nowhere/mailhaul", {"mailhaul"}, [](std::string_view) {});
  read_all(child);
  EXPECT_EQ(child.wait().status, 127);
}

TEST_F(Children, AreAskedToEnd) {
  ChildProcess child("/bin/sh", shell("trap 'echo asked; exit 20' TERM; echo ready; while :; do sleep 0.02; done"),
                     [&child](std::string_view line) {
                       if (line == "ready") child.stop();
                     });
  read_all(child);
  EXPECT_EQ(child.wait().status, 20);
}

TEST_F(Children, HaveNothingOpenButTheirThree) {
  const Said said = run("ls /proc/self/fd | wc -l");
  ASSERT_EQ(said.lines.size(), 1U);
  EXPECT_EQ(std::stoi(said.lines[0]), 4) << "0 to 2, and the listing";
}

TEST_F(Children, EndWithWhoStartedThemAndAreWaitedFor) {
  pid_t process = 0;
  {
    ChildProcess child("/bin/sh", shell("echo $$; while :; do sleep 0.02; done"), [&process](std::string_view line) {
      process = static_cast<pid_t>(std::stol(std::string(line)));
    });
    while (process == 0 && !child.read()) ChildProcess::wait_for_any({&child}, std::chrono::milliseconds{1000});
    ASSERT_TRUE(is_there(process));
  }
  EXPECT_FALSE(is_there(process));
}

TEST_F(Children, HaveAProcessGroupOfTheirOwn) {
  // Field 5 of stat: Ctrl-C on the terminal is for who runs them.
  const Said said = run("echo $$ $(cut -d' ' -f5 /proc/$$/stat)");
  ASSERT_EQ(said.lines.size(), 1U);
  const std::string& line = said.lines[0];
  EXPECT_EQ(line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1));
}

run::PairResult words_of(const Lines& lines, const ChildEnd& end) {
  PairWords words;
  for (const std::string& line : lines) words.take(line);
  return words.result(end);
}

constexpr const char* good_summary = R"({"event":"summary","command":"sync","status":0,"verdict":"All 3."})";

TEST(PairResults, AreSummedOverFolders) {
  const auto result = words_of(
      {R"({"event":"folder","copied":2,"deleted":1,"failed":0})",
       R"({"event":"folder","copied":3,"deleted":0,"failed":4})", R"({"event":"setting","outcome":"written"})",
       R"({"event":"setting","outcome":"not carried","kind":"suspension","owner":"a@b","name":"","text":"held"})",
       R"({"event":"summary","status":3,"verdict":"All 5."})"},
      {3, 0, ""});
  EXPECT_EQ(result.status, run::ExitStatus::settings_missing);
  EXPECT_EQ(result.copied, 5U);
  EXPECT_EQ(result.removed, 1U);
  EXPECT_EQ(result.failed, 4U);
  EXPECT_EQ(result.settings_left, 1U);
  EXPECT_EQ(result.verdict, "All 5.");
  EXPECT_EQ(result.reason, "suspension a@b: held");
}

TEST(PairResults, OfReasonsTheMostTellingIsKept) {
  const Lines lines{R"({"event":"finding","weight":"note","text":"odd"})",
                    R"({"event":"finding","weight":"failed","folder":"INBOX","where":"x","text":"unread"})",
                    R"({"event":"message","action":"failed","source":"Sent","error":"I/O error"})",
                    R"({"event":"message","action":"failed","source":"Sent","error":"second"})",
                    R"({"event":"error","text":"no space left"})",
                    R"({"event":"error","text":"later"})",
                    R"({"event":"summary","status":23,"verdict":"v"})"};
  const auto reason = [&lines](std::size_t from, std::size_t to) {
    Lines some(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to));
    some.push_back(lines.back());
    return words_of(some, {23, 0, ""}).reason;
  };
  EXPECT_EQ(reason(0, 1), "");
  EXPECT_EQ(reason(0, 2), "INBOX: x: unread");
  EXPECT_EQ(reason(0, 4), "Sent: I/O error");
  EXPECT_EQ(reason(0, 6), "no space left");
}

TEST(PairResults, WithStatusZeroNeedNoReason) {
  EXPECT_EQ(words_of({R"({"event":"error","text":"x"})", good_summary}, {0, 0, ""}).reason, "");
}

TEST(PairResults, WhatIsNoLineOfOursIsPassedOver) {
  const auto result =
      words_of({"", "text", "[1]", "null", "{", R"({"event":7})", R"({"event":"folder","copied":-1,"failed":"x"})",
                R"({"event":"summary","status":0,"verdict":7})", std::string(100'000, '['), good_summary},
               {0, 0, ""});
  EXPECT_EQ(result.status, run::ExitStatus::ok);
  EXPECT_EQ(result.copied, 0U);
  EXPECT_EQ(result.verdict, "All 3.");
}

TEST(PairResults, AKilledRunHasFailedWhateverItSaid) {
  const auto result =
      words_of({R"({"event":"folder","copied":2,"failed":0})", good_summary}, {0, SIGKILL, "x\nlast words\n\n"});
  EXPECT_EQ(result.status, run::ExitStatus::other_error);
  EXPECT_EQ(result.reason, "its process was ended by signal 9 (Killed): last words");
  EXPECT_EQ(result.verdict, "Not finished.");
  EXPECT_EQ(result.copied, 2U);
}

TEST(PairResults, ARunWithoutItsSummaryHasFailed) {
  EXPECT_EQ(words_of({}, {0, 0, ""}).status, run::ExitStatus::other_error);
  EXPECT_EQ(words_of({}, {127, 0, ""}).reason, "its process ended with status 127 and without a summary");
  EXPECT_EQ(words_of({good_summary}, {1, 0, "out of luck"}).status, run::ExitStatus::other_error);
}

}  // namespace
}  // namespace mailhaul::cli
