// D1-D3: what a finished flush promises, and what a failed one leaves.

#include "mailhaul/fs/durable_batch.hpp"

#include <algorithm>
#include <cerrno>
#include <random>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

std::string octets_of(std::size_t number) {
  return "message " + std::to_string(number) + std::string(100 * number, 'x') + " end";
}

/// A Maildir in memory, and a job that delivers messages into it in batches.
class Batch : public testing::TestWithParam<std::tuple<Durability, bool>> {
 protected:
  static constexpr std::size_t messages = 5;
  static constexpr Owner bob{1001, 1001};

  Batch() { start_anew(); }

  void start_anew() {
    faulty_.reset();
    memory_ = std::make_unique<support::MemoryKernel>();
    memory_->set_abilities({.sound_syncfs = std::get<1>(GetParam())});
    for (const char* path : {"/m", "/m/tmp", "/m/new", "/m/cur"}) memory_->put_directory(path, bob);
    faulty_ = std::make_unique<support::FaultyKernel>(*memory_);
    // D3: what failed to reach the disk counts as clean; asking again would say that all is well.
    faulty_->when_sync_fails([this](Call call, int fd) {
      if (call == Call::sync) memory_->lose_dirty_file(fd);
      if (call == Call::sync_file_system) memory_->lose_dirty_files(fd);
    });
  }

  [[nodiscard]] static Durability durability() { return std::get<0>(GetParam()); }
  [[nodiscard]] support::MemoryKernel& memory() { return *memory_; }
  [[nodiscard]] support::FaultyKernel& kernel() { return *faulty_; }
  [[nodiscard]] Directory open() {
    return Directory::open_root(*faulty_, entropy_, "/m", Rules{.side = Side::target, .durability = durability()});
  }
  [[nodiscard]] static NewFile write(const Directory& root, std::size_t number) {
    NewFile file = root.open_directory("tmp").create_file();
    file.append(as_bytes(octets_of(number)));
    file.dress({bob, 0600, 0700}, FileTime{});
    return file;
  }
  [[nodiscard]] static std::string never(std::size_t) { throw std::logic_error("no name was taken"); }

  /// Delivers all in two batches through one object; the names that a flush has reported.
  [[nodiscard]] static std::vector<std::string> deliver(const Directory& root) {
    std::vector<std::string> reported;
    DurableBatch batch(root);
    const Directory new_directory = root.open_directory("new");
    const Directory cur = root.open_directory("cur");
    for (std::size_t i = 0; i < messages; ++i) {
      batch.add(write(root, i), i % 2 == 0 ? new_directory : cur, std::to_string(i));
      if (i != 2 && i + 1 != messages) continue;
      for (const std::string& name : batch.flush(never)) reported.push_back(name);
    }
    return reported;
  }
  /// Whatever is visible is whole; the names that are.
  [[nodiscard]] std::vector<std::string> visible() {
    std::vector<std::string> names;
    for (const auto& [path, octets] : memory_->files()) {
      if (path.starts_with("/m/tmp/")) continue;
      const std::string name = path.substr(path.rfind('/') + 1);
      EXPECT_EQ(octets, octets_of(std::stoul(name))) << path << " is not whole";
      names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] static bool all_of(const std::vector<std::string>& some, const std::vector<std::string>& among) {
    return std::all_of(some.begin(), some.end(), [&](const std::string& name) {
      return std::find(among.begin(), among.end(), name) != among.end();
    });
  }

 private:
  Watchdog watchdog_{};
  std::unique_ptr<support::MemoryKernel> memory_{};
  std::unique_ptr<support::FaultyKernel> faulty_{};
  SystemEntropy entropy_{};
};

std::string name_of_batch(const testing::TestParamInfo<std::tuple<Durability, bool>>& info) {
  const Durability durability = std::get<0>(info.param);
  const std::string name =
      durability == Durability::batch ? "Batch" : (durability == Durability::each ? "Each" : "None");
  return name + (std::get<1>(info.param) ? "WithSoundSyncfs" : "WithoutSoundSyncfs");
}

using DurableBatchOf = Batch;
INSTANTIATE_TEST_SUITE_P(EachMode, DurableBatchOf,
                         testing::Combine(testing::Values(Durability::batch, Durability::each), testing::Bool()),
                         name_of_batch);

TEST_P(DurableBatchOf, KeepsEverythingFlushedThroughAPowerCut) {
  const std::vector<std::string> reported = deliver(open());
  EXPECT_EQ(reported, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(visible(), reported);
  memory().lose_power();
  EXPECT_EQ(visible(), reported);
  for (const auto& [path, octets] : memory().files()) {
    EXPECT_EQ(memory().status_of(path).owner, bob) << "owner and time are part of it";
    EXPECT_EQ(memory().status_of(path).modified, FileTime{});
  }
  EXPECT_TRUE(memory().names_in("/m/tmp").empty());
}

TEST_P(DurableBatchOf, ShowsNothingBeforeTheFlush) {
  const Directory root = open();
  DurableBatch batch(root);
  EXPECT_EQ(batch.add(write(root, 1), root.open_directory("new"), "1"), 0U);
  EXPECT_EQ(batch.add(write(root, 2), root.open_directory("new"), "2"), 1U);
  EXPECT_EQ(batch.count(), 2U);
  EXPECT_EQ(batch.octets(), octets_of(1).size() + octets_of(2).size());
  EXPECT_TRUE(memory().files().empty());
  batch.drop();
  EXPECT_EQ(batch.count(), 0U);
  EXPECT_EQ(batch.octets(), 0U);
  EXPECT_TRUE(batch.flush(never).empty());
  EXPECT_TRUE(memory().files().empty());
}

TEST_P(DurableBatchOf, SyncsInTheRightOrderAndNoMoreThanNeeded) {
  const Directory root = open();
  const Directory fresh = root.open_directory("new");
  DurableBatch batch(root);
  for (std::size_t i = 0; i < 3; ++i) batch.add(write(root, i), fresh, std::to_string(i));
  batch.also_sync(root);
  batch.also_sync(root);
  kernel().count_anew();
  kernel().before(Call::link_open_file, 1, [&] {
    EXPECT_EQ(kernel().calls(Call::sync_file_system) + kernel().calls(Call::sync),
              durability() == Durability::batch && std::get<1>(GetParam()) ? 1U : 3U)
        << "D1: the data is durable before there is a name";
  });
  (void)batch.flush(never);
  const bool whole = durability() == Durability::batch && std::get<1>(GetParam());
  EXPECT_EQ(kernel().calls(Call::sync_file_system), whole ? 2U : 0U);
  EXPECT_EQ(kernel().calls(Call::sync), whole ? 0U : 3U + 2U);
}

TEST_P(DurableBatchOf, SyncsWhatElseChanged) {
  const Directory root = open();
  {
    DurableBatch batch(root);
    const Directory made = root.make_directory("sub", {bob, 0600, 0700});
    batch.also_sync(root);
    batch.also_sync(made);
    batch.add(write(root, 1), made, "1");
    (void)batch.flush(never);
  }
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/sub/1"), octets_of(1));
  EXPECT_EQ(memory().status_of("/m/sub").owner, bob);
}

TEST_P(DurableBatchOf, LeavesNothingHalfUnderEachSingleFault) {
  for (const int number : {EIO, ENOSPC, EDQUOT}) {
    for (const bool after_it_was_done : {false, true}) {
      for (std::uint64_t nth = 1;; ++nth) {
        SCOPED_TRACE(std::to_string(number) + " at call " + std::to_string(nth));
        start_anew();
        kernel().inject({.nth = nth, .errno_value = number, .after_it_was_done = after_it_was_done});
        std::vector<std::string> reported;
        bool failed = false;
        try {
          reported = deliver(open());
        } catch (const Error& error) {
          failed = true;
          EXPECT_EQ(error.side(), Side::target);
          EXPECT_NE(error.scope(), Scope::message);
        }
        const bool hit = kernel().faults_hit() != 0;
        // An error means that nothing was reported done; what is visible is whole all the same.
        EXPECT_TRUE(all_of(reported, visible()));
        if (!failed) {
          EXPECT_EQ(reported.size(), messages);
        }
        EXPECT_EQ(kernel().repeated_syncs(), 0U) << "D3";
        memory().lose_power();
        EXPECT_TRUE(all_of(reported, visible()));
        if (!hit) break;
        ASSERT_LT(nth, 1000U);
      }
    }
  }
}

TEST_P(DurableBatchOf, KeepsTheFirstBatchWhenTheSecondFails) {
  for (std::uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE(nth);
    start_anew();
    const Directory root = open();
    const Directory fresh = root.open_directory("new");
    DurableBatch batch(root);
    batch.add(write(root, 0), fresh, "0");
    batch.add(write(root, 1), fresh, "1");
    std::vector<std::string> reported = batch.flush(never);
    kernel().count_anew();
    kernel().inject({.nth = nth, .errno_value = EIO, .and_all_later = true});
    try {
      batch.add(write(root, 2), fresh, "2");
      for (const std::string& name : batch.flush(never)) reported.push_back(name);
    } catch (const Error&) {
      EXPECT_EQ(batch.count(), 0U);
    }
    const bool hit = kernel().faults_hit() != 0;
    memory().lose_power();
    EXPECT_TRUE(all_of(reported, visible()));
    EXPECT_GE(reported.size(), 2U);
    if (!hit) break;
    ASSERT_LT(nth, 1000U);
  }
}

TEST_P(DurableBatchOf, IsDroppedAfterAFailedSyncAndNotAskedAgain) {
  const bool whole = durability() == Durability::batch && std::get<1>(GetParam());
  const Call call = whole ? Call::sync_file_system : Call::sync;
  // The 1st is that of the data; the last one that of the directory.
  const std::uint64_t last = whole ? 2 : 3;
  for (const std::uint64_t nth : {std::uint64_t{1}, last}) {
    start_anew();
    const Directory root = open();
    const Directory fresh = root.open_directory("new");
    DurableBatch batch(root);
    batch.add(write(root, 0), fresh, "0");
    batch.add(write(root, 1), fresh, "1");
    kernel().inject({.call = call, .nth = nth, .errno_value = EIO});
    const Error error = error_of([&] { (void)batch.flush(never); });
    EXPECT_EQ(error.cause(), Cause::io_error);
    EXPECT_EQ(error.scope(), Scope::run);
    EXPECT_EQ(error.side(), Side::target);
    EXPECT_EQ(batch.count(), 0U);
    EXPECT_EQ(visible().size(), nth == 1 ? 0U : 2U);
    kernel().heal();

    // Written anew, into new inodes, by the same object; the directory by a descriptor that has not failed.
    batch.add(write(root, 2), root.open_directory("new"), "2");
    EXPECT_EQ(batch.flush(never), std::vector<std::string>{"2"});
    EXPECT_EQ(kernel().repeated_syncs(), 0U) << "D3: not on the same descriptor";
    memory().lose_power();
    EXPECT_TRUE(all_of({"2"}, visible()));
  }
}

TEST_P(DurableBatchOf, AsksForAnotherNameWhenOneIsTaken) {
  memory().put_file("/m/new/0", octets_of(0), bob);
  memory().put_file("/m/new/1", octets_of(1), bob);
  const Directory root = open();
  const Directory fresh = root.open_directory("new");
  DurableBatch batch(root);
  batch.add(write(root, 7), fresh, "7");
  batch.add(write(root, 5), fresh, "0");
  std::vector<std::string> more{"5", "1"};
  const std::vector<std::string> names = batch.flush([&](std::size_t index) {
    EXPECT_EQ(index, 1U);
    std::string name = more.back();
    more.pop_back();
    return name;
  });
  EXPECT_EQ(names, (std::vector<std::string>{"7", "5"}));
  EXPECT_EQ(visible(), (std::vector<std::string>{"0", "1", "5", "7"}));
}

TEST_P(DurableBatchOf, GivesUpAfter64TakenNames) {
  memory().put_file("/m/new/0", octets_of(0), bob);
  const Directory root = open();
  DurableBatch batch(root);
  batch.add(write(root, 5), root.open_directory("new"), "0");
  int asked = 0;
  EXPECT_THROW((void)batch.flush([&](std::size_t) {
    ++asked;
    return std::string("0");
  }),
               Error);
  EXPECT_GE(asked, 63);
  EXPECT_LE(asked, 64);
  EXPECT_EQ(visible(), std::vector<std::string>{"0"});
}

TEST_P(DurableBatchOf, TakesAFailedCloseSeriously) {
  const Directory root = open();
  const Directory fresh = root.open_directory("new");
  DurableBatch batch(root);
  batch.add(write(root, 0), fresh, "0");
  batch.add(write(root, 1), fresh, "1");
  kernel().count_anew();
  kernel().inject({.call = Call::close, .nth = 2, .errno_value = EDQUOT});
  const Error error = error_of([&] { (void)batch.flush(never); });
  EXPECT_EQ(error.cause(), Cause::quota) << "D5: NFS says so only here";
  EXPECT_EQ(error.scope(), Scope::mailbox);
}

TEST_P(DurableBatchOf, SyncsFilesOfAnotherFileSystemOneByOne) {
  memory().put_mount("/m/mounted", bob);
  Rules rules{.side = Side::target, .cross_mounts = true, .durability = durability()};
  SystemEntropy entropy;
  {
    const Directory root = Directory::open_root(kernel(), entropy, "/m", rules);
    const Directory mounted = root.open_directory("mounted");
    NewFile there = mounted.create_file();
    there.append(as_bytes(octets_of(1)));
    DurableBatch batch(root);
    batch.add(std::move(there), mounted, "1");
    batch.add(write(root, 2), root.open_directory("new"), "2");
    (void)batch.flush(never);
  }
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/mounted/1"), octets_of(1));
  EXPECT_EQ(memory().octets_of("/m/new/2"), octets_of(2));
}

TEST_P(DurableBatchOf, LeavesNoDescriptorBehind) {
  (void)deliver(open());
  EXPECT_EQ(memory().open_descriptors(), 0U);
}

using UnsafeBatch = Batch;
INSTANTIATE_TEST_SUITE_P(EachMode, UnsafeBatch, testing::Combine(testing::Values(Durability::none), testing::Bool()),
                         name_of_batch);

// The control: were this to pass, the power cut of the tests above would prove nothing.
TEST_P(UnsafeBatch, LosesWhatWasFlushedInAPowerCut) {
  const std::vector<std::string> reported = deliver(open());
  EXPECT_EQ(visible(), reported);
  EXPECT_EQ(kernel().calls(Call::sync) + kernel().calls(Call::sync_file_system), 0U);
  memory().lose_power();
  EXPECT_TRUE(memory().files().empty());
}

// The other control: a sync that is asked again after it failed says yes and keeps nothing.
using LyingDisk = InMemory;

TEST_F(LyingDisk, LosesWhatASecondSyncClaimsToHaveKept) {
  kernel().when_sync_fails([this](Call, int fd) { memory().lose_dirty_file(fd); });
  const Directory root = open();
  NewFile file = root.create_file();
  file.append(as_bytes("mail"));
  kernel().inject({.call = Call::sync, .nth = 1, .errno_value = EIO});
  EXPECT_THROW(file.sync(), Error);
  file.sync();
  EXPECT_EQ(kernel().repeated_syncs(), 1U);
  EXPECT_EQ(file.link(root, "m"), LinkResult::done);
  root.sync();
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/m"), "");
}

// Random jobs: batches of any size into any directory, faults anywhere, then the power goes.
TEST(DurableBatchProperty, WhatWasReportedIsThereAndWholeAfterAnyFaultAndAPowerCut) {
  const Watchdog watchdog;
  SystemEntropy entropy;
  std::mt19937_64 random(20240301);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  for (int round = 0; round < 400; ++round) {
    support::MemoryKernel memory;
    support::FaultyKernel kernel(memory);
    const Durability durability = below(2) == 0 ? Durability::batch : Durability::each;
    memory.set_abilities({.unnamed_files = below(3) == 0 ? -EOPNOTSUPP : 0,
                          .rename_flags = below(3) != 0,
                          .sound_syncfs = below(2) == 0});
    kernel.when_sync_fails([&](Call call, int fd) {
      if (call == Call::sync) memory.lose_dirty_file(fd);
      if (call == Call::sync_file_system) memory.lose_dirty_files(fd);
    });
    for (const char* path : {"/m", "/m/0", "/m/1", "/m/2", "/m/tmp"}) memory.put_directory(path);
    for (std::uint64_t fault = below(3); fault > 0; --fault) {
      kernel.inject({.nth = 1 + below(400), .errno_value = below(2) == 0 ? EIO : ENOSPC});
    }
    if (below(2) == 0) kernel.make_short(random());
    if (below(2) == 0) kernel.interrupt(random());
    std::map<std::string, std::string> reported;
    try {
      const Directory root =
          Directory::open_root(kernel, entropy, "/m", Rules{.side = Side::target, .durability = durability});
      const Directory tmp = root.open_directory("tmp");
      DurableBatch batch(root);
      std::vector<std::pair<std::string, std::string>> waiting;
      for (std::size_t i = 0; i < 12; ++i) {
        const std::string directory = std::to_string(below(3));
        const std::string octets = octets_of(below(20));
        try {
          NewFile file = tmp.create_file();
          file.append(as_bytes(octets));
          file.dress({{}, 0600, 0700}, std::nullopt);
          batch.add(std::move(file), root.open_directory(directory), std::to_string(i));
          waiting.emplace_back("/m/" + directory + "/" + std::to_string(i), octets);
          if (below(4) != 0) continue;
          const std::vector<std::string> names = batch.flush([](std::size_t) { return std::string("other"); });
          ASSERT_EQ(names.size(), waiting.size());
          reported.insert(waiting.begin(), waiting.end());
          waiting.clear();
        } catch (const Error&) {
          batch.drop();
          waiting.clear();
        }
      }
    } catch (const Error&) {
      // The root itself could not be opened.
    }
    EXPECT_EQ(kernel.repeated_syncs(), 0U);
    memory.lose_power();
    const auto files = memory.files();
    for (const auto& [path, octets] : reported) {
      const auto found = files.find(path);
      ASSERT_TRUE(found != files.end()) << "round " << round << ": " << path << " is lost";
      ASSERT_EQ(found->second, octets) << "round " << round << ": " << path;
    }
  }
}

}  // namespace
}  // namespace mailhaul::fs
