// A source that is in use (T7): other threads rename, deliver and move at full speed while we walk.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "formats/maildir/real_tree.hpp"

namespace mailhaul::formats::maildir {

namespace {

constexpr int messages = 200;

std::string base_name(int i) { return std::to_string(1000 + i) + ".M1P1.h"; }
std::string body_of(int i) { return "Subject: " + std::to_string(i) + "\n\nbody " + std::to_string(i) + "\n"; }

/// Runs in a thread of its own until it goes.
class Busy {
 public:
  template <typename Step>
  explicit Busy(Step step)
      : thread_([this, step] {
          for (unsigned round = 0; !stop_; ++round) step(round);
        }) {}
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class LiveMaildir : public testing::Test {
 protected:
  void SetUp() override {
    tree.make_maildir("box");
    for (int i = 0; i < messages; ++i) tree.write("box/cur/" + base_name(i) + ":2,", body_of(i));
  }

  /// One round: every message gets the flags of that round.
  void flag_all(unsigned round) {
    static constexpr const char* infos[] = {":2,", ":2,S", ":2,FS", ":2,RS"};
    for (int i = 0; i < messages; ++i) {
      const std::string base = tree.path("box/cur/" + base_name(i));
      if (std::rename((base + infos[round % 4]).c_str(), (base + infos[(round + 1) % 4]).c_str()) == 0) ++renames;
    }
  }

  /// Each message is there once, whole, or it is an error that says "run again" (it ran away ten times); none is passed
  /// over in silence. How many were read.
  static std::size_t expect_whole(const Walked& walked) {
    std::set<std::string> seen;
    for (const Seen& one : walked.messages) {
      EXPECT_TRUE(seen.insert(one.info.handle.token).second) << "none twice";
      EXPECT_EQ("Subject: " + std::to_string(std::stoi(one.info.handle.token) - 1000),
                one.octets.substr(0, one.octets.find('\n')));
    }
    EXPECT_EQ(walked.messages.size() + walked.failed.size(), std::size_t{messages});
    for (const Error& error : walked.failed) EXPECT_EQ(error.cause(), Cause::source_changed) << error.what();
    return walked.messages.size();
  }

  /// What a reader misses that lists once and opens what it listed.
  [[nodiscard]] std::size_t missed_by_a_naive_reader() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(tree.path("box/cur")))
      names.push_back(entry.path().string());
    std::size_t read = 0;
    for (const std::string& name : names) read += std::ifstream(name).good() ? 1U : 0U;
    return messages - read;
  }

  /// The server sets and clears \Flagged all the time, and rests between two rounds; we set \Answered once on every
  /// message. On how many it was done.
  std::size_t answer_all_beside_a_server(std::chrono::milliseconds rest) {
    const auto target = tree.target("box");
    std::size_t done = 0;
    {
      const Busy server([this, rest](unsigned round) {
        for (int i = 0; i < messages; ++i) {
          const std::string base = tree.path("box/cur/" + base_name(i));
          for (const char* behind : {"", "R"}) {
            const std::string without = base + ":2," + behind;
            const std::string with = base + ":2,F" + behind;
            const bool sets = round % 2 == 0;
            static_cast<void>(std::rename((sets ? without : with).c_str(), (sets ? with : without).c_str()));
          }
        }
        std::this_thread::sleep_for(rest);
      });
      const auto writer = target->open_folder(inbox, {});
      for (int i = 0; i < messages; ++i) {
        store::FlagChange change;
        change.add = {mail::Flag::answered};
        writer->change_flags({base_name(i)}, change);
      }
      for (const auto& receipt : writer->flush()) done += receipt.outcome == store::Receipt::Outcome::done ? 1U : 0U;
    }
    const Walked walked = read_folder(*tree.source("box"));
    EXPECT_EQ(walked.messages.size(), std::size_t{messages});
    std::size_t answered = 0;
    for (const Seen& one : walked.messages) answered += one.info.flags.has(mail::Flag::answered) ? 1U : 0U;
    EXPECT_EQ(answered, done) << "a receipt says what happened";
    return done;
  }

  std::atomic<std::uint64_t> renames{0};
  RealTree tree;
};

}  // namespace

TEST_F(LiveMaildir, FlagsChangedAtFullSpeedNeitherHideNorDoubleAMessage) {
  const auto source = tree.source("box");
  std::size_t read = 0;
  std::size_t missed_naively = 0;
  {
    const Busy server([this](unsigned round) { flag_all(round); });
    // On a machine with other work the two don't always run at once: until there was something to prove.
    for (int walk = 0; walk < 20 || renames <= 1000U; ++walk) read += expect_whole(read_folder(*source));
    for (int walk = 0; walk < 2000 && missed_naively == 0; ++walk) missed_naively = missed_by_a_naive_reader();
  }
  EXPECT_GT(missed_naively, 0U) << "the renames were too slow to prove anything";
  EXPECT_GT(read, 0U);
  const Walked quiet = read_folder(*source);
  EXPECT_EQ(quiet.messages.size(), std::size_t{messages});
  EXPECT_TRUE(quiet.failed.empty());
  EXPECT_TRUE(quiet.end.stable);
}

TEST_F(LiveMaildir, FlagsChangedAsFastAsAServerDoesLetNoMessageRunAway) {
  const auto source = tree.source("box");
  {
    const Busy server([this](unsigned round) {
      flag_all(round);
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    });
    for (int walk = 0; walk < 20 || renames <= 1000U; ++walk)
      EXPECT_EQ(expect_whole(read_folder(*source)), std::size_t{messages});
  }
  EXPECT_EQ(read_folder(*source).messages.size(), std::size_t{messages});
}

TEST_F(LiveMaildir, MovesFromNewToCurAndDeliveriesHideNothingThatWasThere) {
  const auto source = tree.source("box");
  std::atomic<int> delivered{0};
  {
    const Busy server([&](unsigned round) {
      const std::string name = std::to_string(5000 + round) + ".M1P1.h";
      tree.write("box/tmp/" + name, "delivered");
      static_cast<void>(std::rename(tree.path("box/tmp/" + name).c_str(), tree.path("box/new/" + name).c_str()));
      ++delivered;
      if (round >= 5) {
        const std::string old = std::to_string(5000 + round - 5) + ".M1P1.h";
        static_cast<void>(
            std::rename(tree.path("box/new/" + old).c_str(), tree.path("box/cur/" + old + ":2,S").c_str()));
      }
    });
    for (int walk = 0; walk < 15; ++walk) {
      const int before = delivered;
      const Walked walked = read_folder(*source);
      std::set<std::string> seen;
      for (const Seen& one : walked.messages) EXPECT_TRUE(seen.insert(one.info.handle.token).second);
      for (const Error& error : walked.failed) ADD_FAILURE() << error.what();
      for (int i = 0; i < messages; ++i) EXPECT_EQ(seen.count(base_name(i)), 1U);
      for (int i = 0; i < before; ++i) EXPECT_EQ(seen.count(std::to_string(5000 + i) + ".M1P1.h"), 1U);
    }
  }
  EXPECT_EQ(read_folder(*source).messages.size(), static_cast<std::size_t>(messages + delivered));
}

TEST_F(LiveMaildir, FetchUnderFireFindsWhatIsThere) {
  const auto source = tree.source("box");
  std::vector<store::Handle> handles;
  for (int i = 0; i < messages; i += 10) handles.push_back({base_name(i)});
  const Busy server([this](unsigned round) { flag_all(round); });
  for (int round = 0; round < 10; ++round) {
    const Walked walked = read_cursor(*source->fetch(inbox, handles), inbox);
    EXPECT_EQ(walked.messages.size() + walked.failed.size(), handles.size());
  }
}

TEST_F(LiveMaildir, OurFlagsAndTheServersBothSurvive) { EXPECT_GT(answer_all_beside_a_server({}), 0U); }

TEST_F(LiveMaildir, OurFlagsAllArriveBesideAServerThatRests) {
  EXPECT_EQ(answer_all_beside_a_server(std::chrono::milliseconds{50}), std::size_t{messages});
}

TEST_F(LiveMaildir, FoldersAreWrittenByThreadsAtOnce) {
  const auto target = tree.target("copy");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto writer = target->open_folder(folder_ref({"F" + std::to_string(t)}), {});
      for (int i = 0; i < 50; ++i) append(*writer, body_of(i));
      static_cast<void>(writer->flush());
      static_cast<void>(target->mailboxes());
      EXPECT_EQ(read_folder(*target, folder_ref({"F" + std::to_string(t)})).messages.size(), 50U);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(target->mailboxes()[0].folders.size(), 5U);
}

}  // namespace mailhaul::formats::maildir
