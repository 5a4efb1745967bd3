// S7, the part about trees that were there before us: by descriptor, only what may be taken, never through a link and
// never what has a name elsewhere.

#include "mailhaul/fs/adoption.hpp"

#include <fcntl.h>

#include <cerrno>

#include "fs/resolver.hpp"
#include "fs/world.hpp"
#include "mailhaul/base/clock.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

constexpr uid_t old_owner = 4711;
constexpr Owner new_owner{4712, 4713};
constexpr uid_t stranger = 4714;

class Adopting : public InEachWorld {
 protected:
  void SetUp() override {
    if (!world().has_users()) GTEST_SKIP() << "only root can give files away";
    world().put_directory("d");
  }
  [[nodiscard]] Directory tree() {
    return open(Rules{.side = Side::target, .more_owners = {old_owner, new_owner.uid}, .as_runner = true});
  }
  [[nodiscard]] static AdoptionRules rules() { return AdoptionRules{.owner = new_owner, .from = {old_owner}}; }
  void put(const std::string& path, uid_t uid, mode_t mode) {
    world().put_file(path, "mail");
    world().give_to(path, uid);
    set_mode(path, mode);
  }
  void set_mode(const std::string& path, mode_t mode) {
    const Directory root = open(Side::target);
    Resolver resolver(false);
    const int fd = resolver.open(world().kernel(), root.descriptor(), path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    ASSERT_GE(fd, 0) << path;
    ASSERT_EQ(world().kernel().change_mode(fd, mode), 0);
    ASSERT_EQ(world().kernel().close(fd), 0);
  }
  [[nodiscard]] AdoptionRefusal adopt(const std::string& name) {
    const Directory d = tree().open_directory("d");
    return adopt_file(d, name, *d.look_at(name), rules());
  }
  [[nodiscard]] Dress dress(const std::string& path) { return dress_of(world().status_of(path)); }
};
INSTANTIATE_TEST_SUITE_P(EachWorld, Adopting, testing::ValuesIn(all_worlds), name_of);

TEST_P(Adopting, GivesAFileItsOwnerAndNoWiderMode) {
  put("d/wide", old_owner, 0664);
  put("d/strict", old_owner, 0400);
  put("d/set-id", old_owner, 06755);
  for (const char* name : {"wide", "strict", "set-id"}) EXPECT_EQ(adopt(name), AdoptionRefusal::none) << name;
  EXPECT_EQ(dress("d/wide"), (Dress{new_owner, 0600}));
  EXPECT_EQ(dress("d/strict"), (Dress{new_owner, 0400}));
  EXPECT_EQ(dress("d/set-id"), (Dress{new_owner, 0600}));
  EXPECT_EQ(world().octets_of("d/wide"), "mail");
}

TEST_P(Adopting, TakesAwaySetIdBitsOfWhatHasTheRightOwner) {
  put("d/f", new_owner.uid, 04600);
  EXPECT_EQ(adopt("f"), AdoptionRefusal::none);
  EXPECT_EQ(dress("d/f"), (Dress{new_owner, 0600}));
}

TEST_P(Adopting, GivesADirectoryItsOwnerAndMode) {
  world().give_to("d", old_owner);
  set_mode("d", 02777);
  EXPECT_EQ(adopt_directory(tree().open_directory("d"), rules()), AdoptionRefusal::none);
  EXPECT_EQ(dress("d"), (Dress{new_owner, 0700}));
}

TEST_P(Adopting, WidensOnlyWhenAsked) {
  put("d/f", old_owner, 0400);
  set_mode("d", 0500);
  AdoptionRules asked = rules();
  asked.file_mode = 04640;
  asked.directory_mode = 02750;
  const Directory d = tree().open_directory("d");
  asked.from.push_back(runner().uid);
  EXPECT_EQ(adopt_file(d, "f", *d.look_at("f"), asked), AdoptionRefusal::none);
  EXPECT_EQ(adopt_directory(d, asked), AdoptionRefusal::none);
  EXPECT_EQ(dress("d/f"), (Dress{new_owner, 0640})) << "set-id bits can't be asked for";
  EXPECT_EQ(dress("d"), (Dress{new_owner, 0750}));
}

TEST_P(Adopting, LeavesWhatBelongsToAStranger) {
  put("d/f", stranger, 0666);
  const Dress before = dress("d/f");
  EXPECT_EQ(adopt("f"), AdoptionRefusal::foreign_owner);
  EXPECT_EQ(dress("d/f"), before);
  put("d/root", 0, 0666);
  EXPECT_EQ(adopt("root"), AdoptionRefusal::foreign_owner) << "root is a stranger as well";
}

TEST_P(Adopting, LeavesAFileWithAnotherName) {
  put("outside", old_owner, 0644);
  world().put_link("d/f", "outside");
  const Dress before = dress("outside");
  EXPECT_EQ(adopt("f"), AdoptionRefusal::other_names);
  EXPECT_EQ(dress("outside"), before);
}

TEST_P(Adopting, TouchesNoSymlinkAndNoSpecialFile) {
  put("victim", old_owner, 0644);
  world().put_symlink("d/link", "../victim");
  world().put_fifo("d/fifo");
  world().give_to("d/fifo", old_owner);
  const Dress before = dress("victim");
  EXPECT_EQ(adopt("link"), AdoptionRefusal::not_regular);
  EXPECT_EQ(adopt("fifo"), AdoptionRefusal::not_regular);
  EXPECT_EQ(dress("victim"), before);
}

TEST_P(Adopting, ExchangedAfterTheLookIsNotTouched) {
  put("victim", old_owner, 0644);
  put("other", old_owner, 0644);
  const Dress before = dress("victim");
  const Directory d = tree().open_directory("d");
  const auto race = [&](const char* what, const std::function<void()>& put_instead) {
    world().remove("d/f");
    put("d/f", old_owner, 0644);
    const Status seen = *d.look_at("f");
    world().remove("d/f");
    put_instead();
    EXPECT_NE(adopt_file(d, "f", seen, rules()), AdoptionRefusal::none) << what;
    EXPECT_EQ(dress("victim"), before) << what;
    EXPECT_EQ(dress("other"), before) << what;
  };
  put("d/f", old_owner, 0644);
  race("a symlink", [&] { world().put_symlink("d/f", "../victim"); });
  race("a FIFO", [&] { world().put_fifo("d/f"); });
  race("a directory", [&] { world().put_directory("d/f"); });
  world().remove("d/f");
  put("d/f", old_owner, 0644);
  race("a link to another file", [&] { world().put_link("d/f", "other"); });
}

TEST_P(Adopting, JudgesTheOpenFileAndNotTheName) {
  // The name leads to the right file when it is looked at, and to a stranger's with the same inode never: the owner
  // changes between the look and the open.
  put("d/f", old_owner, 0644);
  const Directory d = tree().open_directory("d");
  const Status seen = *d.look_at("f");
  kernel().count_anew();
  kernel().before(Call::status, 1, [&] { world().give_to("d/f", stranger); });
  EXPECT_EQ(adopt_file(d, "f", seen, rules()), AdoptionRefusal::foreign_owner);
  EXPECT_EQ(world().status_of("d/f").owner.uid, stranger);
}

TEST_P(Adopting, MendsAFileAllOfWhoseNamesAreInTheTree) {
  put("d/a", old_owner, 0644);
  world().put_directory("e");
  world().put_link("e/b", "d/a");
  const SystemClock clock;
  const Directory root = tree();
  const Status seen = *root.look_at("d/a");
  EXPECT_EQ(adopt_linked_file(root, {"d/a"}, seen, rules(), clock), AdoptionRefusal::other_names);
  EXPECT_EQ(adopt_linked_file(root, {"d/a", "e/b"}, seen, rules(), clock), AdoptionRefusal::none);
  EXPECT_EQ(dress("e/b"), (Dress{new_owner, 0600}));
}

TEST_P(Adopting, CountsNoNameTwiceThatIsRenamedMeanwhile) {
  // Two names in the tree are claimed; there is one, which goes from the first to the second while they are looked at,
  // and one outside.
  put("outside", old_owner, 0644);
  world().put_link("d/a", "outside");
  const SystemClock clock;
  const Directory root = tree();
  const Status seen = *root.look_at("d/a");
  clock.sleep(std::chrono::milliseconds{150});
  kernel().count_anew();
  kernel().before(Call::status_at, 2, [&] {
    const Directory d = root.open_directory("d");
    ASSERT_EQ(world().kernel().rename(d.descriptor(), "a", d.descriptor(), "b", 0), 0);
  });
  EXPECT_NE(adopt_linked_file(root, {"d/a", "d/b"}, seen, rules(), clock), AdoptionRefusal::none);
  EXPECT_EQ(world().status_of("outside").owner.uid, old_owner);
}

TEST_P(Adopting, AFailedCallIsAnErrorAndNotHalfDone) {
  for (const Call call : {Call::change_owner, Call::change_mode, Call::status}) {
    put("d/f", old_owner, 0644);
    const Directory d = tree().open_directory("d");
    const Status seen = *d.look_at("f");
    kernel().count_anew();
    kernel().inject({.call = call, .nth = 1, .errno_value = EIO});
    EXPECT_EQ(error_of([&] { (void)adopt_file(d, "f", seen, rules()); }).cause(), Cause::io_error);
    kernel().heal();
    EXPECT_EQ(adopt("f"), AdoptionRefusal::none) << "the next run mends it";
    EXPECT_EQ(dress("d/f"), (Dress{new_owner, 0600}));
    world().remove("d/f");
  }
}

}  // namespace
}  // namespace mailhaul::fs
