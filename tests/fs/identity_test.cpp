// S9: what happens below a customer's directory happens as that customer.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "fs/world.hpp"
#include "mailhaul/base/identity.hpp"

namespace mailhaul::fs {
namespace {

constexpr Owner bob{54321, 54321};
constexpr Owner carol{54322, 54322};

/// Real files; the runner is root.
class AsTheirOwner : public testing::TestWithParam<Resolving> {
 protected:
  void SetUp() override {
    if (!can_act_as_others()) GTEST_SKIP() << "needs root";
    world_ = make_world({Files::real, GetParam()});
  }
  void TearDown() override { act_as_runner(); }

  void put(const std::string& path, Owner owner, mode_t mode, const std::string& octets = "octets") {
    world_->put_file(path, octets);
    own(path, owner, mode);
  }
  void put_directory(const std::string& path, Owner owner, mode_t mode) {
    world_->put_directory(path);
    own(path, owner, mode);
  }
  [[nodiscard]] Directory open(const std::string& path, const Rules& rules = Rules{}) {
    return Directory::open_root(world_->kernel(), entropy_, full(path), rules);
  }
  [[nodiscard]] World& world() { return *world_; }
  [[nodiscard]] Entropy& entropy() { return entropy_; }
  [[nodiscard]] std::string full(const std::string& path) const { return world_->root() + "/" + path; }

 private:
  void own(const std::string& path, Owner owner, mode_t mode) {
    ASSERT_EQ(::chown(full(path).c_str(), owner.uid, owner.gid), 0);
    ASSERT_EQ(::chmod(full(path).c_str(), mode), 0);
  }
  std::unique_ptr<World> world_{};
  SystemEntropy entropy_{};
};
INSTANTIATE_TEST_SUITE_P(Resolvers, AsTheirOwner, testing::Values(Resolving::openat2, Resolving::walk),
                         [](const auto& one) { return one.param == Resolving::walk ? "Walk" : "Openat2"; });

TEST_P(AsTheirOwner, ADirectoryIsEnteredAndUsed) {
  put_directory("home", bob, 0700);
  put_directory("home/cur", bob, 0700);
  put("home/cur/m", bob, 0600);
  const Directory home = open("home");
  const Directory cur = home.open_directory("cur");
  EXPECT_EQ(cur.kernel().acts_as(), bob);
  const OpenResult opened = cur.open_file("m");
  ASSERT_TRUE(opened.file);
  EXPECT_EQ(read_all(*opened.file), "octets");
  int count = 0;
  cur.list([&count](const Entry&) { ++count; });
  EXPECT_EQ(count, 1);
}

TEST_P(AsTheirOwner, WhatHeMayNotReadIsNotRead) {
  put_directory("home", bob, 0700);
  put("home/not-even-mine", bob, 0000);
  put("home/roots", {0, 0}, 0600);
  const Directory home = open("home");
  // Root could: the kernel says no before any rule of ours is asked.
  EXPECT_EQ(error_of([&] { (void)home.open_file("not-even-mine"); }).system_error(), EACCES);
  EXPECT_EQ(home.open_file("roots").refusal, Refusal::foreign_owner);
}

TEST_P(AsTheirOwner, GroupsOfRootsDoNotHelp) {
  put_directory("home", {bob.uid, 0}, 0770);
  put("home/for-roots-group", {carol.uid, 0}, 0640);
  const Directory home = open("home", Rules{.more_owners = {}});
  EXPECT_NE(home.kernel().acts_as()->gid, 0U);
  act_as_runner();
  ASSERT_EQ(act_as({bob.uid, home.kernel().acts_as()->gid}), 0);
  EXPECT_LT(::open(full("home/for-roots-group").c_str(), O_RDONLY | O_CLOEXEC), 0);
}

TEST_P(AsTheirOwner, AnotherAllowedOwnersFileIsOpenedAsHis) {
  put_directory("home", bob, 0755);
  put("home/carols", carol, 0600);
  put_directory("home/hers", carol, 0700);
  const Directory home = open("home", Rules{.more_owners = {carol.uid}});
  EXPECT_TRUE(home.open_file("carols").file);
  EXPECT_EQ(home.open_directory("hers").kernel().acts_as(), carol);
  // She may not even enter where her file lies.
  put_directory("home/shut", bob, 0700);
  put("home/shut/hers", carol, 0600);
  EXPECT_TRUE(home.open_directory("shut").open_file("hers").file);
  const Directory strict = open("home");
  EXPECT_EQ(strict.open_file("carols").refusal, Refusal::foreign_owner);
  EXPECT_EQ(error_of([&] { (void)strict.open_directory("hers"); }).cause(), Cause::refused);
}

TEST_P(AsTheirOwner, AFileInADirectoryOfRootsIsOpenedAsItsOwner) {
  put_directory("spool", {0, 0}, 0755);
  put("spool/bob", bob, 0600);
  put("spool/shut", bob, 0000);
  const Directory spool = open("spool").with_owner(bob.uid);
  EXPECT_TRUE(spool.open_file("bob").file);
  EXPECT_TRUE(spool.open_file_for_update("bob").file);
  EXPECT_EQ(error_of([&] { (void)spool.open_file("shut", EntryKind::regular); }).system_error(), EACCES);
}

TEST_P(AsTheirOwner, AFileInADirectoryOfRootsThatItsOwnerMayNotEnterIsOpened) {
  put_directory("restored", {0, 0}, 0700);
  put("restored/bob", bob, 0600);
  EXPECT_TRUE(open("restored").with_owner(bob.uid).open_file("bob").file);
}

TEST_P(AsTheirOwner, WhatIsMadeIsBornHis) {
  put_directory("home", bob, 0700);
  const Rules rules{.side = Side::target};
  const Directory home = open("home", rules);
  const Directory made = home.make_directory("new", {bob, 0600, 0700});
  EXPECT_EQ(made.kernel().acts_as(), bob);
  NewFile file = made.create_file();
  EXPECT_EQ(file.status_now().owner, bob);
  file.append(as_bytes("x"));
  file.dress({bob, 0640, 0700}, FileTime{std::chrono::seconds{1'000'000}});
  EXPECT_EQ(file.link(made, "m"), LinkResult::done);
  EXPECT_EQ(world().status_of("home/new/m").owner, bob);
  EXPECT_EQ(world().status_of("home/new/m").permissions, 0640U);
}

TEST_P(AsTheirOwner, WhatIsMadeForAnotherIsHersBeforeItIsSeen) {
  put_directory("home", bob, 0755);
  const Rules rules{.side = Side::target, .more_owners = {carol.uid}};
  const Directory home = open("home", rules);
  const Birth hers{carol, 0600, 0700};
  NewFile file = home.create_file();
  file.append(as_bytes("x"));
  file.dress(hers, FileTime{std::chrono::seconds{1'000'000}});
  EXPECT_EQ(file.link(home, "m"), LinkResult::done);  // bob may not link what is hers
  EXPECT_EQ(world().status_of("home/m").owner, carol);
  const Directory made = home.make_directory("d", hers);
  EXPECT_EQ(made.kernel().acts_as(), carol);
  EXPECT_EQ(world().status_of("home/d").owner, carol);
  EXPECT_TRUE(home.open_file("m").file);
}

TEST_P(AsTheirOwner, AMessageIsMovedBetweenDirectoriesOfTwoOwners) {
  put_directory("home", bob, 0755);
  put_directory("home/his", bob, 0700);
  put_directory("home/hers", carol, 0700);
  put("home/his/m", bob, 0600);
  const Directory home = open("home", Rules{.side = Side::target, .more_owners = {carol.uid}});
  const Directory his = home.open_directory("his");
  const auto moved = his.move("m", his.look_at("m").value().id, home.open_directory("hers"), "m");
  EXPECT_TRUE(moved.found);
  EXPECT_TRUE(world().exists("home/hers/m"));
}

TEST_P(AsTheirOwner, ARootMadeForHimIsHis) {
  put_directory("srv", {0, 0}, 0755);
  const Directory made = Directory::make_root(world().kernel(), entropy(), full("srv/bob"), Rules{.side = Side::target},
                                              {bob, 0600, 0700});
  EXPECT_EQ(made.kernel().acts_as(), bob);
  EXPECT_EQ(world().status_of("srv/bob").owner, bob);
}

TEST_P(AsTheirOwner, TheNextNameOfRootsIsTakenAsRootAgain) {
  put_directory("home", bob, 0700);
  put_directory("state", {0, 0}, 0700);
  put("state/ledger", {0, 0}, 0600);
  const Directory state = open("state");
  const Directory home = open("home");
  EXPECT_FALSE(home.look_at("nothing"));
  EXPECT_TRUE(state.open_file("ledger").file);
  EXPECT_FALSE(home.look_at("nothing"));
}

}  // namespace
}  // namespace mailhaul::fs
