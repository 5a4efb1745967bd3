#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

using std::chrono::milliseconds;

/// Runs that the world does not let end well. What they leave must be whole, and the next run must complete it.
class Interrupted : public CliTest {
 protected:
  static std::vector<Mail> many(std::size_t count, std::size_t octets) {
    std::vector<Mail> mails;
    for (std::size_t i = 0; i < count; ++i)
      mails.push_back(
          simple_mail("message-" + std::to_string(i), 1'000'000'000 + static_cast<std::int64_t>(i), octets));
    return mails;
  }

  /// Each message of `found` is one of `all`, whole.
  static void expect_only_whole(const std::vector<Mail>& all, const std::vector<Mail>& found) {
    const auto known = multiset_of(all, As::kept_by_mbox);
    for (const Mail& mail : multiset_of(found, As::kept_by_mbox))
      ASSERT_EQ(known.count(mail), 1U) << "cut or foreign: " << mail.octets.substr(0, 200);
  }

  void expect_completed(const std::string& source, const std::string& target) {
    const Result rerun = run({"sync", "--fsync=none", source, target});
    EXPECT_EQ(rerun.status, status::ok) << rerun.err;
    const Result proof = run({"verify", source, target});
    EXPECT_EQ(proof.status, status::ok) << proof.err;
  }
};

class FullTarget : public Interrupted {
 protected:
  void SetUp() override {
    if (!is_root()) GTEST_SKIP() << "needs root: it mounts a small tmpfs";
  }
};

TEST_F(FullTarget, OfAMaildirIs113AndTheNextRunCompletes) {
  const auto mails = many(600, 8'000);
  write_file(at("mbox"), mbox_of(mails));
  guard(at("mbox"));
  const SmallDisk disk(at("disk"), 3U << 20U);
  if (!disk.mounted()) GTEST_SKIP() << "a tmpfs can't be mounted here";
  const std::string source = "mbox:" + at("mbox");
  const std::string target = "maildir:" + at("disk/M");
  const Result result = run({"sync", source, target});
  EXPECT_EQ(result.status, status::target_full) << result.err;
  EXPECT_TRUE(holds(result.err, "No space left on device"));
  EXPECT_TRUE(holds(result.err, "Not finished: "));
  const auto there = read_maildir(at("disk/M"));
  EXPECT_GT(there.size(), 50U) << "finished messages stay";
  EXPECT_LT(there.size(), mails.size());
  expect_only_whole(mails, there);
  EXPECT_EQ(names_in(at("disk/M/tmp")).size(), 0U);
  disk.resize(64U << 20U);
  expect_completed(source, target);
  EXPECT_EQ(difference(mails, read_maildir(at("disk/M")), As::kept_by_mbox), "") << "nothing twice";
}

TEST_F(FullTarget, OfAnMboxIs113AndTheNextRunCompletes) {
  const auto mails = many(600, 8'000);
  fill_maildir(at("M"), mails);
  guard(at("M"));
  const SmallDisk disk(at("disk"), 3U << 20U);
  if (!disk.mounted()) GTEST_SKIP() << "a tmpfs can't be mounted here";
  const auto own = simple_mail("was here before", 1);
  const std::string source = "maildir:" + at("M");
  for (const std::string name : {"new", "old"}) {
    SCOPED_TRACE(name);
    if (name == "old") write_file(at("disk/old"), mbox_of({own}));
    const std::string target = "mbox:" + at("disk/" + name);
    const Result result = run({"sync", source, target});
    EXPECT_EQ(result.status, status::target_full) << result.err;
    EXPECT_FALSE(exists(at("disk/" + name + ".lock")));
    auto all = mails;
    all.push_back(own);
    if (exists(at("disk/" + name))) expect_only_whole(all, read_mbox(at("disk/" + name)));
    disk.resize(64U << 20U);
    expect_completed(source, target);
    if (name == "new") all.pop_back();
    EXPECT_EQ(difference(all, read_mbox(at("disk/" + name)), As::kept_by_mbox), "");
    std::filesystem::remove(at("disk/" + name));
    disk.resize(3U << 20U);
  }
}

TEST_F(Interrupted, BySigtermIs20AndTheNextRunCompletes) {
  const auto mails = many(800, 300);
  write_file(at("mbox"), mbox_of(mails));
  guard(at("mbox"));
  const std::string source = "mbox:" + at("mbox");
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    const std::string name = "M" + std::to_string(number);
    const std::vector<std::string> arguments{"sync", "--fsync=each", source, "maildir:" + at(name)};
    Program program(arguments);
    for (int looks = 0;
         looks < 10'000 && names_in(at(name + "/new")).size() == 0 && names_in(at(name + "/cur")).size() == 0; ++looks)
      std::this_thread::sleep_for(milliseconds{1});
    program.signal(number);
    const Result result = program.wait();
    check(result, arguments);
    EXPECT_EQ(result.status, status::stopped) << result.out << result.err;
    EXPECT_TRUE(holds(result.err, "Not finished: "));
    const auto there = read_maildir(at(name));
    EXPECT_GT(there.size(), 0U);
    EXPECT_LT(there.size(), mails.size());
    expect_only_whole(mails, there);
    EXPECT_EQ(names_in(at(name + "/tmp")).size(), 0U);
    expect_completed(source, "maildir:" + at(name));
    EXPECT_EQ(read_maildir(at(name)).size(), mails.size()) << "nothing twice";
  }
}

TEST_F(Interrupted, BySigtermWhileItWaitsForALock) {
  write_file(at("mbox"), mbox_of(many(1, 10)));
  write_file(at("mbox.lock"), "4711:mx");
  guard(at(""));
  const std::vector<std::string> arguments{"sync", "--lock-wait=60", at("mbox"), "maildir:" + at("M")};
  How how;
  how.limit = std::chrono::seconds{10};
  Program program(arguments, how);
  std::this_thread::sleep_for(milliseconds{300});
  program.signal(SIGTERM);
  const Result result = program.wait();
  check(result, arguments);
  EXPECT_EQ(result.status, status::stopped);
  expect_one_line(result, "stopped by a signal");
}

TEST_F(Interrupted, ByKillLeavesOnlyWholeMessages) {
  const auto mails = many(800, 300);
  write_file(at("mbox"), mbox_of(mails));
  fill_maildir(at("M"), mails);
  guard(at("mbox"));
  for (int i = 0; i < 3; ++i) {
    SCOPED_TRACE(i);
    const std::string maildir = at("T" + std::to_string(i));
    const std::string mbox = at("t" + std::to_string(i));
    {
      Program program({"sync", "mbox:" + at("mbox"), "maildir:" + maildir});
      Program other({"sync", at("M"), "mbox:" + mbox});
      std::this_thread::sleep_for(milliseconds{20 + 40 * i});
      program.signal(SIGKILL);
      other.signal(SIGKILL);
    }
    if (exists(maildir)) expect_only_whole(mails, read_maildir(maildir));
    if (exists(mbox)) expect_only_whole(mails, read_mbox(mbox));
    std::filesystem::remove(mbox + ".lock");
    expect_completed("mbox:" + at("mbox"), "maildir:" + maildir);
    expect_completed("maildir:" + at("M"), "mbox:" + mbox);
    EXPECT_EQ(read_maildir(maildir).size(), mails.size());
    EXPECT_EQ(read_mbox(mbox).size(), mails.size());
  }
}

TEST_F(Interrupted, AnMboxThatGrowsIs2AndLosesNothing) {
  const auto first = many(800, 16'000);
  const std::string whole = mbox_of(first);
  std::string last = mbox_of({simple_mail("delivered meanwhile", 7)});
  int run_again = 0;
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round);
    const std::string name = at("mbox" + std::to_string(round));
    const std::string target = "maildir:" + at("M" + std::to_string(round));
    write_file(name, whole);
    std::atomic<bool> ended{false};
    std::atomic<int> delivered{0};
    std::thread writer([&] {  // without any lock, a piece at a time
      while (!ended && delivered < 500) {
        append_file(name, last.substr(0, 50));
        std::this_thread::sleep_for(milliseconds{2});
        append_file(name, last.substr(50));
        ++delivered;
      }
    });
    const Result result = run({"sync", "--fsync=none", "mbox:" + name, target});
    ended = true;
    writer.join();
    EXPECT_TRUE(result.status == status::run_again || result.status == status::ok) << result.status << result.err;
    if (result.status == status::run_again) {
      ++run_again;
      EXPECT_TRUE(holds(result.err, "run the same command again"));
    }
    // What was complete when the run began is there, whatever came behind it.
    const auto there = multiset_of(read_maildir(at("M" + std::to_string(round))), As::kept_by_mbox);
    std::size_t missing = 0;
    for (const Mail& mail : multiset_of(first, As::kept_by_mbox))
      if (there.count(mail) == 0) ++missing;
    // The last one may be about to grow, so it is left to the next run, which the status asks for.
    EXPECT_LE(missing, result.status == status::ok ? 0U : 1U);
    expect_completed("mbox:" + name, target);
    auto all = first;
    all.insert(all.end(), static_cast<std::size_t>(delivered.load()), simple_mail("delivered meanwhile", 7));
    auto found = read_maildir(at("M" + std::to_string(round)));
    EXPECT_GE(found.size(), all.size());
    const auto in_target = multiset_of(found, As::kept_by_mbox);
    for (const Mail& mail : multiset_of({all.back()}, As::kept_by_mbox))
      EXPECT_EQ(in_target.count(mail), static_cast<std::size_t>(delivered.load()));
  }
  EXPECT_GT(run_again, 0) << "no round met a growing file: the test proves nothing";
}

TEST_F(Interrupted, AMaildirInUseLosesAndDoublesNothing) {
  // T7, D10, D11: a server changes flags, moves mail from new/ to cur/ and delivers, all the time.
  auto mails = many(400, 100);
  for (std::size_t i = 0; i < mails.size(); i += 2) mails[i].fresh = true;
  fill_maildir(at("M"), mails);
  std::atomic<bool> ended{false};
  int delivered = 0;
  std::thread server([&] {
    while (!ended) {
      for (const std::string& name : names_in(at("M/new")))
        std::filesystem::rename(at("M/new/" + name), at("M/cur/" + name + ":2,"));
      for (const std::string& name : names_in(at("M/cur")))
        std::filesystem::rename(at("M/cur/" + name), at("M/cur/" + name + (name.back() == 'S' ? "" : "S")));
      for (const std::string& name : names_in(at("M/cur")))
        if (name.back() == 'S')
          std::filesystem::rename(at("M/cur/" + name), at("M/cur/" + name.substr(0, name.size() - 1)));
      if (delivered < 200) {
        const std::string name = "2000000000.M" + std::to_string(++delivered) + "P1.host";
        write_file(at("M/tmp/" + name), simple_mail("delivered-" + std::to_string(delivered)).octets);
        std::filesystem::rename(at("M/tmp/" + name), at("M/new/" + name));
      }
    }
  });
  for (const std::string& target : {"maildir:" + at("A"), "mbox:" + at("b")}) {
    const Result result = run({"sync", "--fsync=none", at("M"), target});
    EXPECT_TRUE(result.status == status::run_again || result.status == status::ok) << result.status << result.err;
  }
  ended = true;
  server.join();
  for (const std::string& target : {"maildir:" + at("A"), "mbox:" + at("b")})
    expect_completed("maildir:" + at("M"), target);
  const auto octets_of = [](const std::vector<Mail>& all) {
    std::multiset<std::string> set;
    for (const Mail& mail : all) set.insert(without_store_parts(mail.octets));
    return set;
  };
  const auto source = octets_of(read_maildir(at("M")));
  EXPECT_EQ(source.size(), mails.size() + static_cast<std::size_t>(delivered));
  EXPECT_TRUE(octets_of(read_maildir(at("A"))) == source);
  EXPECT_TRUE(octets_of(read_mbox(at("b"))) == source);
}

TEST_F(Interrupted, AnMboxThatIsCutIsNeverReadAsEmpty) {
  const auto mails = many(800, 16'000);
  const std::string whole = mbox_of(mails);
  write_file(at("mbox"), whole);
  const std::vector<std::string> arguments{"sync", "--fsync=none", at("mbox"), "maildir:" + at("M")};
  Program program(arguments);
  while (!exists(at("M/cur"))) std::this_thread::sleep_for(milliseconds{1});
  std::filesystem::resize_file(at("mbox"), whole.size() / 2);
  const Result result = program.wait();
  check(result, arguments);
  EXPECT_TRUE(result.status == status::run_again || result.status == status::ok) << result.status << result.err;
  const Result again = run(arguments);
  EXPECT_EQ(again.status, status::ok) << again.err;
  EXPECT_EQ(run({"verify", at("mbox"), "maildir:" + at("M")}).status, status::ok);
}

}  // namespace
}  // namespace mailhaul::black_box
