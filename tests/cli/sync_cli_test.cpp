#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class SyncCli : public CliTest {
 protected:
  /// Five messages: every flag, a keyword, one nobody has seen, two with the same octets.
  static std::vector<Mail> five_messages() {
    std::vector<Mail> mails{simple_mail("one", 1'000'000'000), simple_mail("two", 1'100'000'000),
                            simple_mail("three", 1'200'000'000), simple_mail("four", 1'300'000'000),
                            simple_mail("four", 1'300'000'000)};
    mails[0].fresh = true;
    mails[1].flags = "S";
    mails[2].flags = "DFRST";
    mails[2].keywords = {"$Junk", "work"};
    return mails;
  }

  static std::vector<std::string> messages_below(const std::string& directory) {
    std::vector<std::string> names;
    for (const Entry& entry : snapshot(directory))
      if (entry.kind == 'f' && entry.path.find("maildirfolder") == std::string::npos) names.push_back(entry.path);
    return names;
  }
};

TEST_F(SyncCli, CopiesAnMboxIntoANewMaildir) {
  const auto mails = five_messages();
  write_file(at("inbox"), mbox_of(mails));
  guard(at("inbox"));
  const Result result = sync({"mbox:" + at("inbox"), "maildir:" + at("Maildir")});
  EXPECT_EQ(difference(mails, read_maildir(at("Maildir")), As::exact), "");
  EXPECT_EQ(names_in(at("Maildir") + "/tmp").size(), 0U);
  EXPECT_EQ(names_in(at("Maildir") + "/new").size(), 1U);
  EXPECT_TRUE(holds(result.out, "From mbox:" + at("inbox")));
  EXPECT_TRUE(holds(result.out, "To   maildir:" + at("Maildir")));
  EXPECT_TRUE(holds(result.out, "\nCopied 5 ("));
  EXPECT_TRUE(holds(result.out, "All 5 source messages are at the target.\n"));
  expect_settled("mbox:" + at("inbox"), "maildir:" + at("Maildir"));
}

TEST_F(SyncCli, CopiesAMaildirIntoANewMbox) {
  const auto mails = five_messages();
  fill_maildir(at("Maildir"), mails);
  guard(at("Maildir"));
  const Result result = sync({"maildir:" + at("Maildir"), "mbox:" + at("inbox")});
  EXPECT_EQ(difference(mails, read_mbox(at("inbox")), As::kept_by_mbox), "");
  EXPECT_TRUE(holds(result.out, "All 5 source messages are at the target.\n"));
  EXPECT_FALSE(exists(at("inbox.lock")));
  expect_settled("maildir:" + at("Maildir"), "mbox:" + at("inbox"));
}

TEST_F(SyncCli, CopiesAMaildirOctetForOctetWithItsFolders) {
  auto mails = five_messages();
  mails[3].octets = "Status: RO\r\nContent-Length: 3\r\n\r\nFrom here\r\n>From there\r\nno line end";
  mails[1].flags = "PS";
  fill_maildir(at("A"), mails);
  fill_maildir(at("A/.Sent"), {simple_mail("sent")});
  fill_maildir(at("A/.Work.2024.Gr&APw-n"), {simple_mail("green")});
  make_maildir(at("A/.Empty"));
  guard(at("A"));
  const Result result = sync({"maildir:" + at("A"), "maildir:" + at("B")});
  for (const char* folder : {"", "/.Sent", "/.Work.2024.Gr&APw-n"})
    EXPECT_EQ(difference(read_maildir(at("A") + folder), read_maildir(at("B") + folder), As::exact), "") << folder;
  EXPECT_TRUE(exists(at("B/.Empty/cur")));
  EXPECT_TRUE(exists(at("B/.Sent/maildirfolder")));
  EXPECT_TRUE(holds(result.out, "Work/2024/Gr\xc3\xbcn"));
  EXPECT_TRUE(holds(result.out, "All 7 source messages are at the target.\n"));
  // Base names are kept, so UIDs can be.
  EXPECT_EQ(messages_below(at("B")), messages_below(at("A")));
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
}

TEST_F(SyncCli, ReadsWhatIsLeftOfAMaildirThatLostDirectories) {
  // rsync -m and backups of files alone leave out what is empty; a restore may be half done.
  const std::vector<std::vector<std::string>> losses{
      {"cur"}, {"new"}, {"tmp"}, {"cur", "new"}, {"cur", "tmp"}, {"new", "tmp"}, {"cur", "new", "tmp"}};
  int number = 0;
  for (const auto& lost : losses)
    for (const std::string folder : {"", "/.Sent"}) {
      const std::string source = at("A" + std::to_string(++number));
      const std::string target = "maildir:" + at("B" + std::to_string(number));
      std::vector<Mail> mails{simple_mail("seen"), simple_mail("fresh")};
      mails[1].fresh = true;
      fill_maildir(source, mails);
      fill_maildir(source + "/.Sent", mails);
      write_file(source + "/.Sent/maildirfolder", "");
      for (const std::string& name : lost) std::filesystem::remove_all(source + folder + "/" + name);
      std::vector<std::string> left;
      for (const std::string& path : messages_below(source)) left.push_back(path);
      const Result result = run({"sync", source, target});
      EXPECT_EQ(result.status, status::ok) << result.err;
      EXPECT_EQ(messages_below(at("B" + std::to_string(number))), left);
      EXPECT_EQ(run({"verify", source, target}).status, status::ok);
    }
}

TEST_F(SyncCli, WhatLayInALostDirectoryIsNotTakenForDeleted) {
  std::vector<Mail> mails;
  for (int i = 0; i < 30; ++i) mails.push_back(simple_mail("fresh " + std::to_string(i), 1'000'000'000 + i));
  for (Mail& mail : mails) mail.fresh = true;
  mails.push_back(simple_mail("seen"));
  fill_maildir(at("A"), mails);
  ASSERT_EQ(run({"sync", at("A"), "maildir:" + at("B")}).status, status::ok);
  ASSERT_EQ(names_in(at("B/cur")).size(), 1U);
  std::filesystem::remove_all(at("A/cur"));
  for (const char* const run_of : {"the first", "one that could find all as the last one left it"}) {
    const Result result = run({"sync", "--delete", at("A"), "maildir:" + at("B")});
    EXPECT_EQ(result.status, status::ok) << run_of << result.err;
    EXPECT_EQ(names_in(at("B/cur")).size(), 1U) << run_of;
  }
  // The same with the directory there is somebody's wish.
  std::filesystem::create_directory(at("A/cur"));
  EXPECT_EQ(run({"sync", "--delete", at("A"), "maildir:" + at("B")}).status, status::ok);
  EXPECT_EQ(names_in(at("B/cur")).size(), 0U);
}

TEST_F(SyncCli, WhatMovedIntoALostDirectoryIsNotTakenForDeleted) {
  fill_maildir(at("A"), {simple_mail("stays")});
  fill_maildir(at("A/.From"), {simple_mail("stays here"), simple_mail("moves")});
  fill_maildir(at("A/.To"), {simple_mail("seen")});
  ASSERT_EQ(run({"sync", at("A"), "maildir:" + at("B")}).status, status::ok);
  const std::string moving = names_in(at("A/.From/cur")).back();
  std::filesystem::rename(at("A/.From/cur/") + moving, at("A/.To/new/") + moving.substr(0, moving.find(':')));
  std::filesystem::remove_all(at("A/.To/new"));
  const Result result = run({"sync", "-v", "--delete", at("A"), "maildir:" + at("B")});
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_EQ(names_in(at("B/.From/cur")).size(), 2U);
  EXPECT_TRUE(holds(result.out + result.err, "this folder of the source was not seen whole")) << result.out;
}

TEST_F(SyncCli, ThatNothingIsRemovedForALostDirectoryIsSaid) {
  fill_maildir(at("A"), {simple_mail("stays"), simple_mail("goes")});
  std::filesystem::remove_all(at("A/new"));
  ASSERT_EQ(run({"sync", at("A"), "maildir:" + at("B")}).status, status::ok);
  std::filesystem::remove(at("A/cur/") + names_in(at("A/cur")).back());
  const Result result = run({"sync", "-v", "--delete", at("A"), "maildir:" + at("B")});
  EXPECT_EQ(names_in(at("B/cur")).size(), 2U);
  EXPECT_TRUE(holds(result.out + result.err, "this folder of the source has no cur or no new")) << result.out;
}

TEST_F(SyncCli, CopiesAnMboxIntoAnMbox) {
  const auto mails = five_messages();
  write_file(at("a"), mbox_of(mails));
  guard(at("a"));
  sync({"mbox:" + at("a"), "mbox:" + at("b")});
  EXPECT_EQ(difference(mails, read_mbox(at("b")), As::kept_by_mbox), "");
  expect_settled("mbox:" + at("a"), "mbox:" + at("b"));
}

TEST_F(SyncCli, AddsWhatIsNewAndLeavesWhatIsThere) {
  const auto mails = five_messages();
  const auto own = simple_mail("delivered at the target", 1'400'000'000);
  write_file(at("inbox"), mbox_of({mails[0], mails[1]}));
  sync({"mbox:" + at("inbox"), "maildir:" + at("M")});
  const std::string delivered = at("M") + "/new/1400000000.M1P1.mx";
  write_file(delivered, own.octets);
  write_file(at("inbox"), mbox_of(mails));
  const Result result = sync({"mbox:" + at("inbox"), "maildir:" + at("M")});
  EXPECT_TRUE(holds(result.out, "\nCopied 3 ("));
  EXPECT_TRUE(holds(result.out, "already there 2,"));
  auto wanted = mails;
  wanted.push_back(own);
  wanted.back().date = modified(delivered);
  wanted.back().fresh = true;
  EXPECT_EQ(difference(wanted, read_maildir(at("M")), As::exact), "");
}

TEST_F(SyncCli, AppendsToAnMboxThatHasMail) {
  const auto mails = five_messages();
  // Without a line end at its end: the next postmark must not be glued to the last message.
  std::string there = mbox_of({simple_mail("already there", 900'000'000)});
  while (there.back() == '\n') there.pop_back();
  write_file(at("inbox"), there);
  fill_maildir(at("M"), mails);
  sync({"maildir:" + at("M"), "mbox:" + at("inbox")});
  EXPECT_EQ(read_file(at("inbox")).compare(0, there.size(), there), 0) << "what was there is not touched";
  auto wanted = mails;
  wanted.push_back(simple_mail("already there", 900'000'000));
  EXPECT_EQ(difference(wanted, read_mbox(at("inbox")), As::kept_by_mbox), "");
  expect_settled("maildir:" + at("M"), "mbox:" + at("inbox"));
}

TEST_F(SyncCli, BringsFlagsUpToDateWithoutTakingAnyAwayThatItNeverGave) {
  auto mails = five_messages();
  fill_maildir(at("A"), mails);
  sync({"maildir:" + at("A"), "maildir:" + at("B")});
  const std::string one = at("A/cur/1100000000.M2P1.host:2,");
  std::filesystem::rename(one + "S", one + "FR");
  forget_runs();
  const Result result = sync({"maildir:" + at("A"), "maildir:" + at("B")});
  EXPECT_TRUE(holds(result.out, "flags changed 1,"));
  EXPECT_TRUE(exists(at("B/cur/1100000000.M2P1.host:2,FRS")));
  EXPECT_EQ(read_maildir(at("B")).size(), 5U);
  expect_settled("maildir:" + at("A"), "maildir:" + at("B"));
}

TEST_F(SyncCli, FindsOutTheFormatOfWhatIsThere) {
  write_file(at("inbox"), mbox_of(five_messages()));
  make_maildir(at("M"));
  const Result result = sync({at("inbox"), at("M")});
  EXPECT_TRUE(
      holds(result.out, "From mbox:" + at("inbox") + "  (the first line is a postmark: From alice@example.org"));
  EXPECT_TRUE(holds(result.out, "To   maildir:" + at("M")));
  EXPECT_EQ(read_maildir(at("M")).size(), 5U);
  sync({at("M"), "mbox:" + at("other")});
  const Result back = sync({at("M") + "/", at("other")});
  EXPECT_TRUE(holds(back.out, "Nothing to copy: all 5 source messages are at the target."));
}

TEST_F(SyncCli, DryRunSaysWhatItWouldDoAndChangesNothing) {
  write_file(at("inbox"), mbox_of(five_messages()));
  make_maildir(at("M"));
  write_file(at("M/cur/1.a:2,S"), five_messages()[1].octets);
  guard_but_for_atimes(at(""));  // everything: the target too
  guard(at("inbox"));
  for (const char* name : {"-n", "--dry-run", "--dry"}) {
    const Result result = sync({name, "mbox:" + at("inbox"), "maildir:" + at("new")});
    EXPECT_TRUE(
        holds(result.out, "Dry run, nothing was changed: 5 messages would be copied, 0 already at the target."));
  }
  const Result result = sync({"-n", "-i", "mbox:" + at("inbox"), "maildir:" + at("M")});
  EXPECT_TRUE(holds(result.out, "Dry run, nothing was changed: 4 messages would be copied, 1 already at the target."));
  const auto lines = lines_of(result.out);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.rfind("copied ", 0) == 0; }),
            4);
  sync({"-n", at("M"), "mbox:" + at("nothing-yet")});
}

TEST_F(SyncCli, AnEmptyMboxAndAnEmptyMaildirAreStores) {
  write_file(at("empty"), "");
  make_maildir(at("M"));
  sync({"mbox:" + at("empty"), "maildir:" + at("A")});
  EXPECT_TRUE(exists(at("A/cur")));
  const Result result = sync({"maildir:" + at("M"), "mbox:" + at("B")});
  EXPECT_TRUE(exists(at("B")));
  EXPECT_EQ(read_file(at("B")), "");
  EXPECT_TRUE(holds(result.out, "Nothing to copy: all 0 source messages are at the target."));
  expect_settled("mbox:" + at("empty"), "maildir:" + at("A"));
}

TEST_F(SyncCli, VerifyListsWhatIsMissingWithAllThatOneNeedsToFindIt) {
  const auto mails = five_messages();
  write_file(at("inbox"), mbox_of(mails));
  fill_maildir(at("M"), {mails[0], mails[1], mails[3]});
  guard_but_for_atimes(at(""));
  const Result result = run({"verify", "mbox:" + at("inbox"), "maildir:" + at("M")});
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.err, "Missing 2:\n"));
  EXPECT_TRUE(holds(result.err, "INBOX  2008-01-10"));
  EXPECT_TRUE(holds(result.err, "<three@example.org>  \"three\""));
  EXPECT_TRUE(holds(result.err, "<four@example.org>  \"four\"")) << "one of two equal messages (H5)";
  EXPECT_TRUE(holds(result.err, "Missing 2 of 5 source messages.\n"));
  const Result other = run({"verify", "maildir:" + at("M"), "mbox:" + at("inbox")});
  EXPECT_EQ(other.status, status::ok) << "more at the target is no fault: " << other.err;
  EXPECT_TRUE(holds(other.out, "All 3 source messages are at the target.\n"));
}

TEST_F(SyncCli, ScanCountsOneStoreAndComparesTwo) {
  const auto mails = five_messages();
  fill_maildir(at("M"), mails);
  fill_maildir(at("M/.Sent"), {simple_mail("sent")});
  write_file(at("inbox"), mbox_of(mails));
  guard(at(""));
  const Result one = run({"scan", at("M")});
  EXPECT_EQ(one.status, status::ok) << one.err;
  EXPECT_TRUE(holds(one.out, "maildir:" + at("M") + "  (a directory with cur and new)"));
  const auto lines = lines_of(one.out);
  const auto row = [&](std::string_view folder) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.rfind(folder, 0) == 0; });
    return found == lines.end() ? std::string("no such row") : *found;
  };
  EXPECT_TRUE(holds(row("INBOX"), "  5  "));
  EXPECT_TRUE(holds(row("Sent"), "  1  "));
  EXPECT_TRUE(holds(row("All"), "  6  "));
  const Result two = run({"scan", at("inbox"), at("M")});
  EXPECT_EQ(two.status, status::ok) << two.err;
  EXPECT_TRUE(holds(two.out, "Difference"));
  EXPECT_TRUE(holds(two.out, "+1"));
}

}  // namespace
}  // namespace mailhaul::black_box
