#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

/// What must never turn up at a target.
constexpr std::string_view secret = "root:$6$a-secret-that-only-root-may-read";

/// Trees that their owner has prepared for a careless root (safety.md section 1).
class Hostile : public RootCliTest {
 protected:
  void SetUp() override {
    RootCliTest::SetUp();
    if (IsSkipped()) return;
    stdfs::create_directory(at("outside"));
    write_file(at("outside/shadow"), secret);
    stdfs::permissions(at("outside/shadow"), stdfs::perms::owner_read);
    make_maildir(at("outside/victim"));
    write_file(at("outside/victim/cur/1.v:2,S"), secret);
    stdfs::create_directory(at("home"));
    fill_maildir(at("home/M"), {simple_mail("good", 1), simple_mail("better", 2)});
  }

  /// Everything below home/ belongs to the customer; then nothing may change any more.
  void hand_over() {
    give_tree(at("home"), somebody);
    guard_no_more();
    guard(at("home"));
    guard(at("outside"));
  }

  static How in_time() {
    How how;
    how.limit = std::chrono::seconds{20};
    return how;
  }

  /// Both directions out of home/M, as text and as JSON; the target never holds the secret.
  std::vector<Result> haul(int wanted, std::size_t good_messages = 2) {
    std::vector<Result> results;
    for (const std::string target : {"maildir:T", "mbox:t"}) {
      for (const bool json : {false, true}) {
        SCOPED_TRACE(target);
        const std::size_t colon = target.find(':') + 1;
        const std::string path = at(target.substr(colon) + (json ? "json" : ""));
        std::vector<std::string> arguments{"sync", "-v", "-i", at("home/M"), target.substr(0, colon) + path};
        if (json) arguments.insert(arguments.begin() + 1, "--json");
        results.push_back(run(arguments, in_time()));
        EXPECT_EQ(results.back().status, wanted) << results.back().out << results.back().err;
        EXPECT_FALSE(exists(path) && stdfs::is_directory(path) ? tree_holds(path, secret)
                                                               : read_file(path).find(secret) != std::string::npos);
        const auto found = stdfs::is_directory(path) ? read_maildir(path) : read_mbox(path);
        EXPECT_EQ(found.size(), good_messages);
        stdfs::remove_all(path);
      }
    }
    const Result scan = run({"scan", "-v", at("home/M")}, in_time());
    EXPECT_EQ(scan.status, wanted) << scan.err;
    results.push_back(scan);
    return results;
  }
  static void expect_named(const std::vector<Result>& results, const std::string& name) {
    for (const Result& result : results) EXPECT_TRUE(holds(result.out + result.err, name));
  }
};

TEST_F(Hostile, ASymlinkAmongTheMessagesIsNotFollowed) {
  stdfs::create_symlink(at("outside/shadow"), at("home/M/cur/3.link:2,S"));
  stdfs::create_symlink("/dev/zero", at("home/M/new/4.zero"));
  stdfs::create_symlink("1.M1P1.host:2,", at("home/M/cur/5.inside:2,"));
  hand_over();
  const auto results = haul(status::some_failed);
  for (const char* name : {"3.link", "4.zero", "5.inside"}) expect_named(results, name);
  EXPECT_TRUE(holds(results[0].err, "Missing 3: the others, 2 source messages, are at the target."));
}

TEST_F(Hostile, ASymlinkedFolderIsNotFollowed) {
  stdfs::create_symlink(at("outside/victim"), at("home/M/.Linked"));
  make_maildir(at("home/M/.Half"));
  stdfs::remove(at("home/M/.Half/cur"));
  stdfs::create_symlink(at("outside/victim/cur"), at("home/M/.Half/cur"));
  hand_over();
  for (const std::string target : {"A", "B"}) {
    const Result result = run({"sync", "-v", at("home/M"), "maildir:" + at(target)}, in_time());
    EXPECT_EQ(result.status, status::some_failed) << result.err;
    EXPECT_TRUE(holds(result.out + result.err, ".Linked"));
    EXPECT_TRUE(holds(result.out + result.err, "Half"));
    EXPECT_FALSE(tree_holds(at(target), secret));
    EXPECT_EQ(read_maildir(at(target)).size(), 2U);
  }
}

TEST_F(Hostile, SpecialFilesAreCountedAndNeverOpened) {
  make_fifo(at("home/M/cur/3.fifo:2,S"));
  make_fifo(at("home/M/new/4.fifo"));
  make_socket(at("home/M/cur/5.socket"));
  const bool with_device = make_null_device(at("home/M/cur/6.device"));
  stdfs::create_directory(at("home/M/cur/7.directory"));
  hand_over();
  const auto results = haul(status::ok);
  for (const char* name : {"3.fifo", "4.fifo", "5.socket", "7.directory"}) expect_named(results, name);
  if (with_device) expect_named(results, "6.device");
}

TEST_F(Hostile, AFifoInThePlaceOfAFolderOrAFileDoesNotStopTheRun) {
  make_fifo(at("home/M/.Pipe"));
  make_fifo(at("home/M/dovecot-keywords"));
  make_maildir(at("home/M/.Sub"));
  stdfs::remove(at("home/M/.Sub/new"));
  make_fifo(at("home/M/.Sub/new"));
  hand_over();
  const Result result = run({"sync", "-v", at("home/M"), "maildir:" + at("A")}, in_time());
  EXPECT_FALSE(result.hung);
  EXPECT_NE(result.status, status::usage);
  EXPECT_EQ(read_maildir(at("A")).size(), 2U) << result.err;
}

TEST_F(Hostile, AHardLinkToSomebodyElsesFileIsNotRead) {
  ASSERT_EQ(::link(at("outside/shadow").c_str(), at("home/M/cur/3.hard:2,S").c_str()), 0);
  give_tree(at("home"), somebody);
  ASSERT_EQ(::lchown(at("outside/shadow").c_str(), 0, 0), 0);  // one inode: handing over home/ gave it away
  guard(at("home"));
  guard(at("outside"));
  const auto results = haul(status::some_failed);
  expect_named(results, "3.hard");
  EXPECT_TRUE(holds(results[0].err, "owned by somebody else"));
}

TEST_F(Hostile, HardLinksOfTheOwnerAreMail) {
  fill_maildir(at("home/M/.Copy"), {});
  ASSERT_EQ(::link(at("home/M/cur/1.M1P1.host:2,").c_str(), at("home/M/.Copy/cur/9.copy:2,S").c_str()), 0);
  hand_over();
  const Result result = run({"sync", at("home/M"), "maildir:" + at("A")}, in_time());
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_EQ(read_maildir(at("A/.Copy")).size(), 1U);
}

TEST_F(Hostile, NamesNeverReachTheTerminalAsTheyAre) {
  const std::vector<std::string> names{"3.esc\x1b[31mred",
                                       "4.csi\x9b"
                                       "31m",
                                       "5.c1\xc2\x9b"
                                       "31m",
                                       "6.bidi\xe2\x80\xae"
                                       "gpj.exe",
                                       "7.invalid\xff\xfe",
                                       "8.back\\slash",
                                       "9.bell\x07\x08\x7f",
                                       "10.tab\there",
                                       "11.cr\rhere",
                                       "12.nl\nmailhaul: all is well",
                                       "13.isolate\xe2\x81\xa6",
                                       "14.utf8-gr\xc3\xbc\xc3\x9f"};
  for (const std::string& name : names) stdfs::create_symlink("nothing", at("home/M/cur/" + name + ":2,"));
  make_maildir(at("home/M/.Esc\x1b[2J&bad\xff"));
  stdfs::create_symlink("nothing", at("home/M/.Esc\x1b[2J&bad\xff/cur/1.x"));
  hand_over();
  // No control octet: checked for every run. Here: that the lines are told apart and nothing is lost.
  const Result result = run({"sync", "-v", "-i", at("home/M"), "maildir:" + at("A")}, in_time());
  EXPECT_EQ(result.status, status::some_failed);
  EXPECT_TRUE(holds(result.err, "3.esc\\x1b[31mred"));
  EXPECT_TRUE(holds(result.err, "4.csi\\x9b31m"));
  EXPECT_TRUE(holds(result.err, "gr\xc3\xbc\xc3\x9f"));
  for (const std::string& line : lines_of(result.out + result.err)) EXPECT_NE(line.find("mailhaul: all is well"), 0U);
  EXPECT_EQ(read_maildir(at("A")).size(), 2U);
  const Result as_json = run({"sync", "--json", "-v", "-i", at("home/M"), "maildir:" + at("B")}, in_time());
  for (const std::string& line : lines_of(as_json.out))
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
}

TEST_F(Hostile, OddNamesOfRealMessagesAreCarried) {
  const std::vector<std::string> names{"3.esc\x1b[31m:2,S", "4.csi\x9b:2,S",       "5.bidi\xe2\x80\xae:2,S",
                                       "6.invalid\xff:2,S", std::string(255, 'x'), std::string(251, 'y') + ":2,S"};
  for (const std::string& name : names) write_file(at("home/M/cur/" + name), simple_mail("odd").octets);
  write_file(at("home/M/new/" + std::string(255, 'z')), simple_mail("odd").octets);
  hand_over();
  haul(status::ok, 2 + names.size() + 1);
}

TEST_F(Hostile, ANameWithALineEndIsTold) {
  write_file(at("home/M/cur/3.new\nline:2,S"), simple_mail("odd").octets);
  hand_over();
  const auto results = haul(status::some_failed);
  expect_named(results, "3.new");
}

TEST_F(Hostile, AFileOfSomebodyElseInACustomersDirectoryIsNoTarget) {
  write_file(at("home/inbox"), mbox_of({simple_mail("hers")}));
  give_tree(at("home"), somebody);
  ASSERT_EQ(::lchown(at("home/inbox").c_str(), somebody_else, somebody_else), 0);
  guard(at("home"));
  const Result result = run({"sync", at("home/M"), "mbox:" + at("home/inbox")}, in_time());
  EXPECT_NE(result.status, status::ok);
  expect_one_line(result, "it belongs to uid " + std::to_string(somebody_else));
}

TEST_F(Hostile, AnMboxThatIsNoRegularFileIsRefused) {
  stdfs::create_symlink(at("outside/shadow"), at("home/link"));
  make_fifo(at("home/fifo"));
  make_socket(at("home/socket"));
  const bool with_device = make_null_device(at("home/device"));
  hand_over();
  for (const std::string name : {"link", "fifo", "socket", "device"}) {
    if (name == "device" && !with_device) continue;
    SCOPED_TRACE(name);
    for (const std::string& source : {"mbox:" + at("home/" + name), at("home/" + name)}) {
      const Result result = run({"sync", source, "maildir:" + at("A")}, in_time());
      EXPECT_EQ(result.status, status::no_such_store);
      expect_one_line(result, at("home/" + name));
      EXPECT_FALSE(exists(at("A")));
    }
    const Result target = run({"sync", at("home/M"), "mbox:" + at("home/" + name)}, in_time());
    EXPECT_TRUE(target.status == status::no_such_store || target.status == status::cannot_create) << target.err;
  }
}

TEST_F(Hostile, AnMboxOfSomebodyElseInACustomersDirectoryIsRefused) {
  ASSERT_EQ(::link(at("outside/shadow").c_str(), at("home/mbox").c_str()), 0);
  give_tree(at("home"), somebody);
  ASSERT_EQ(::lchown(at("outside/shadow").c_str(), 0, 0), 0);
  guard(at("home"));
  guard(at("outside"));
  const Result result = run({"sync", "mbox:" + at("home/mbox"), "maildir:" + at("A")}, in_time());
  EXPECT_EQ(result.status, status::no_such_store);
  expect_one_line(result, at("home/mbox"));
}

TEST_F(Hostile, AnArchiveOfSomebodyElseInACustomersDirectoryIsRefused) {
  ASSERT_EQ(::link(at("outside/shadow").c_str(), at("home/cpmove-a.tar").c_str()), 0);
  give_tree(at("home"), somebody);
  ASSERT_EQ(::lchown(at("outside/shadow").c_str(), 0, 0), 0);
  guard(at("home"));
  guard(at("outside"));
  const Result result = run({"settings", "cpmove:" + at("home/cpmove-a.tar")}, in_time());
  EXPECT_EQ(result.status, status::no_such_store);
  expect_one_line(result, at("home/cpmove-a.tar"));
  EXPECT_TRUE(holds(result.err, "belongs to somebody else"));
}

TEST_F(Hostile, HeadersAreShownButNotObeyed) {
  Mail mail = simple_mail("x", 5);
  mail.octets = "Subject: \x1b]0;owned\x07 \xc2\x9b"
                "2J \xe2\x80\xae evil\n\r more\nMessage-ID: <a\x1b[1m@\x9b>\n\nbody\n";
  write_file(at("home/mbox"), mbox_of({mail}));
  give_tree(at("home"), somebody);
  guard_but_for_atimes(at("home"));
  guard(at("home/mbox"));
  const Result text = run({"verify", "mbox:" + at("home/mbox"), "maildir:" + at("home/M")}, in_time());
  EXPECT_EQ(text.status, status::some_failed);
  EXPECT_TRUE(holds(text.err, "\\x1b]0;owned\\x07"));
  EXPECT_TRUE(holds(text.err, "<a\\x1b[1m@\\x9b>"));
  const Result as_json = run({"verify", "--json", "mbox:" + at("home/mbox"), "maildir:" + at("home/M")}, in_time());
  for (const std::string& line : lines_of(as_json.out))
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
}

TEST_F(Hostile, PathsOnTheCommandLineAreEscapedToo) {
  const Result result = run({"sync", "mbox:" + at("no\x1b[31m\nsuch"), "maildir:" + at("A")}, in_time());
  EXPECT_EQ(result.status, status::no_such_store);
  expect_one_line(result, "no\\x1b[31m\\x0asuch");
  const Result option = run({"sync", "--fsync=\x1b[31m\n", at("home/M"), "maildir:" + at("A")}, in_time());
  EXPECT_EQ(option.status, status::usage);
  expect_one_line(option, "\\x1b[31m");
}

/// The target is a customer's tree as well: what he planted there must not lead our writes out of it.
class HostileTarget : public Hostile {
 protected:
  void SetUp() override {
    Hostile::SetUp();
    if (IsSkipped()) return;
    fill_maildir(at("source"), {simple_mail("one", 1), simple_mail("two", 2)});
    fill_maildir(at("source/.Sent"), {simple_mail("three", 3)});
    give_tree(at("source"), somebody_else);
  }
  void expect_refused() {
    give_tree(at("home"), somebody);
    guard(at("outside"));
    const Result result = run({"sync", at("source"), "maildir:" + at("home/M")}, in_time());
    EXPECT_NE(result.status, status::ok) << result.out;
    EXPECT_TRUE(holds(result.err, "mailhaul: "));
    EXPECT_EQ(read_maildir(at("outside/victim")).size(), 1U);
  }
};

TEST_F(HostileTarget, APlantedCurLeadsNowhere) {
  stdfs::remove_all(at("home/M/cur"));
  stdfs::create_symlink(at("outside/victim/cur"), at("home/M/cur"));
  expect_refused();
}

TEST_F(HostileTarget, APlantedFolderLeadsNowhere) {
  stdfs::create_symlink(at("outside/victim"), at("home/M/.Sent"));
  expect_refused();
  EXPECT_EQ(read_maildir(at("home/M")).size(), 4U) << "the other folder is done all the same";
}

TEST_F(HostileTarget, APlantedTmpLeadsNowhere) {
  stdfs::remove_all(at("home/M/tmp"));
  stdfs::create_symlink(at("outside/victim/tmp"), at("home/M/tmp"));
  expect_refused();
}

TEST_F(HostileTarget, APlantedFileInThePlaceOfAFolderIsNotReplaced) {
  write_file(at("home/M/.Sent"), "a file");
  expect_refused();
  EXPECT_EQ(read_file(at("home/M/.Sent")), "a file");
}

TEST_F(HostileTarget, APlantedKeywordFileLeadsNowhere) {
  stdfs::create_symlink(at("outside/shadow"), at("home/M/dovecot-keywords"));
  Mail mail = simple_mail("labelled", 9);
  mail.keywords = {"work"};
  stdfs::remove_all(at("source"));
  fill_maildir(at("source"), {mail});
  give_tree(at("home"), somebody);
  guard(at("outside"));
  const Result result = run({"sync", at("source"), "maildir:" + at("home/M")}, in_time());
  EXPECT_EQ(read_file(at("outside/shadow")), secret);
  EXPECT_FALSE(tree_holds(at("home/M"), secret));
  EXPECT_LT(result.status, status::usage) << result.err;
}

TEST_F(HostileTarget, ANameThatIsTakenIsNeverOverwritten) {
  for (const std::string& name : names_in(at("home/M/cur"))) stdfs::remove(at("home/M/cur/" + name));
  write_file(at("home/M/cur/1.M1P1.host:2,"), "the customer's own");
  stdfs::create_symlink(at("outside/shadow"), at("home/M/cur/2.M2P1.host:2,"));
  give_tree(at("home"), somebody);
  guard(at("outside"));
  const Result result = run({"sync", at("source"), "maildir:" + at("home/M")}, in_time());
  EXPECT_EQ(result.status, status::ok) << result.err;
  EXPECT_EQ(read_file(at("home/M/cur/1.M1P1.host:2,")), "the customer's own");
  EXPECT_TRUE(stdfs::is_symlink(at("home/M/cur/2.M2P1.host:2,")));
  EXPECT_EQ(run({"verify", at("source"), "maildir:" + at("home/M")}, in_time()).status, status::ok);
}

TEST_F(HostileTarget, APlantedMboxLockIsNotWrittenThrough) {
  stdfs::create_symlink(at("outside/created-by-root"), at("home/mbox.lock"));
  write_file(at("home/mbox"), mbox_of({simple_mail("own", 1)}));
  give_tree(at("home"), somebody);
  guard(at("outside"));
  const Result result =
      run({"sync", "--lock-wait=0", "--include=INBOX", at("source"), "mbox:" + at("home/mbox")}, in_time());
  EXPECT_EQ(result.status, status::locked) << result.err;
  EXPECT_FALSE(exists(at("outside/created-by-root")));
}

}  // namespace
}  // namespace mailhaul::black_box
