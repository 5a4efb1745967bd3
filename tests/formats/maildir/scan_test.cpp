// A server renames files while we list them. The hooks of FaultyKernel put its turn between two of our system calls.
#include "formats/maildir/scan.hpp"

#include <gtest/gtest.h>

#include "formats/maildir/tree.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using support::Call;

namespace {

class ScanTest : public testing::Test {
 protected:
  void SetUp() override {
    world.put_maildir();
    world.machine.set_abilities({.listed_at_once = 4});
  }

  void move(const std::string& from, const std::string& to) {
    world.machine.put_link("/mail/box/" + to, "/mail/box/" + from);
    world.machine.remove("/mail/box/" + from);
  }

  Scan scan() {
    const auto root = fs::Directory::open_root(world.kernel, world.entropy, World::root, fs::Rules{});
    const FolderDirectories directories = open_parts(root);
    world.kernel.count_anew();
    return scan_folder(directories, world.clock, "INBOX");
  }

  static std::multiset<std::string> bases(const Scan& scan) {
    std::multiset<std::string> out;
    for (std::size_t i = 0; i < scan.listing.size(); ++i) out.emplace(scan.listing.base(i));
    return out;
  }

  World world;
};

}  // namespace

TEST_F(ScanTest, AQuietFolderTakesOnePassWhereTimesTellEachChange) {
  for (int i = 0; i < 10; ++i) world.put("cur/" + std::to_string(i) + ".a:2,");
  world.settle();
  const Scan quiet = scan();
  EXPECT_TRUE(quiet.stable);
  ASSERT_TRUE(quiet.stamp.has_value());
  EXPECT_FALSE(quiet.stamp->young);
  EXPECT_EQ(quiet.listing.size(), 10U);
  EXPECT_EQ(quiet.listing.item(0).pass, 1);
}

TEST_F(ScanTest, AQuietFolderTakesTwoPassesWhereTimesMayComeFromACache) {
  world.machine.set_abilities({.is_local = false, .listed_at_once = 4});
  for (int i = 0; i < 10; ++i) world.put("cur/" + std::to_string(i) + ".a:2,");
  world.settle();
  const Scan quiet = scan();
  EXPECT_TRUE(quiet.stable);
  ASSERT_TRUE(quiet.stamp.has_value());
  EXPECT_FALSE(quiet.stamp->young);
  EXPECT_EQ(quiet.listing.item(0).pass, 2);
}

TEST_F(ScanTest, AYoungFolderTakesTwoPassesAndHasAYoungStamp) {
  world.put("cur/1.a:2,");
  const Scan young = scan();
  EXPECT_TRUE(young.stamp->young);
  EXPECT_TRUE(young.stable);
  EXPECT_EQ(young.listing.item(0).pass, 2);
}

TEST_F(ScanTest, AFolderThatIsTouchedUnderItsOnePassTakesMore) {
  // At each listing call: what was renamed behind the listing's back is seen all the same.
  for (std::uint64_t nth = 1;; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.machine.set_abilities({.listed_at_once = 4});
    for (int i = 0; i < 9; ++i) fresh.put("cur/" + std::to_string(i) + ".a:2,");
    fresh.settle();
    const auto root = fs::Directory::open_root(fresh.kernel, fresh.entropy, World::root, fs::Rules{});
    const FolderDirectories directories = open_parts(root);
    fresh.kernel.count_anew();
    bool happened = false;
    fresh.kernel.before(Call::read_directory, nth, [&] {
      happened = true;
      fresh.machine.put_link("/mail/box/cur/8.a:2,S", "/mail/box/cur/8.a:2,");
      fresh.machine.remove("/mail/box/cur/8.a:2,");
    });
    const Scan scanned = scan_folder(directories, fresh.clock, "INBOX");
    if (!happened || scanned.listing.item(0).pass == 1) {
      EXPECT_GT(nth, 3U);
      break;
    }
    EXPECT_EQ(bases(scanned).size(), 9U) << "at listing call " << nth;
    EXPECT_TRUE(scanned.stable);
  }
}

TEST_F(ScanTest, AMessageMovedFromNewToCurIsSeenAtEveryMoment) {
  // new/ is listed before cur/, so a move at any call is seen once, twice, but never not at all.
  std::uint64_t moments = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.machine.set_abilities({.listed_at_once = 4});
    for (int i = 0; i < 9; ++i) fresh.put("new/" + std::to_string(i) + ".a");
    for (int i = 20; i < 29; ++i) fresh.put("cur/" + std::to_string(i) + ".a:2,S");
    fresh.settle();
    const auto root = fs::Directory::open_root(fresh.kernel, fresh.entropy, World::root, fs::Rules{});
    const FolderDirectories directories = open_parts(root);
    fresh.kernel.count_anew();
    bool happened = false;
    fresh.kernel.before(Call::read_directory, nth, [&] {
      happened = true;
      fresh.machine.put_link("/mail/box/cur/4.a:2,S", "/mail/box/new/4.a");
      fresh.machine.remove("/mail/box/new/4.a");
    });
    const Scan scanned = scan_folder(directories, fresh.clock, "INBOX");
    if (!happened) break;
    ++moments;
    EXPECT_EQ(bases(scanned).size(), 18U) << "at listing call " << nth;
    EXPECT_EQ(bases(scanned).count("4.a"), 1U) << "at listing call " << nth;
    EXPECT_TRUE(scanned.stable);
  }
  EXPECT_GE(moments, 8U);
}

TEST_F(ScanTest, OnePassAloneNeverMissesAMessageOnItsWayToCur) {
  for (std::uint64_t nth = 1;; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.put("new/4.a");
    fresh.put("cur/20.a:2,S");
    const auto root = fs::Directory::open_root(fresh.kernel, fresh.entropy, World::root, fs::Rules{});
    const FolderDirectories directories = open_parts(root);
    fresh.kernel.count_anew();
    bool happened = false;
    fresh.kernel.before(Call::read_directory, nth, [&] {
      happened = true;
      fresh.machine.put_link("/mail/box/cur/4.a:2,S", "/mail/box/new/4.a");
      fresh.machine.remove("/mail/box/new/4.a");
    });
    const Listing listing = list_once(directories, 1, nullptr, "INBOX", nullptr);
    if (!happened) break;
    const auto [first, end] = listing.find("4.a");
    EXPECT_GT(end, first) << "at listing call " << nth;
  }
}

TEST_F(ScanTest, ARenameThatHidesAnEntryFromOnePassIsMadeUpForByTheNext) {
  // The entry goes from behind the reader's place in the directory to before it: this pass can't see it.
  for (int i = 0; i < 12; ++i) world.put("cur/" + std::to_string(i) + ".a:2,");
  world.settle();
  world.kernel.before(Call::read_directory, 3, [&] { move("cur/0.a:2,", "cur/0.a:2,S"); });
  world.kernel.before(Call::read_directory, 4, [&] { move("cur/11.a:2,", "tmp/x"); });
  world.kernel.before(Call::read_directory, 6, [&] { move("tmp/x", "cur/11.a:2,S"); });
  const Scan scanned = scan();
  EXPECT_TRUE(scanned.stable);
  EXPECT_EQ(scanned.listing.size(), 12U);
  EXPECT_GT(scanned.listing.item(0).pass, 2) << "it took more than two passes";
}

TEST_F(ScanTest, AFolderThatNeverHoldsStillIsUnstableButComplete) {
  for (int i = 0; i < 12; ++i) world.put("cur/" + std::to_string(i) + ".a:2,");
  world.settle();
  // At each look at the directories one file is away, another one every time.
  int turn = 0;
  for (std::uint64_t nth = 1; nth < 200; ++nth) {
    world.kernel.before(Call::status, nth, [&, this] {
      if (turn > 0) move("tmp/away", "cur/" + std::to_string((turn - 1) % 12) + ".a:2,");
      move("cur/" + std::to_string(turn % 12) + ".a:2,", "tmp/away");
      ++turn;
    });
  }
  const Scan scanned = scan();
  EXPECT_FALSE(scanned.stable);
  EXPECT_EQ(scanned.stamp, std::nullopt);
  EXPECT_EQ(bases(scanned).size(), 12U) << "what one pass missed another one saw";
}

TEST_F(ScanTest, ADeliveryBetweenThePassesCostsOneMorePass) {
  world.machine.set_abilities({.is_local = false, .listed_at_once = 4});
  world.put("cur/1.a:2,");
  world.settle();
  world.kernel.before(Call::read_directory, 5, [&] { world.put("new/2.b"); });
  const Scan scanned = scan();
  EXPECT_TRUE(scanned.stable);
  EXPECT_EQ(bases(scanned), (std::multiset<std::string>{"1.a", "2.b"}));
}

TEST_F(ScanTest, AStampNeverVouchesForWhatCameAfterIt) {
  // A delivery at any moment of a scan: either the message is listed, or the stamp does not hold afterwards.
  for (std::uint64_t nth = 1;; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.put("cur/1.a:2,");
    fresh.settle();
    const auto root = fs::Directory::open_root(fresh.kernel, fresh.entropy, World::root, fs::Rules{});
    const FolderDirectories directories = open_parts(root);
    fresh.kernel.count_anew();
    bool happened = false;
    const auto deliver = [&] {
      happened = true;
      fresh.put("new/2.b");
    };
    fresh.kernel.before(nth % 2 == 1 ? Call::status : Call::read_directory, (nth + 1) / 2, deliver);
    const Scan scanned = scan_folder(directories, fresh.clock, "INBOX");
    if (!happened) break;
    const bool is_listed = bases(scanned).count("2.b") == 1;
    const bool is_vouched_for = scanned.stamp == FolderTimes::of(directories, fresh.clock).stamp();
    EXPECT_TRUE(is_listed || !is_vouched_for) << nth;
  }
}

TEST_F(ScanTest, MemoryIsSmallAMessage) { EXPECT_LE(sizeof(Listing::Item), 24U); }

}  // namespace mailhaul::formats::maildir
