// S7: directories are born with their owner and mode; what was there is not touched.

#include <cerrno>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

class NewDirectory : public InEachWorld {};
INSTANTIATE_TEST_SUITE_P(EachWorld, NewDirectory, testing::ValuesIn(all_worlds), name_of);

TEST_P(NewDirectory, HasTheModeOfItsBirthUnderAnyUmask) {
  const Directory root = open(Side::target);
  int number = 0;
  // As an ordinary user, a umask that takes the owner's own bits would keep him out of what he makes.
  const std::vector<mode_t> masks =
      runner().uid == 0 ? std::vector<mode_t>{0, 022, 077, 0777} : std::vector<mode_t>{0, 022, 077};
  for (const mode_t mask : masks) {
    for (const mode_t mode : {0700U, 0750U, 0755U, 0777U, 02775U, 04711U}) {
      const std::string name = std::to_string(++number);
      world().set_umask(mask);
      const Directory made = root.make_directory(name, Birth{runner(), 0600, mode});
      world().set_umask(022);
      EXPECT_EQ(made.opened_as().id, world().status_of(name).id);
      EXPECT_EQ(made.opened_as().permissions, mode & 0777U);
      EXPECT_EQ(world().status_of(name).permissions, mode & 0777U) << "set-id bits are never given";
    }
  }
}

TEST_P(NewDirectory, HasTheOwnerOfItsBirth) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a directory away";
  const Directory root = open(Side::target);
  const Directory made = root.make_directory("d", Birth{{4711, 4712}, 0600, 0700});
  EXPECT_EQ(world().status_of("d").owner, (Owner{4711, 4712}));
  EXPECT_EQ(made.opened_as().owner.uid, 4711U);
  // The one that made it may go on in it; by name it is opened by the rules.
  EXPECT_NO_THROW((void)made.make_directory("e", Birth{{4711, 4712}, 0600, 0700}));
  EXPECT_EQ(error_of([&] { (void)root.open_directory("d"); }).cause(), Cause::refused);
}

TEST_P(NewDirectory, IsOpenedAsItIsWhenItIsThere) {
  world().put_directory("d");
  world().put_file("d/f", "");
  const Status before = world().status_of("d");
  const Directory found = open(Side::target).make_directory("d", Birth{{4711, 4712}, 0600, 0711});
  EXPECT_EQ(found.opened_as().id, before.id);
  EXPECT_EQ(world().status_of("d").owner, before.owner);
  EXPECT_EQ(world().status_of("d").permissions, before.permissions);
}

TEST_P(NewDirectory, IsRefusedWhereSomethingElseIs) {
  world().put_file("file", "");
  world().put_directory("real");
  world().put_symlink("link", "real");
  const Directory root = open(Side::target);
  for (const char* name : {"file", "link", "link/d"}) {
    SCOPED_TRACE(name);
    const Error error = error_of([&] { (void)root.make_directory(name, Birth{runner()}); });
    EXPECT_EQ(error.cause(), Cause::refused);
    EXPECT_EQ(error.side(), Side::target);
  }
  EXPECT_TRUE(world().names_in("real").empty());
  EXPECT_EQ(error_of([&] { (void)root.make_directory("gone/d", Birth{runner()}); }).cause(), Cause::not_found);
  if (world().has_users()) {
    world().put_directory("foreign");
    world().give_to("foreign", 4711);
    EXPECT_EQ(error_of([&] { (void)root.make_directory("foreign", Birth{runner()}); }).cause(), Cause::refused);
    EXPECT_EQ(world().status_of("foreign").owner.uid, 4711U);
  }
}

TEST_P(NewDirectory, IsNotGivenAwayWhenItWasExchanged) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a directory away";
  // Between mkdir and open the owner puts another directory there: one with content, or a stranger's.
  world().put_directory("full");
  world().put_file("full/secret", "secret");
  world().put_directory("foreign");
  world().give_to("foreign", 4711);
  world().put_symlink("link", "full");
  const Birth birth{{1001, 1001}, 0600, 0755};
  for (const char* other : {"full", "foreign", "link"}) {
    SCOPED_TRACE(other);
    const Status before = world().status_of(other);
    const Directory root = open(Side::target);
    (void)root.find_directory("not there");  // what openat2 answers is known now
    kernel().count_anew();
    const bool walk = GetParam().resolving == Resolving::walk;
    kernel().before(walk ? Call::open_at : Call::open_beneath, 1, [&] { world().exchange("new", other); });
    std::optional<Directory> got;
    try {
      got = root.make_directory("new", birth);
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::refused);
    }
    kernel().heal();
    EXPECT_EQ(world().status_of("new").id, before.id) << "the exchange took place";
    EXPECT_EQ(world().status_of("new").owner, before.owner);
    EXPECT_EQ(world().status_of("new").permissions, before.permissions);
    if (std::string_view(other) != "full") {
      EXPECT_FALSE(got);
    }
    world().exchange("new", other);
    world().remove("new");
  }
}

using NewDirectoryInMemory = InMemory;

TEST_F(NewDirectoryInMemory, LosesTheSetGroupBitItInherits) {
  memory().put_directory("/m/shared", bob, 02775);
  const Directory root = open();
  const Directory made = root.make_directory("shared/d", Birth{{1001, 1002}, 0600, 0770});
  EXPECT_EQ(memory().status_of("/m/shared/d").permissions, 0770U);
  EXPECT_EQ(memory().status_of("/m/shared/d").owner, (Owner{1001, 1002}));
}

TEST_F(NewDirectoryInMemory, NeedsNoChangeWhenItIsBornRight) {
  memory().become(1001, 1001);
  memory().set_umask(0);
  const Directory root = open();
  kernel().count_anew();
  (void)root.make_directory("d", Birth{bob, 0600, 0700});
  EXPECT_EQ(kernel().calls(Call::change_owner), 0U);
  EXPECT_EQ(kernel().calls(Call::change_mode), 0U);
}

TEST_F(NewDirectoryInMemory, IsNeverWideOpenBeforeItsOwnerIsSet) {
  memory().set_umask(0);
  const Directory root = open();
  kernel().count_anew();
  kernel().before(Call::change_owner, 1, [&] { EXPECT_EQ(memory().status_of("/m/d").permissions, 0700U); });
  kernel().before(Call::change_mode, 1, [&] { EXPECT_EQ(memory().status_of("/m/d").owner, bob); });
  (void)root.make_directory("d", Birth{bob, 0600, 0777});
  EXPECT_EQ(kernel().calls(Call::change_owner), 1U);
  EXPECT_EQ(kernel().calls(Call::change_mode), 1U);
}

TEST_F(NewDirectoryInMemory, FailsWithTheRightReachUnderEachFault) {
  for (std::uint64_t nth = 1;; ++nth) {
    const Directory root = open();
    kernel().count_anew();
    kernel().inject({.nth = nth, .errno_value = EIO});
    const std::string name = "d" + std::to_string(nth);
    try {
      (void)root.make_directory(name, Birth{bob, 0600, 0711});
      EXPECT_EQ(memory().status_of("/m/" + name).owner, bob);
      EXPECT_EQ(memory().status_of("/m/" + name).permissions, 0711U);
    } catch (const Error& error) {
      EXPECT_NE(error.scope(), Scope::message);
      EXPECT_EQ(error.side(), Side::target);
      EXPECT_FALSE(memory().exists("/m/" + name)) << "no later run would enter what is still ours";
    }
    const bool hit = kernel().faults_hit() != 0;
    kernel().heal();
    if (!hit) break;
  }
}

}  // namespace
}  // namespace mailhaul::fs
