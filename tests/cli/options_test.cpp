#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

class Options : public CliTest {
 protected:
  void make_tree() {
    fill_maildir(at("M"), {simple_mail("inbox")});
    fill_maildir(at("M/.Work"), {simple_mail("work")});
    fill_maildir(at("M/.Work.2024"), {simple_mail("year")});
    fill_maildir(at("M/.Spam"), {simple_mail("spam")});
    guard(at("M"));
  }
  static std::int64_t days_ago(int days) {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
               .count() -
           std::int64_t{days} * 86'400;
  }
  /// Subjects in a folder, sorted.
  static std::vector<std::string> subjects(const std::string& directory) {
    std::vector<std::string> found;
    for (const Mail& mail : read_maildir(directory)) {
      const std::size_t begin = mail.octets.find("Subject: ") + 9;
      found.push_back(mail.octets.substr(begin, mail.octets.find('\n', begin) - begin));
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  using Subjects = std::vector<std::string>;
};

TEST_F(Options, IncludeAndExcludeChooseFoldersByGlob) {
  make_tree();
  sync({"--include", "Work*", at("M"), "maildir:" + at("A")});
  EXPECT_EQ(subjects(at("A/.Work")), Subjects{"work"});
  EXPECT_EQ(subjects(at("A/.Work.2024")), Subjects{"year"});
  EXPECT_EQ(subjects(at("A")), Subjects{});
  EXPECT_FALSE(exists(at("A/.Spam")));

  sync({"--exclude", "Spam", "--exclude", "Work/%", at("M"), "maildir:" + at("B")});
  EXPECT_EQ(subjects(at("B")), Subjects{"inbox"});
  EXPECT_EQ(subjects(at("B/.Work")), Subjects{"work"});
  EXPECT_FALSE(exists(at("B/.Work.2024")));
  EXPECT_FALSE(exists(at("B/.Spam")));

  sync({"--include=inbox", at("M"), "mbox:" + at("C")});
  EXPECT_EQ(read_mbox(at("C")).size(), 1U);
}

TEST_F(Options, MapFolderRenamesAndJoinsFolders) {
  make_tree();
  sync({"--map-folder", "Work=Office", "--map-folder", "Spam=Junk", at("M"), "maildir:" + at("A")});
  EXPECT_EQ(subjects(at("A/.Office")), Subjects{"work"});
  EXPECT_EQ(subjects(at("A/.Office.2024")), Subjects{"year"});
  EXPECT_EQ(subjects(at("A/.Junk")), Subjects{"spam"});
  EXPECT_FALSE(exists(at("A/.Work")));

  sync({"--map-folder=*=INBOX", at("M"), "mbox:" + at("B")});
  EXPECT_EQ(read_mbox(at("B")).size(), 4U);
  expect_settled("maildir:" + at("M"), "mbox:" + at("B"), {"--map-folder=*=INBOX"});
}

TEST_F(Options, SizeLeavesOutWhatIsSmallerOrLarger) {
  fill_maildir(at("M"),
               {simple_mail("small", 1, 10), simple_mail("middle", 2, 5'000), simple_mail("large", 3, 100'000)});
  write_file(at("mbox"),
             mbox_of({simple_mail("small", 1, 10), simple_mail("middle", 2, 5'000), simple_mail("large", 3, 100'000)}));
  guard(at("M"));
  for (const std::string source : {"M", "mbox"}) {
    SCOPED_TRACE(source);
    Result result = sync({"--min-size=4K", at(source), "maildir:" + at("A-" + source)});
    EXPECT_EQ(subjects(at("A-" + source)), (Subjects{"large", "middle"}));
    EXPECT_TRUE(holds(result.out, "All 2 selected source messages are at the target. 1 left out by your filters."));
    sync({"--max-size", "50000", at(source), "maildir:" + at("B-" + source)});
    EXPECT_EQ(subjects(at("B-" + source)), (Subjects{"middle", "small"}));
    sync({"--min-size=1K", "--max-size=10K", at(source), "maildir:" + at("C-" + source)});
    EXPECT_EQ(subjects(at("C-" + source)), Subjects{"middle"});
    // Into a folder that has mail already, so by the other way.
    result = sync({"--max-size=1K", at(source), "maildir:" + at("C-" + source)});
    EXPECT_EQ(subjects(at("C-" + source)), (Subjects{"middle", "small"}));
    const Result proof = run({"verify", "--max-size=10K", at(source), "maildir:" + at("C-" + source)});
    EXPECT_EQ(proof.status, status::ok) << proof.err;
    EXPECT_EQ(run({"verify", at(source), "maildir:" + at("C-" + source)}).status, status::some_failed);
  }
}

TEST_F(Options, AgeLeavesOutWhatIsNewerOrOlder) {
  const std::vector<Mail> mails{simple_mail("new", days_ago(1)), simple_mail("month", days_ago(30)),
                                simple_mail("old", days_ago(800))};
  fill_maildir(at("M"), mails);
  write_file(at("mbox"), mbox_of(mails));
  guard(at("M"));
  for (const std::string source : {"M", "mbox"}) {
    SCOPED_TRACE(source);
    sync({"--min-age=7d", at(source), "maildir:" + at("A-" + source)});
    EXPECT_EQ(subjects(at("A-" + source)), (Subjects{"month", "old"}));
    sync({"--max-age", "1y", at(source), "maildir:" + at("B-" + source)});
    EXPECT_EQ(subjects(at("B-" + source)), (Subjects{"month", "new"}));
    sync({"--min-age=48h", "--max-age=60", at(source), "maildir:" + at("C-" + source)});
    EXPECT_EQ(subjects(at("C-" + source)), Subjects{"month"});
  }
}

TEST_F(Options, ChmodSetsTheModesOfWhatIsMade) {
  fill_maildir(at("M"), {simple_mail("one")});
  fill_maildir(at("M/.Sub"), {simple_mail("two")});
  std::filesystem::permissions(at("M/cur"), std::filesystem::perms::all);
  sync({"--chmod", "D750,F640", at("M"), "maildir:" + at("A")});
  for (const Entry& entry : snapshot(at("A"))) EXPECT_EQ(entry.mode, entry.kind == 'd' ? 0750U : 0640U) << entry.path;
  sync({at("M"), "maildir:" + at("B")});
  for (const Entry& entry : snapshot(at("B"))) EXPECT_EQ(entry.mode, entry.kind == 'd' ? 0700U : 0600U) << entry.path;
  sync({"--chmod=F604", "--include=INBOX", at("M"), "mbox:" + at("C")});
  EXPECT_EQ(snapshot(at("C")).front().mode, 0604U);
}

TEST_F(Options, FsyncTakesEachOfItsValues) {
  write_file(at("mbox"), mbox_of({simple_mail("one"), simple_mail("two")}));
  for (const std::string value : {"batch", "each", "none"}) {
    const Result maildir = sync({"--fsync=" + value, at("mbox"), "maildir:" + at("M-" + value)});
    const Result mbox = sync({"--fsync", value, at("M-" + value), "mbox:" + at("b-" + value)});
    EXPECT_EQ(read_mbox(at("b-" + value)).size(), 2U);
    EXPECT_EQ(maildir.out.find("a power cut now may lose") != std::string::npos, value == "none") << maildir.out;
  }
}

TEST_F(Options, MboxVariantSaysHowFromLinesAreWritten) {
  Mail mail = simple_mail("quoting");
  mail.octets += "\nFrom the start\n>From quoted\n>>From twice\nFrom a@b Thu Nov 29 22:33:52 2001\nend\n";
  fill_maildir(at("M"), {mail, simple_mail("second")});
  guard(at("M"));
  struct Case {
    const char* name;
    const char* lines;
    bool length;
    Quoting quoting;
  };
  const std::vector<Case> cases{
      {"rd", "\n>From the start\n>>From quoted\n>>>From twice\n>From a@b Thu", false, Quoting::rd},
      {"o", "\n>From the start\n>From quoted\n>>From twice\n>From a@b Thu", false, Quoting::o},
      {"cl", "\n>From the start\n>From quoted\n>>From twice\n>From a@b Thu", true, Quoting::o},
      {"cl2", "\nFrom the start\n>From quoted\n>>From twice\nFrom a@b Thu", true, Quoting::none},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    sync({"--mbox-variant", one.name, at("M"), "mbox:" + at(one.name)});
    const std::string text = read_file(at(one.name));
    EXPECT_TRUE(holds(text, one.lines));
    EXPECT_EQ(text.find("\nContent-Length: ") != std::string::npos, one.length);
    EXPECT_EQ(read_mbox(at(one.name), one.quoting).size(), 2U);
    // However it was written, it is the same mail (folding).
    const Result proof = run({"verify", at("M"), "mbox:" + at(one.name)});
    EXPECT_EQ(proof.status, status::ok) << proof.err;
  }
  sync({at("M"), "mbox:" + at("default")});
  EXPECT_EQ(read_file(at("default")), read_file(at("rd")));
}

TEST_F(Options, FromQuotingSaysHowFromLinesAreRead) {
  const std::string header = "Subject: x\n\nfirst\n";
  const auto plain = [&](const std::string& lines) { return header + lines + "end\n"; };
  const std::string postmark = postmark_of(1'000'000'000) + "\n";
  write_file(at("mbox"), postmark + plain(">From one\n>>From two\n") + "\n");
  const std::string body = "first\n>From one\n>>From two\nend\n";
  write_file(at("cl2"), postmark + "Subject: x\nContent-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n");
  guard(at("mbox"));
  const auto read = [&](const std::string& source, const std::vector<std::string>& options) {
    static int count = 0;
    const std::string target = at("M" + std::to_string(++count));
    std::vector<std::string> arguments = options;
    arguments.insert(arguments.end(), {"mbox:" + at(source), "maildir:" + target});
    const Result result = sync(arguments);
    return read_maildir(target).front().octets + (holds(result.out, "2 x ") ? "2 lines told" : "");
  };
  EXPECT_EQ(read("mbox", {}), plain("From one\n>From two\n") + "2 lines told");
  EXPECT_EQ(read("mbox", {"--from-quoting=rd"}), plain("From one\n>From two\n") + "2 lines told");
  EXPECT_EQ(read("mbox", {"--from-quoting=o"}), plain("From one\n>>From two\n"));
  EXPECT_EQ(read("mbox", {"--from-quoting=none"}), plain(">From one\n>>From two\n"));
  EXPECT_EQ(read("cl2", {}), plain(">From one\n>>From two\n")) << "its Content-Length holds: nothing was quoted";
  EXPECT_EQ(read("cl2", {"--from-quoting=rd"}), plain("From one\n>From two\n") + "2 lines told");
}

TEST_F(Options, StateAndJobsAreAccepted) {
  fill_maildir(at("M"), {simple_mail("one")});
  for (int i = 0; i < 6; ++i) fill_maildir(at("M/.F" + std::to_string(i)), {simple_mail("f")});
  guard(at("M"));
  std::filesystem::create_directory(at("state"));
  sync({"--state", at("state"), "-j", "3", at("M"), "maildir:" + at("A")});
  const auto locks = names_in(at("state"));  // of that target and of the directories above it
  EXPECT_GE(locks.size(), 2U);
  for (const std::string& lock : locks) EXPECT_TRUE(lock.rfind("run-", 0) == 0U || lock.ends_with(".ledger")) << lock;
  sync({"--jobs=1", at("M"), "maildir:" + at("B")});
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(read_maildir(at("A/.F" + std::to_string(i))).size(), 1U);
    EXPECT_EQ(read_maildir(at("B/.F" + std::to_string(i))).size(), 1U);
  }
}

TEST_F(Options, HabitsOfRsyncAreTakenOrRefusedWithTheReason) {
  fill_maildir(at("M"), {simple_mail("one")});
  sync({"-a", at("M"), "maildir:" + at("A")});
  sync({"-rt", "--archive", "--recursive", "--times", at("M"), "maildir:" + at("A")});
  guard(at("M"));
  for (const char* habit : {"-u", "--update", "--inplace", "--append", "--size-only"}) {
    SCOPED_TRACE(habit);
    const Result result = run({"sync", habit, at("M"), "maildir:" + at("B")});
    EXPECT_EQ(result.status, status::usage);
    expect_one_line(result, "this could lose mail");
    EXPECT_FALSE(exists(at("B")));
  }
}

TEST_F(Options, AZoneIsOnlyUsedWhereThePostmarkHasNone) {
  const std::string text = "\nSubject: x\n\nbody\n\n";
  write_file(at("mbox"), "From a@b Thu Nov 29 22:33:52 2001" + text + "From a@b Thu Nov 29 22:33:52 2001 +0300" + text +
                             "From a@b Thu Nov 29 22:33:52 +0000 2001" + text);
  sync({at("mbox"), "maildir:" + at("utc")});
  const Result berlin = run({"sync", at("mbox"), "maildir:" + at("berlin")}, {{{"TZ", "Europe/Berlin"}}, {}});
  EXPECT_EQ(berlin.status, status::ok) << berlin.err;
  const auto dates = [&](const std::string& directory) {
    std::vector<std::int64_t> found;
    for (const Mail& mail : read_maildir(directory)) found.push_back(mail.date);
    std::sort(found.begin(), found.end());
    return found;
  };
  constexpr std::int64_t instant = 1'007'073'232;  // 2001-11-29 22:33:52 UTC
  EXPECT_EQ(dates(at("utc")), (std::vector<std::int64_t>{instant - 10'800, instant, instant}));
  EXPECT_EQ(dates(at("berlin")), (std::vector<std::int64_t>{instant - 10'800, instant - 3'600, instant}));
  // What is written names its zone, so the reader's does not matter.
  const Result back = run({"sync", at("berlin"), "mbox:" + at("back")}, {{{"TZ", "America/New_York"}}, {}});
  EXPECT_EQ(back.status, status::ok) << back.err;
  EXPECT_EQ(difference(read_maildir(at("berlin")), read_mbox(at("back")), As::kept_by_mbox), "");
}

class OptionsAsRoot : public RootCliTest {};

TEST_F(OptionsAsRoot, ChownGivesWhatIsMadeToItsOwner) {
  fill_maildir(at("M"), {simple_mail("one")});
  fill_maildir(at("M/.Sub"), {simple_mail("two")});
  give_tree(at("M"), somebody);
  guard(at("M"));
  const auto owner_of_all = [&](const std::string& path, uid_t uid, gid_t gid) {
    for (const Entry& entry : snapshot(at(path)))
      EXPECT_TRUE(entry.uid == uid && entry.gid == gid)
          << path << "/" << entry.path << ": " << entry.uid << ":" << entry.gid;
  };
  sync({at("M"), "maildir:" + at("source-owner")});
  owner_of_all("source-owner", somebody, somebody);
  sync({"--chown", "54322:54323", at("M"), "maildir:" + at("A")});
  owner_of_all("A", 54322, 54323);
  const passwd* const nobody = ::getpwnam("nobody");
  ASSERT_NE(nobody, nullptr);
  sync({"--chown=nobody", "--include=INBOX", at("M"), "mbox:" + at("B")});
  owner_of_all("B", nobody->pw_uid, nobody->pw_gid);
  // A target that is there says itself whose it is (S7).
  make_maildir(at("C"));
  give_tree(at("C"), somebody_else);
  sync({at("M"), "maildir:" + at("C")});
  owner_of_all("C", somebody_else, somebody_else);
}

TEST_F(OptionsAsRoot, ChownRefusesRootAndWhoIsUnknown) {
  fill_maildir(at("M"), {simple_mail("one")});
  guard(at(""));
  for (const char* owner :
       {"root", "0:0", "54322:0", "no-such-user-here", ":54322", "54322:", "4294967295:5", "99999999999:5", "54322"}) {
    SCOPED_TRACE(owner);
    const Result result = run({"sync", "--chown", owner, at("M"), "maildir:" + at("A")});
    EXPECT_EQ(result.status, status::usage);
    expect_one_line(result, owner);
  }
}

TEST_F(Options, PostmarkChoosesWhichLinesOpenAMessage) {
  const std::string pipermail = "From bob at x.org  Thu Nov 29 22:33:52 2001\nSubject: 1\n\nb\n\n";
  const std::string mozilla = "From - \nSubject: 2\n\nb\n";
  write_file(at("mbox"), pipermail + mozilla);
  guard(at("mbox"));
  sync({at("mbox"), "maildir:" + at("A")});
  EXPECT_EQ(read_maildir(at("A")).size(), 2U);
  const Result said = sync({"--source-tz=+0300", at("mbox"), "maildir:" + at("A2")});
  EXPECT_NE(said.out.find("none for Dovecot"), std::string::npos);
  EXPECT_NE(said.out.find("read in +0300"), std::string::npos);
  EXPECT_NE(said.out.find("without a received date"), std::string::npos);
  for (const char* rule : {"dovecot", "strict"})
    EXPECT_EQ(run({"scan", "--postmark", rule, "mbox:" + at("mbox")}).status, status::no_such_store) << rule;
  write_file(at("plain"), mbox_of({simple_mail("one")}) + pipermail + mozilla);
  sync({at("plain"), "maildir:" + at("B")});
  EXPECT_EQ(read_maildir(at("B")).size(), 1U);
  sync({"--postmark=loose", at("plain"), "maildir:" + at("C")});
  EXPECT_EQ(read_maildir(at("C")).size(), 3U);
}

TEST_F(Options, FromLineOverrulesAndAuditTellsTheOffsets) {
  const std::string first = mbox_of({simple_mail("one")});
  write_file(at("mbox"), first + "From here on\nSubject: two\n\nb\n");
  guard(at("mbox"));
  const std::string offset = std::to_string(first.size());
  const Result quiet = run({"scan", at("mbox")});
  EXPECT_EQ(quiet.out.find("octet " + offset + "  body"), std::string::npos);
  const Result audit = run({"scan", "--audit", at("mbox")});
  EXPECT_EQ(audit.status, status::ok);
  EXPECT_NE(audit.out.find("octet " + offset + "  body"), std::string::npos) << audit.out;
  EXPECT_NE(audit.out.find("From here on"), std::string::npos) << audit.out;
  sync({"--from-line", offset + "=split", at("mbox"), "maildir:" + at("A")});
  EXPECT_EQ(subjects(at("A")), (Subjects{"one", "two"}));
  const std::vector<std::string> mistakes{offset,     offset + "=", offset + "=no", "=split",
                                          "-1=split", "x=split",    "7=body",       "99999999999999999999999=body"};
  for (const std::string& bad : mistakes)
    EXPECT_EQ(run({"scan", "--from-line", bad, at("mbox")}).status, status::usage) << bad;
  fill_maildir(at("M"), {simple_mail("x")});
  EXPECT_EQ(run({"scan", "--from-line", "0=split", at("M")}).status, status::usage);
}

TEST_F(Options, SourceTzIsTheZoneOfDatesThatNameNone) {
  write_file(at("mbox"), "From a@b Thu Nov 29 22:33:52 2001\nSubject: 1\n\nb\n");
  guard(at("mbox"));
  struct Row {
    const char* zone;
    std::int64_t date;
  };
  for (const Row& row :
       {Row{"UTC", 1007073232}, {"+0130", 1007073232 - 5400}, {"America/New_York", 1007073232 + 18000}}) {
    std::filesystem::remove_all(at("A"));
    forget_runs();
    const Result said = sync({"--source-tz", row.zone, at("mbox"), "maildir:" + at("A")});
    EXPECT_EQ(read_maildir(at("A")).at(0).date, row.date) << row.zone;
    EXPECT_NE(said.out.find("read in " + std::string(row.zone)), std::string::npos) << said.out;
  }
  EXPECT_EQ(run({"scan", "--source-tz", "Europe/Nowhere", at("mbox")}).status, status::usage);
}

}  // namespace
}  // namespace mailhaul::black_box
