#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

using nlohmann::json;

class Output : public CliTest {
 protected:
  void SetUp() override {
    std::vector<Mail> mails{simple_mail("one", 1'000'000'000), simple_mail("two", 1'100'000'000, 900)};
    mails[1].flags = "S";
    write_file(at("mbox"), mbox_of(mails));
    guard(at("mbox"));
    from = "mbox:" + at("mbox");
    to = "maildir:" + at("M");
  }

  /// Every line is one JSON object; the last is the summary.
  std::vector<json> objects(const Result& result) {
    std::vector<json> all;
    for (const std::string& line : lines_of(result.out)) {
      json object = json::parse(line, nullptr, false);
      EXPECT_TRUE(object.is_object() && object.contains("event")) << line;
      all.push_back(std::move(object));
    }
    if (all.empty() || all.back().at("event") != "summary") {
      ADD_FAILURE() << "no summary at the end:\n" << result.out;
      all.push_back(json{{"event", "summary"}});
    }
    EXPECT_EQ(result.err, "");
    return all;
  }
  static std::vector<json> of_kind(const std::vector<json>& all, const std::string& event) {
    std::vector<json> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const json& j) { return j.at("event") == event; });
    return some;
  }

  std::string from;
  std::string to;
};

TEST_F(Output, ItemizeGivesALineForEachChange) {
  const auto itemized = [&](const Result& result) {
    std::vector<std::string> some;
    for (const std::string& line : lines_of(result.out))
      if (line.rfind("copied ", 0) == 0 || line.rfind("flags", 0) == 0 || line.rfind("already", 0) == 0)
        some.push_back(line);
    return some;
  };
  const auto first = itemized(sync({"-i", from, to}));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(holds(first[0], "INBOX  0  "));  // an mbox message is known by its offset
  EXPECT_EQ(itemized(sync({"--itemize-changes", from, to})).size(), 0U);
}

TEST_F(Output, QuietSaysNothingUnlessSomethingIsWrong) {
  EXPECT_EQ(sync({"-q", from, to}).out, "");
  EXPECT_EQ(sync({"--quiet", from, to}).out, "");
  EXPECT_EQ(run({"verify", "-q", from, to}).out, "");
  EXPECT_EQ(run({"scan", "-q", from}).out, "");
  std::filesystem::create_symlink("../new/nothing", at("M/cur/9.x:2,"));
  const Result result = run({"sync", "-q", to, "mbox:" + at("back")});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(holds(result.err, "9.x:2,"));
  EXPECT_TRUE(holds(result.err, "Missing 1: the others, 2 source messages, are at the target.\n"));
}

TEST_F(Output, StatsTellTimeRateAndMemory) {
  const Result result = sync({"--stats", from, to});
  EXPECT_TRUE(holds(result.out, "peak memory "));
  EXPECT_TRUE(holds(result.out, " s, "));
  EXPECT_EQ(sync({from, to}).out.find("peak memory"), std::string::npos);
}

TEST_F(Output, ProgressIsDrawnIntoAPipeOnlyWhenAskedFor) {
  EXPECT_EQ(sync({from, to}).err, "");
  EXPECT_EQ(sync({"--no-progress", from, "maildir:" + at("N")}).err, "");
  for (const char* name : {"-P", "--progress"}) {
    const Result result = run({"sync", name, from, "maildir:" + at(std::string("M") + name)});
    EXPECT_EQ(result.status, status::ok);
    EXPECT_TRUE(holds(result.err, "\rfolder 1/1, "));
    EXPECT_TRUE(holds(result.err, "\x1b[K"));
    EXPECT_EQ(control_octets_in(result.out), "");
  }
  const Result both = run({"sync", "--progress", "--no-progress", from, to});
  EXPECT_EQ(both.status, status::usage);
}

TEST_F(Output, VerboseListsEveryFinding) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += postmark_of(i) + "\nno header line\n\n";
  write_file(at("odd"), text);
  const Result brief = sync({"mbox:" + at("odd"), "maildir:" + at("A")});
  const Result verbose = sync({"-v", "mbox:" + at("odd"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(brief.out, "12 x "));
  EXPECT_TRUE(holds(verbose.out, "note: "));
  EXPECT_TRUE(holds(verbose.out, "12 x "));
}

TEST_F(Output, JsonOfSyncIsALineForEachFolderAndASummary) {
  auto all = objects(sync({"--json", from, to}));
  ASSERT_EQ(of_kind(all, "folder").size(), 1U);
  const json folder = of_kind(all, "folder").front();
  EXPECT_EQ(folder.at("source"), "INBOX");
  EXPECT_EQ(folder.at("source_messages"), 2);
  EXPECT_EQ(folder.at("copied"), 2);
  EXPECT_EQ(folder.at("already_there"), 0);
  EXPECT_EQ(folder.at("stable"), true);
  EXPECT_EQ(all.back().at("command"), "sync");
  EXPECT_EQ(all.back().at("status"), 0);
  EXPECT_EQ(all.back().at("source").at("format"), "mbox");
  EXPECT_EQ(all.back().at("target").at("path"), at("M"));
  EXPECT_EQ(of_kind(all, "message").size(), 0U);

  all = objects(sync({"--json", "-i", from, "maildir:" + at("N")}));
  const auto messages = of_kind(all, "message");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].at("action"), "copied");
  EXPECT_EQ(messages[0].at("handle"), "0");
  EXPECT_TRUE(holds(messages[1].at("date").get<std::string>(), "2004-11-09"));

  all = objects(sync({"--json", from, to}));
  EXPECT_EQ(of_kind(all, "folder").front().at("already_there"), 2);
  EXPECT_TRUE(holds(all.back().at("verdict").get<std::string>(), "Nothing to copy"));
}

TEST_F(Output, JsonOfVerifyNamesWhatIsMissing) {
  fill_maildir(at("M"), {simple_mail("two", 1'100'000'000, 900)});
  const Result result = run({"verify", "--json", from, to});
  EXPECT_EQ(result.status, status::some_failed);
  const auto all = objects(result);
  ASSERT_EQ(of_kind(all, "missing").size(), 1U);
  const json missing = of_kind(all, "missing").front();
  EXPECT_EQ(missing.at("folder"), "INBOX");
  EXPECT_EQ(missing.at("message_id"), "<one@example.org>");
  EXPECT_EQ(missing.at("subject"), "one");
  EXPECT_EQ(missing.at("handle"), "0");
  EXPECT_TRUE(holds(missing.at("date").get<std::string>(), "2001-09-09"));
  EXPECT_EQ(all.back().at("status"), status::some_failed);
}

TEST_F(Output, JsonOfScanCountsFolders) {
  fill_maildir(at("M"), {simple_mail("one"), simple_mail("two")});
  fill_maildir(at("M/.Sent"), {simple_mail("three")});
  const Result result = run({"scan", "--json", at("M")});
  EXPECT_EQ(result.status, status::ok);
  const auto all = objects(result);
  ASSERT_EQ(of_kind(all, "folder").size(), 2U);
  EXPECT_EQ(of_kind(all, "folder")[0].at("messages"), 2);
  EXPECT_EQ(of_kind(all, "folder")[0].at("unseen"), 2);
  EXPECT_EQ(of_kind(all, "folder")[1].at("folder"), "Sent");
  EXPECT_EQ(all.back().at("stores")[0].at("format"), "maildir");
}

TEST_F(Output, JsonSaysWhatFailed) {
  fill_maildir(at("M"), {simple_mail("one")});
  std::filesystem::create_symlink("nothing", at("M/cur/9.x:2,"));
  const Result result = run({"sync", "--json", at("M"), "maildir:" + at("N")});
  EXPECT_EQ(result.status, status::some_failed);
  const auto all = objects(result);
  const auto messages = of_kind(all, "message");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].at("action"), "failed");
  EXPECT_TRUE(holds(messages[0].at("error").get<std::string>(), "symbolic link"));
  EXPECT_EQ(of_kind(all, "folder")[0].at("failed"), 1);
}

TEST_F(Output, JsonOfARunThatDidNotBeginIsAnErrorAndASummary) {
  const Result result = run({"sync", "--json", "mbox:" + at("nothing"), to});
  EXPECT_EQ(result.status, status::no_such_store);
  const auto all = objects(result);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("event"), "error");
  EXPECT_TRUE(holds(all[0].at("text").get<std::string>(), at("nothing")));
  EXPECT_EQ(all[1].at("status"), status::no_such_store);
}

TEST_F(Output, HelpAndVersionEndWithSuccess) {
  const Result help = run({"--help"});
  EXPECT_EQ(help.status, status::ok);
  for (const char* word : {"scan", "sync", "verify", "maildir:DIR", "mbox:FILE", "Exit status:"})
    EXPECT_TRUE(holds(help.out, word));
  const Result sync_help = run({"sync", "--help"});
  EXPECT_EQ(sync_help.status, status::ok);
  for (const char* word : {"--dry-run", "--map-folder", "--fsync", "--mbox-variant", "--chown"})
    EXPECT_TRUE(holds(sync_help.out, word));
  EXPECT_TRUE(holds(run({"--version"}).out, "mailhaul 0."));
}

}  // namespace
}  // namespace mailhaul::black_box
