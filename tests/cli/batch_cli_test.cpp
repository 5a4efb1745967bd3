// Many pairs: whole runs of `mailhaul batch`, and the lists that it reads.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"
#include "support/cpanel_account.hpp"
#include "support/cpanel_archive.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* header = "source;target;options;status;verdict;copied;failed;seconds;reason";

/// Cells of a line without quoted ones.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ';')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

class Batch : public CliTest {
 protected:
  explicit Batch(Place place = Place::memory) : CliTest(place) {}

  void make_source(const std::string& name, std::size_t messages = 2) {
    std::vector<Mail> mails;
    for (std::size_t i = 0; i < messages; ++i) mails.push_back(simple_mail(name + std::to_string(i)));
    fill_maildir(at(name), mails);
  }
  /// "maildir:/…/a;maildir:/…/to-a;OPTIONS"
  [[nodiscard]] std::string line(const std::string& name, const std::string& options = "") const {
    return "maildir:" + at(name) + ";maildir:" + at("to-" + name) + ";" + options + "\n";
  }
  std::string write_list(const std::string& text) {
    write_file(at("list.csv"), text);
    stdfs::permissions(at("list.csv"), stdfs::perms(0600));
    return at("list.csv");
  }
  Result batch(const std::vector<std::string>& options, const How& how = {}) {
    std::vector<std::string> words{"batch"};
    words.insert(words.end(), options.begin(), options.end());
    return run(words, how);
  }
  /// Rows of a report without its header.
  [[nodiscard]] std::vector<std::vector<std::string>> rows_of(const std::string& report) const {
    std::vector<std::vector<std::string>> rows;
    for (const std::string& one : lines_of(read_file(at(report)))) rows.push_back(cells_of(one));
    EXPECT_FALSE(rows.empty());
    if (rows.empty()) return rows;
    EXPECT_EQ(rows.front(), cells_of(header));
    rows.erase(rows.begin());
    for (const auto& row : rows) EXPECT_EQ(row.size(), 9U);
    return rows;
  }
  [[nodiscard]] static std::vector<std::string> statuses(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::string> statuses;
    for (const auto& row : rows) statuses.push_back(row.at(3));
    return statuses;
  }
  static std::vector<json> json_lines(const std::string& text) {
    std::vector<json> lines;
    for (const std::string& one : lines_of(text)) lines.push_back(json::parse(one));
    return lines;
  }
};

using Statuses = std::vector<std::string>;

TEST_F(Batch, RunsEachPairAndLeavesTheOthersGoing) {
  for (const char* name : {"a", "b", "c"}) make_source(name);
  const std::string list = write_list("source;target;options\n# all of them\n" + line("a") + line("missing") + "\n" +
                                      line("b", "--exclude 'Junk Mail'") + line("c", "\"--delete --max-size 1M\""));
  const Result result = batch({list, "-j", "2", "--report", at("r.csv")});
  EXPECT_EQ(result.status, status::no_such_store) << result.err;
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(read_maildir(at(std::string("to-") + name)).size(), 2U);
  EXPECT_TRUE(holds(result.out, "\nCopied 6, removed 0, failed 0, settings left to you 0.\n"));
  EXPECT_TRUE(holds(result.err, "Done: 3 of 4 pairs. Run those again: mailhaul batch --retry-failed " + at("r.csv")));
  const auto rows = rows_of("r.csv");
  EXPECT_EQ(statuses(rows), (Statuses{"0", "66", "0", "0"}));
  EXPECT_EQ(rows[0][4], "All 2 source messages are at the target.");
  EXPECT_EQ(rows[0][5], "2");
  EXPECT_EQ(rows[1][8], "opening a store: " + at("missing") + ": no such file or directory");
  EXPECT_EQ(rows[2][2], "--exclude 'Junk Mail'");
  struct stat found {};
  ASSERT_EQ(::stat(at("r.csv").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
}

TEST_F(Batch, WhatFailedIsRunAgainFromTheReportAlone) {
  for (const char* name : {"a", "b"}) make_source(name);
  const std::string list = write_list(line("a") + line("late") + line("b"));
  EXPECT_EQ(batch({list, "--report", at("r.csv")}).status, status::no_such_store);
  make_source("late", 3);
  stdfs::remove(list);
  const Result again = batch({"--retry-failed", at("r.csv"), "--report", at("r.csv"), "--json"});
  EXPECT_EQ(again.status, status::ok) << again.out << again.err;
  const auto lines = json_lines(again.out);
  ASSERT_EQ(lines.size(), 2U) << "one pair and the summary";
  EXPECT_EQ(lines[0]["source"], "maildir:" + at("late"));
  EXPECT_EQ(lines[0]["copied"], 3);
  EXPECT_EQ(lines[1]["pairs"], 1);
  const auto rows = rows_of("r.csv");
  EXPECT_EQ(statuses(rows), (Statuses{"0", "0", "0"}));
  EXPECT_EQ(rows[0][5], "2") << "the others are as they were";
  const Result nothing = batch({"--retry-failed", at("r.csv")});
  EXPECT_EQ(nothing.status, status::ok);
  EXPECT_TRUE(holds(nothing.out, "Nothing to run."));
}

TEST_F(Batch, OptionsBehindDashesAreForEveryPairBeforeItsOwn) {
  for (const char* name : {"a", "b"}) make_source(name);
  const std::string list = write_list(line("a", "--max-size 1") + line("b"));
  const Result result = batch({list, "--json", "--", "--max-size", "1M", "-j", "1"});
  EXPECT_EQ(result.status, status::usage) << "a value twice is as wrong as on the command line";
  EXPECT_TRUE(holds(result.out, list + ":1")) << result.out;
  const Result good = batch({write_list(line("a", "--exclude X") + line("b")), "--json", "--", "--exclude", "INBOX"});
  EXPECT_EQ(good.status, status::usage) << "no folder is selected";
  const auto lines = json_lines(good.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["options"], (json{"--exclude", "INBOX", "--exclude", "X"}));
  EXPECT_EQ(lines[1]["options"], (json{"--exclude", "INBOX"}));
}

TEST_F(Batch, ADryRunChangesNothing) {
  make_source("a");
  stdfs::create_directory(at("to"));
  guard(at("a"));
  guard(at("to"));
  const Result result = batch({write_list("maildir:" + at("a") + ";maildir:" + at("to/x") + "\n"), "-n"});
  EXPECT_EQ(result.status, status::ok);
  EXPECT_TRUE(holds(result.out, "\nCopied 2,")) << "would be";
}

TEST_F(Batch, EachPairHasALedgerOfItsOwn) {
  forget_runs();
  for (const char* name : {"a", "b"}) make_source(name);
  const std::string list = write_list(line("a") + line("b"));
  EXPECT_EQ(batch({list, "-j", "2"}).status, status::ok);
  const Result again = batch({list, "-v"});
  EXPECT_EQ(again.status, status::ok);
  EXPECT_TRUE(holds(again.out, "Copied 0,"));
  EXPECT_TRUE(holds(again.out, "Nothing to copy: all 2 source messages are at the target."));
  const Result runs = run({"runs", "list", "--json"});
  EXPECT_TRUE(holds(runs.out, "\"pairs\":2"));
}

TEST_F(Batch, QuietSaysOnlyWhatWentWrong) {
  make_source("a");
  const Result good = batch({write_list(line("a")), "-q"});
  EXPECT_EQ(good.out + good.err, "");
  const Result bad = batch({write_list(line("a") + line("missing")), "-q"});
  EXPECT_EQ(bad.out, "");
  EXPECT_FALSE(bad.err.find(at("to-a")) != std::string::npos) << bad.err;
  EXPECT_TRUE(holds(bad.err, "no such file or directory"));
}

TEST_F(Batch, AccountsOfOneVmailTreeGoThereOneAfterTheOther) {
  for (const char* name : {"a", "b", "c"}) make_source(name);
  std::string text;
  for (const char* name : {"a", "b", "c"})
    text += "maildir:" + at(name) + ";vmail:" + at("vmail") + ";--mailbox " + name + "@one.example\n";
  const Result result = batch({write_list(text), "-j", "3", "--", "--lock-wait", "0"});
  EXPECT_EQ(result.status, status::ok) << result.out << result.err;
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(read_maildir(at("vmail/one.example/") + name + "/Maildir").size(), 2U);
}

struct BadLine {
  const char* what;
  std::string text;
  std::string says;
};

/// One mistake, and nothing of the whole list runs.
TEST_F(Batch, AListWithABadLineRunsNothing) {
  make_source("a");
  make_source("b");
  guard(at("a"));
  guard(at("b"));
  const std::string good = line("a");
  const std::string pair = "maildir:" + at("b") + ";maildir:" + at("to-b");
  const std::vector<BadLine> rows{
      {"no target", good + "maildir:" + at("b") + "\n", "list.csv:2: there is no ';'"},
      {"commas", good + "maildir:/b,maildir:/c\n", "list.csv:2: there is no ';'"},
      {"four cells", good + pair + ";;\n", "list.csv:2: it has 4 cells"},
      {"an empty target", good + "maildir:" + at("b") + ";\n", "list.csv:2: the target is empty"},
      {"an option as source", good + "--delete;maildir:/x\n", "list.csv:2: the source would be read as an option"},
      {"an unknown option", good + pair + ";--frobnicate\n", "list.csv:2: reading the command line"},
      {"a value that is missing", good + pair + ";--chown\n", "list.csv:2"},
      {"an empty value", good + pair + ";--chown ''\n", "list.csv:2"},
      {"a value that makes no sense", good + pair + ";--fsync maybe\n", "list.csv:2: reading --fsync: maybe"},
      {"an option of another command", good + pair + ";--audit\n", "list.csv:2"},
      {"an unsafe habit", good + pair + ";--inplace\n", "list.csv:2"},
      {"an unknown user", good + pair + ";--chown no-such-user-here:mail\n", "list.csv:2"},
      {"a third location", good + pair + ";maildir:/x\n", "list.csv:2"},
      {"a command", good + pair + ";; rm -rf /\n", "list.csv:2: it has 4 cells"},
      {"help", good + pair + ";--help\n", "list.csv:2: one of its options only prints something"},
      {"a quote", good + pair + ";--exclude 'x\n", "list.csv:2: a quote of its options is not closed"},
      {"a CSV quote", good + "\"" + pair + "\n", "list.csv:2: a quote is never closed"},
      {"an unknown format", good + "floppy:/a;maildir:/x\n", "list.csv:2: reading a location: floppy:/a"},
      {"a target that can't be one", good + "maildir:" + at("b") + ";maildir:\n", "list.csv:2"},
      {"a target twice", good + "maildir:" + at("b") + ";" + at("to-a") + "\n", "it has the same target as "},
      {"an escape sequence", good + "maildir:/\x1b[2J;maildir:/x\n", "list.csv:2: the source holds a control octet"},
      {"no UTF-8", good + "maildir:/\xff;maildir:/x\n", "list.csv:2: it is not UTF-8"},
      {"NUL", good + std::string("maildir:/\0;maildir:/x\n", 22), "list.csv:2: the source holds a control octet"},
      {"UTF-16", std::string("\xff\xfe/\0a\0;\0/\0b\0", 12), "list.csv:1: it is not UTF-8"},
      {"a report", std::string(header) + "\n" + pair + ";;0;;0;0;0.0;\n", "list.csv:2: it has 9 cells"},
      {"nothing", "# nothing\n\n", "there is no pair in it"},
  };
  for (const BadLine& row : rows) {
    SCOPED_TRACE(row.what);
    const Result result = batch({write_list(row.text), "--report", at("r.csv")});
    EXPECT_EQ(result.status, status::usage);
    expect_one_line(result, row.says);
    EXPECT_FALSE(exists(at("to-a")));
    EXPECT_FALSE(exists(at("r.csv")));
  }
}

TEST_F(Batch, NeedsOneThingToDo) {
  make_source("a");
  const std::string list = write_list(line("a"));
  EXPECT_EQ(batch({}).status, status::usage);
  EXPECT_EQ(batch({list, "--retry-failed", at("r.csv")}).status, status::usage);
  for (const char* jobs : {"0", "257", "-1", "x"}) EXPECT_EQ(batch({list, "-j", jobs}).status, status::usage) << jobs;
  EXPECT_EQ(batch({at("missing.csv")}).status, status::no_such_store);
  EXPECT_EQ(batch({"--retry-failed", list}).status, status::usage) << "it is no report";
  EXPECT_EQ(batch({list, "--report", list}).status, status::usage) << "a list is not written over";
  EXPECT_EQ(batch({list, "--report", at("nowhere/r.csv")}).status, status::cannot_create);
  EXPECT_FALSE(exists(at("to-a")));
}

class RootBatch : public Batch {
 protected:
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root";
  }
};

TEST_F(RootBatch, AListThatSomebodyElseMayWriteToIsRefused) {
  make_source("a");
  const std::string list = write_list(line("a"));
  ASSERT_EQ(::chown(list.c_str(), somebody, somebody), 0);
  EXPECT_NE(batch({list}).status, status::ok);
  ASSERT_EQ(::chown(list.c_str(), 0, 0), 0);
  for (const unsigned mode : {0620U, 0602U}) {
    ASSERT_EQ(::chmod(list.c_str(), mode), 0);
    const Result result = batch({list});
    EXPECT_EQ(result.status, status::permission);
    expect_one_line(result, "somebody else may write to it");
  }
  stdfs::create_symlink(list, at("link.csv"));
  ASSERT_EQ(::chmod(list.c_str(), 0600), 0);
  EXPECT_NE(batch({at("link.csv")}).status, status::ok);
  EXPECT_FALSE(exists(at("to-a")));
}

/// Pairs that take long: the target is an mbox that another program holds the lock of.
class LongBatch : public Batch {
 protected:
  void SetUp() override {
    make_source("a");
    make_source("b");
    write_file(at("held.mbox"), "");
    write_file(at("held.mbox.lock"), "");
    list_ = write_list("maildir:" + at("a") + ";mbox:" + at("held.mbox") + ";--lock-wait 50\n" + line("b"));
  }
  /// The first child of a process, once it waits for that lock.
  static pid_t child_of(pid_t process) {
    const std::string id = std::to_string(process);
    const std::string path = "/proc/" + id + "/task/" + id + "/children";
    for (int i = 0; i < 500; ++i, std::this_thread::sleep_for(milliseconds{20})) {
      const std::string children = exists(path) ? read_proc(path) : "";
      if (children.empty()) continue;
      const std::string child = children.substr(0, children.find(' '));
      // Two threads: it hears of signals.
      if (names_in("/proc/" + child + "/task").size() > 1) return static_cast<pid_t>(std::stol(child));
    }
    return 0;
  }
  static std::string read_proc(const std::string& path) {
    std::string text(100, '\0');
    std::FILE* const file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return "";
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
  }
  static bool ends(pid_t process) {
    for (int i = 0; i < 500; ++i, std::this_thread::sleep_for(milliseconds{20}))
      if (::kill(process, 0) != 0 ||
          read_proc("/proc/" + std::to_string(process) + "/stat").find(") Z") != std::string::npos)
        return true;
    return false;
  }
  std::string list_{};
};

TEST_F(LongBatch, ASignalEndsWhatRunsAndBeginsNoOther) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program({"batch", list_, "--report", at("r.csv")});
    const pid_t child = child_of(program.process());
    ASSERT_NE(child, 0);
    program.signal(signal);
    const Result result = program.wait();
    check(result, {"batch"});
    EXPECT_EQ(result.status, status::stopped) << result.err;
    EXPECT_FALSE(exists(at("to-b")));
    EXPECT_TRUE(holds(result.err, "Stopped by a signal: 1 not begun."));
    const auto rows = rows_of("r.csv");
    EXPECT_EQ(statuses(rows), (Statuses{"20", "20"}));
    EXPECT_EQ(rows.at(0).at(8), "stopped by a signal (run the same command again)");
    EXPECT_EQ(rows.at(1).at(4), "Not run.");
    EXPECT_TRUE(ends(child));
  }
}

TEST_F(LongBatch, AKilledChildIsAFailureWithItsOwnWords) {
  Program program({"batch", list_, "--report", at("r.csv")});
  const pid_t child = child_of(program.process());
  ASSERT_NE(child, 0);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  const Result result = program.wait();
  EXPECT_EQ(result.status, status::other_error);
  EXPECT_EQ(read_maildir(at("to-b")).size(), 2U) << "the others go on";
  const auto rows = rows_of("r.csv");
  EXPECT_EQ(statuses(rows), (Statuses{"1", "0"}));
  EXPECT_EQ(rows.at(0).at(8), "its process was ended by signal 9 (Killed)");
}

TEST_F(LongBatch, AReportThatCantBeWrittenAtTheEndIsNoSuccessAndTheTableIsToldAllTheSame) {
  Program program({"batch", list_, "--report", at("r.csv")});
  ASSERT_NE(child_of(program.process()), 0);
  stdfs::remove(at("r.csv"));
  write_file(at("r.csv"), "somebody else's");
  stdfs::remove(at("held.mbox.lock"));
  const Result result = program.wait();
  EXPECT_EQ(result.status, status::cannot_create) << result.err;
  EXPECT_TRUE(holds(result.err, "writing the report: " + at("r.csv")));
  EXPECT_TRUE(holds(result.out, "Copied 4, removed 0"));
  EXPECT_EQ(read_file(at("r.csv")), "somebody else's");
}

TEST_F(LongBatch, ChildrenEndWithABatchThatWasKilledAndTheReportSaysWhatIsLeft) {
  Program program({"batch", list_, "--report", at("r.csv")});
  const pid_t child = child_of(program.process());
  ASSERT_NE(child, 0);
  program.signal(SIGKILL);
  (void)program.wait();
  EXPECT_TRUE(ends(child)) << "it was told by nobody but the kernel";
  EXPECT_EQ(statuses(rows_of("r.csv")), (Statuses{"20", "20"}));
}

/// Generated cPanel accounts, each with a server of its own.
class BatchOfAccounts : public Batch {
 protected:
  struct Account {
    std::string user{};
    std::string root{};
    std::size_t messages = 0;
  };
  Account make_account(std::size_t number) {
    support::AccountPlan plan;
    plan.user = "u" + std::to_string(number);
    plan.home = "/home/" + plan.user;
    plan.seed = number + 1;
    plan.messages_a_folder = 1;
    if (is_root()) plan.uid = plan.gid = static_cast<uid_t>(20'000 + number);
    Account account{plan.user, at("s" + std::to_string(number)), 0};
    const support::AccountFacts facts = support::make_cpanel_account(plan, account.root);
    for (const auto& [name, mailbox] : facts.mailboxes)
      for (const auto& folder : mailbox.folders) account.messages += folder.messages.size();
    return account;
  }
};

TEST_F(BatchOfAccounts, OneReportAndOneFailureThatIsRunAgain) {
  const std::size_t count = is_long() ? 200 : 20;
  const std::size_t bad = count / 2;
  std::vector<Account> accounts;
  std::string text = "source;target;options\n";
  for (std::size_t i = 0; i < count; ++i) {
    accounts.push_back(make_account(i));
    text += "cpanel:" + accounts[i].user + ";vmail:" + at("t" + std::to_string(i)) + ";--src-root " + accounts[i].root +
            "\n";
  }
  const std::string home = accounts[bad].root + "/home/" + accounts[bad].user;
  stdfs::rename(home, home + ".away");
  const How how{.environment = {}, .user = {}, .limit = std::chrono::seconds{600}};
  const Result first = batch({write_list(text), "-j", "4", "--report", at("r.csv"), "--", "-j", "1",
                              "--map-user=archive/example.com=kept@example.com", "--fsync=none"},
                             how);
  EXPECT_EQ(first.status, status::no_such_store) << first.out << first.err;
  EXPECT_LT(first.peak_octets, (is_sanitized() ? 1024ULL : 64ULL) << 20U);
  auto rows = rows_of("r.csv");
  ASSERT_EQ(rows.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(rows[i][3], i == bad ? "66" : "0") << rows[i][8] << rows[i][4];

  stdfs::rename(home + ".away", home);
  const Result again = batch({"--retry-failed", at("r.csv"), "--report", at("r.csv")}, how);
  EXPECT_EQ(again.status, status::ok) << again.out << again.err;
  EXPECT_TRUE(holds(again.out, "Done: 1 pair."));
  rows = rows_of("r.csv");
  ASSERT_EQ(rows.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(rows[i][3], "0") << rows[i][8];
    EXPECT_EQ(rows[i][5], std::to_string(accounts[i].messages)) << accounts[i].user;
  }
}

TEST_F(BatchOfAccounts, TheListOfAServerIsAList) {
  const Account account = make_account(7);
  const Result shown = run({"scan", "cpanel:", "--src-root", account.root});
  EXPECT_EQ(shown.status, status::ok) << shown.err;
  EXPECT_TRUE(holds(shown.out, "\nu7    example.com    cpanel:u7\n"));
  EXPECT_TRUE(holds(shown.out, "2 accounts in " + account.root)) << "and a neighbour, who has only his files";
  const Result list = run({"scan", "cpanel:", "--src-root", account.root, "--csv", "--to", "vmail:" + at("t")});
  EXPECT_EQ(list.status, status::ok) << list.err;
  const std::string all = ";vmail:" + at("t") + ";--src-root " + account.root + "\n";
  EXPECT_EQ(list.out, "source;target;options\ncpanel:u7" + all + "cpanel:u7x" + all);
  const Result result =
      batch({write_list(list.out), "--json", "--", "--map-user=archive/example.com=kept@example.com"});
  EXPECT_EQ(result.status, status::no_such_store) << "the neighbour's home";
  EXPECT_EQ(json_lines(result.out).at(0)["copied"], account.messages);
}

TEST_F(BatchOfAccounts, TheArchivesOfADirectoryAreAList) {
  support::AccountPlan plan;
  plan.messages_a_folder = 1;
  if (is_root()) plan.uid = plan.gid = somebody;
  const auto facts = support::make_cpanel_account(plan, at("s"));
  (void)support::pack_cpanel_account(facts, at("s"), at("backup"), support::ArchiveForm::tar_gz);
  write_file(at("backup/notes.txt"), "x");
  const Result shown = run({"scan", at("backup")});
  EXPECT_EQ(shown.status, status::ok) << shown.err;
  EXPECT_TRUE(holds(shown.out, "alice          cpmove:" + at("backup/cpmove-alice.tar.gz")));
  const Result as_json = run({"scan", at("backup"), "--json"});
  EXPECT_EQ(json_lines(as_json.out).at(0)["user"], "alice");
  const Result list = run({"scan", at("backup"), "--csv", "--to", "vmail:" + at("t")});
  EXPECT_EQ(list.err, "");
  const Result result = batch({write_list(list.out), "--", "--map-user=archive/example.com=kept@example.com"});
  EXPECT_EQ(result.status, status::ok) << result.out << result.err;
  EXPECT_FALSE(names_in(at("t/example.com")).empty());
}

TEST_F(BatchOfAccounts, ListsNeedSomethingToList) {
  make_source("M");
  stdfs::create_directory(at("empty"));
  EXPECT_EQ(run({"scan", "cpanel:", "--src-root", at("empty")}).status, status::no_such_store);
  EXPECT_EQ(run({"scan", at("empty")}).status, run({"scan", at("empty"), "--csv"}).status);
  EXPECT_EQ(run({"scan", at("M"), "--to", "cpanel:%u"}).status, status::usage) << "without --csv";
  EXPECT_EQ(run({"scan", at("M"), at("M"), "--csv"}).status, status::usage);
  EXPECT_EQ(run({"scan", at("empty"), "--csv", "--json"}).status, status::usage);
  EXPECT_EQ(run({"scan", at("M")}).status, status::ok) << "a store is scanned as ever";
}

class LogFiles : public Batch {};

TEST_F(LogFiles, HaveWhatIsSaidWithTheTime) {
  make_source("a");
  const std::string source = "maildir:" + at("a");
  const std::string target = "maildir:" + at("to-a");
  const Result result = run({"sync", source, target, "--log-file", at("log"), "--progress"});
  EXPECT_EQ(result.status, status::ok);
  const Result bad = run({"scan", "maildir:" + at("missing"), "--log-file", at("log")});
  EXPECT_EQ(bad.status, status::no_such_store);
  const std::string log = read_file(at("log"));
  EXPECT_EQ(control_octets_in(log), "") << "no progress line";
  std::string said;
  for (const std::string& one : lines_of(log)) {
    // "2026-11-26 16:57:08Z [26084] text"
    ASSERT_GT(one.size(), 24U);
    EXPECT_EQ(one.substr(0, 2), "20");
    EXPECT_EQ(one.substr(19, 3), "Z [");
    const std::string text = one.substr(one.find("] ") + 2);
    if (!text.starts_with("$ ")) said += text + "\n";
  }
  EXPECT_EQ(said, result.out + bad.err) << "appended, from both streams";
  EXPECT_TRUE(holds(log, "sync " + source + " " + target));
  struct stat found {};
  ASSERT_EQ(::stat(at("log").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
}

TEST_F(LogFiles, AreNeverWrittenThroughALink) {
  make_source("a");
  write_file(at("precious"), "precious\n");
  guard(at("precious"));
  stdfs::create_symlink(at("precious"), at("symlink"));
  stdfs::create_symlink(at("nothing-yet"), at("dangling"));
  stdfs::create_hard_link(at("precious"), at("hardlink"));
  make_fifo(at("fifo"));
  stdfs::create_directory(at("directory"));
  guard(at("precious"));
  for (const char* name : {"symlink", "dangling", "hardlink", "fifo", "directory", "nowhere/log"}) {
    const Result result = run({"scan", "maildir:" + at("a"), "--log-file", at(name)});
    EXPECT_NE(result.status, status::ok) << name;
    expect_one_line(result, at(name).substr(0, at(name).rfind('/')));
  }
  EXPECT_FALSE(exists(at("nothing-yet")));
}

TEST_F(LogFiles, AreForEveryCommandThatRuns) {
  make_source("a");
  const std::string store = "maildir:" + at("a");
  const std::string list = write_list(line("a"));
  for (const std::vector<std::string>& words : {std::vector<std::string>{"batch", list},
                                                {"scan", store},
                                                {"verify", store, "maildir:" + at("to-a")},
                                                {"fix", "-n", "maildir:" + at("to-a")},
                                                {"settings", "cpanel:" + at("a")}}) {
    std::vector<std::string> all = words;
    for (const char* word : {"--log-file", "LOG"}) all.emplace_back(std::string_view(word) == "LOG" ? at("log") : word);
    (void)run(all);
    EXPECT_TRUE(holds(read_file(at("log")), " " + words[0] + " ")) << words[0];
  }
}

TEST_F(LogFiles, ThatAreFullAreNoSuccess) {
  if (!exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  make_source("a");
  const Result result = run({"scan", "maildir:" + at("a"), "--log-file", "/dev/full"});
  EXPECT_NE(result.status, status::ok);
  expect_one_line(result, "it is no plain file");
}

}  // namespace
}  // namespace mailhaul::black_box
