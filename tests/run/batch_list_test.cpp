#include "mailhaul/run/batch_list.hpp"

#include <gtest/gtest.h>

#include "mailhaul/run/batch_report.hpp"

namespace mailhaul::run {
namespace {

using namespace std::string_literals;
using Words = std::vector<std::string>;

/// What the Error of reading it says; empty: it was read.
template <typename Read>
std::string refusal(Read read) {
  try {
    (void)read();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::usage);
    return error.what();
  }
  return "";
}

std::string refusal_of_list(const std::string& text) {
  return refusal([&] { return parse_list(text, "list.csv"); });
}

TEST(BatchList, HasAPairALine) {
  const auto pairs = parse_list("maildir:/a;maildir:/b\nmbox:/c;maildir:/d;--delete -j 2\n", "list.csv");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].source, "maildir:/a");
  EXPECT_EQ(pairs[0].target, "maildir:/b");
  EXPECT_TRUE(pairs[0].options.empty());
  EXPECT_EQ(pairs[1].place, "list.csv:2");
  EXPECT_EQ(pairs[1].options, (Words{"--delete", "-j", "2"}));
}

TEST(BatchList, PassesOverCommentsEmptyLinesAndAHeader) {
  const auto pairs = parse_list(
      "\xef\xbb\xbf# made by \"me\";\"you\" x\r\n\r\n Source ; TARGET ;options\r\n/a;/b\r\n  # x\r\n/c;/d", "l");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].source, "/a");
  EXPECT_EQ(pairs[0].place, "l:4");
  EXPECT_EQ(pairs[1].target, "/d");
}

TEST(BatchList, AHeaderIsOneOnlyAtTheTop) { EXPECT_EQ(parse_list("/a;/b\nsource;target\n", "l").size(), 2U); }

TEST(BatchList, QuotedCellsHoldSeparatorsAndQuotes) {
  const auto pairs = parse_list("\"/a;1\";\"/b \"\"x\"\"\";\"--exclude 'a;b' --include \"\"Sent Items\"\"\"\n", "l");
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].source, "/a;1");
  EXPECT_EQ(pairs[0].target, "/b \"x\"");
  EXPECT_EQ(pairs[0].options, (Words{"--exclude", "a;b", "--include", "Sent Items"}));
}

TEST(BatchList, OptionsAreWordsOfAShellThatExpandsNothing) {
  const auto pairs = parse_list("/a ; /b ; --include \"Sent Items\" --exclude '$HOME' `id` $(id)\n", "l");
  EXPECT_EQ(pairs.at(0).source, "/a");
  EXPECT_EQ(pairs.at(0).target, "/b");
  EXPECT_EQ(pairs.at(0).options, (Words{"--include", "Sent Items", "--exclude", "$HOME", "`id`", "$(id)"}));
}

struct Bad {
  std::string text;
  std::string says;
};

TEST(BatchList, SaysWhichLineIsWrongAndWhy) {
  const std::vector<Bad> rows{
      {"", "list.csv: there is no pair in it"},
      {"# only\n\nsource;target\n", "there is no pair in it"},
      {"/a;/b\n/c\n", "list.csv:2: there is no ';' in it"},
      {"/a,/b\n", "list.csv:1: there is no ';'"},
      {"/a;/b;;\n", "it has 4 cells"},
      {"/a;/b;0;verdict;1;2;3\n", "--retry-failed"},
      {";/b\n", "the source is empty"},
      {"/a; \n", "the target is empty"},
      {"--delete;/b\n", "the source would be read as an option"},
      {"/a;-x\n", "the target would be read as an option"},
      {"/a; \"/b\"\n", "a blank before the quote of the target"},
      {"\"/a;/b\n/c;/d\n", "list.csv:1: a quote is never closed"},
      {"/a;\"/b\"c\n", "text behind a closing quote"},
      {"/a;/b;'--delete\n", "a quote of its options is not closed"},
      {"/a;/b;--delete\\\n", "their last octet is a backslash"},
      {"/a\x1b[2J;/b\n", "the source holds a control octet"},
      {"/a;/b\rc\n", "the target holds a control octet"},
      {"/a\0x;/b\n"s, "the source holds a control octet"},
      {"/a;/b;--include 'x\x07'\n", "an option holds a control octet"},
      {"/a;/b\xff\n", "it is not UTF-8"},
      {"\xff\xfe/\0a\0;\0/\0b\0"s, "it is not UTF-8"},
  };
  for (const Bad& row : rows) {
    const std::string said = refusal_of_list(row.text);
    EXPECT_NE(said.find(row.says), std::string::npos) << row.text << "\n" << said;
  }
}

/// Lanes of pairs that go to these targets.
class Lanes : public testing::Test {
 protected:
  void add(const std::string& source, const std::string& target, const std::string& mailbox = "") {
    const std::string place = "l:" + std::to_string(listed.size() + 1);
    listed.push_back({place, source, target, {}});
    targets.push_back({parse_location(target), mailbox});
    pairs.push_back({source, target, {}, ""});
  }
  void give() { give_lanes(listed, targets, "/work", pairs); }
  std::vector<ListedPair> listed{};
  std::vector<PairTarget> targets{};
  std::vector<BatchPair> pairs{};
};

TEST_F(Lanes, OneTargetTwiceIsRefusedHoweverItIsSpelled) {
  for (const char* spelled : {"maildir:/x/b", "maildir:/x/b/", "/x/b", "maildir:/x/./b", "maildir:../x/b"}) {
    listed.clear(), targets.clear(), pairs.clear();
    add("/a", "maildir:/x/b");
    add("/c", spelled);
    const std::string said = refusal([this] { return give(), 0; });
    EXPECT_NE(said.find("l:2: it has the same target as l:1"), std::string::npos) << spelled << said;
  }
}

TEST_F(Lanes, OthersHaveTheirOwn) {
  add("/a", "maildir:/x/a");
  add("/a", "maildir:/x/b");
  add("cpanel:al", "cpanel:al");
  add("cpanel:bob", "cpanel:bob");
  give();
  for (std::size_t i = 1; i < pairs.size(); ++i) EXPECT_NE(pairs[i].lane, pairs[i - 1].lane);
}

TEST_F(Lanes, AccountsOfOneVmailTreeShareALane) {
  add("cpanel:al", "vmail:/srv/vmail");
  add("cpanel:bob", "vmail:/srv/vmail");
  give();
  EXPECT_EQ(pairs[0].lane, pairs[1].lane);
  add("cpanel:bob", "vmail:/srv/vmail");
  EXPECT_NE(refusal([this] { return give(), 0; }), "");
}

TEST_F(Lanes, MailboxesOfOneAccountShareALane) {
  add("/al", "cpanel:x", "al@one.example");
  add("/bob", "cpanel:x", "bob@one.example");
  give();
  EXPECT_EQ(pairs[0].lane, pairs[1].lane);
  add("/sal", "cpanel:x", "bob@one.example");
  EXPECT_NE(refusal([this] { return give(), 0; }), "");
}

TEST_F(Lanes, AUserOfAnotherRootIsAnotherTarget) {
  add("/a", "cpanel:x");
  add("/b", "cpanel:x");
  targets[1].location.server_root = "/mnt/new";
  give();
  EXPECT_NE(pairs[0].lane, pairs[1].lane);
}

PairResult result(ExitStatus status, const std::string& reason = "") {
  PairResult made;
  made.status = status;
  made.verdict = "Said: \"x\"; y";
  made.reason = reason;
  made.copied = 12345;
  made.failed = 7;
  made.took = std::chrono::milliseconds{65'400};
  return made;
}

TEST(BatchReportFile, IsReadAsItWasWritten) {
  const BatchPair first{"/a;1", "maildir:/b \"c\"", {"--include", "Sent Items"}, ""};
  const BatchPair second{"#x", "/d", {}, ""};
  const std::vector<ReportRow> rows{row_of(first, result(ExitStatus::some_failed, "line\nend\x1b[2J")),
                                    row_of(second, {})};
  const std::string text = to_csv(rows);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  const auto read = parse_report(text, "r.csv");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].line, 2U);
  EXPECT_EQ(read[0].source, first.source);
  EXPECT_EQ(read[0].target, first.target);
  EXPECT_EQ(read[0].options, first.options);
  EXPECT_EQ(read[0].status, 23);
  EXPECT_EQ(read[0].verdict, "Said: \"x\"; y");
  EXPECT_EQ(read[0].copied, 12345U);
  EXPECT_EQ(read[0].failed, 7U);
  EXPECT_EQ(read[0].took, std::chrono::milliseconds{65'400});
  EXPECT_EQ(read[0].reason, "line\\x0aend\\x1b[2J");
  EXPECT_EQ(read[1].source, "#x");
  EXPECT_EQ(read[1].status, 20);
  EXPECT_EQ(to_csv(read), text) << "what is not run again stays as it is";
}

TEST(BatchReportFile, ThoseThatAreDoneAreNotRunAgain) {
  for (const auto& [status, again] : {std::pair{ExitStatus::ok, false}, std::pair{ExitStatus::settings_missing, false},
                                      std::pair{ExitStatus::run_again, true}, std::pair{ExitStatus::stopped, true},
                                      std::pair{ExitStatus::no_such_store, true}})
    EXPECT_EQ(is_to_be_retried(row_of({}, result(status))), again) << static_cast<int>(status);
}

TEST(BatchReportFile, WhatIsNoReportIsRefusedWithItsLine) {
  const std::string head = report_header();
  const std::vector<Bad> rows{
      {"", "r.csv: its first line is not that of a report"},
      {"/a;/b\n", "its first line is not"},
      {head + "/a;/b\n", "r.csv:2: it has 2 cells and not 9"},
      {head + "/a;/b;;x;;0;0;0.0;\n", "no numbers"},
      {head + "/a;/b;;0;;-1;0;0.0;\n", "no numbers"},
      {head + "/a;/b;;0;;0;0;nan;\n", "no numbers"},
      {head + "/a;/b;;0;;0;0;1e300;\n", "no numbers"},
      {head + "/a;;;0;;0;0;0.0;\n", "r.csv:2: the target is empty"},
      {head + "/a;/b;'x;0;;0;0;0.0;\n", "a quote of its options is not closed"},
      {head + "/a;/b;\"x;0;;0;0;0.0;\n", "r.csv:2: a quote is never closed"},
  };
  for (const Bad& row : rows) {
    const std::string said = refusal([&row] { return parse_report(row.text, "r.csv"); });
    EXPECT_NE(said.find(row.says), std::string::npos) << row.text << "\n" << said;
  }
}

}  // namespace
}  // namespace mailhaul::run
