// S1: the operator's own path.

#include <cerrno>
#include <filesystem>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

class Root : public InEachWorld {
 protected:
  [[nodiscard]] std::string path(const std::string& rest) { return world().root() + "/" + rest; }
  [[nodiscard]] Directory open_path(const std::string& rest) {
    return Directory::open_root(kernel(), entropy(), path(rest), Rules{});
  }
  [[nodiscard]] Error error_at(const std::string& rest) {
    return error_of([&] { (void)open_path(rest); });
  }
};
INSTANTIATE_TEST_SUITE_P(EachWorld, Root, testing::ValuesIn(all_worlds), name_of);

TEST_P(Root, IsOpenedWithItsIdentityAndPlace) {
  world().put_directory("d");
  const Directory root = open_path("d");
  EXPECT_EQ(root.opened_as().id, world().status_of("d").id);
  EXPECT_EQ(root.opened_as().kind, EntryKind::directory);
  EXPECT_EQ(root.status_now().id, root.opened_as().id);
  EXPECT_EQ(root.place(), path("d"));
  EXPECT_TRUE(root.allows(world().status_of("d").owner.uid));
  EXPECT_FALSE(root.allows(world().status_of("d").owner.uid + 1));
}

TEST_P(Root, HasALineageUpToTheTop) {
  world().put_directory("d");
  world().put_directory("d/e");
  world().put_symlink("link", "d/e");
  const FileId top = lineage_of(kernel(), "/").at(0);
  for (const char* written : {"d/e", "link", "d/e/../e"}) {
    const auto lineage = lineage_of(kernel(), path(written));
    ASSERT_GE(lineage.size(), 4U) << written;
    EXPECT_EQ(lineage[0], world().status_of("d/e").id) << written;
    EXPECT_EQ(lineage[1], world().status_of("d").id) << written;
    EXPECT_EQ(lineage[2], world().status_of("").id) << written;
    EXPECT_EQ(lineage.back(), top) << written;
  }
  EXPECT_TRUE(lineage_of(kernel(), path("nothing")).empty());
}

TEST_P(Root, TakesAnyWritingOfItsPath) {
  world().put_directory("d");
  world().put_directory("d/e");
  const FileId id = world().status_of("d/e").id;
  for (const char* written : {"d/e", "d/e/", "d//e", "./d/./e/.", "d/../d/e", "d/e/../../d/e", "d/e/.."}) {
    SCOPED_TRACE(written);
    const FileId found = open_path(written).opened_as().id;
    EXPECT_EQ(found, std::string_view(written) == "d/e/.." ? world().status_of("d").id : id);
  }
}

TEST_P(Root, FollowsSymlinksOfTheRunner) {
  world().put_directory("d");
  world().put_directory("d/e");
  world().put_symlink("to_d", "d");
  world().put_symlink("d/up", "..");
  world().put_symlink("absolute", world().root() + "/to_d/e");
  world().put_symlink("chain", "absolute");
  const FileId id = world().status_of("d/e").id;
  for (const char* written : {"to_d/e", "d/up/d/e", "absolute", "chain/", "to_d/up/to_d/e"}) {
    SCOPED_TRACE(written);
    EXPECT_EQ(open_path(written).opened_as().id, id);
  }
  // Physical: ".." after a link is the parent of what the link leads to.
  world().put_symlink("deep", "d/e");
  EXPECT_EQ(open_path("deep/..").opened_as().id, world().status_of("d").id);
}

TEST_P(Root, RefusesSymlinksOfAnybodyElse) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a symlink away";
  world().put_directory("d");
  world().put_directory("d/e");
  world().put_symlink("to_d", "d");
  world().give_to("to_d", 4711);
  for (const char* written : {"to_d", "to_d/e", "to_d/../d"}) {
    SCOPED_TRACE(written);
    const Error error = error_at(written);
    EXPECT_EQ(error.cause(), Cause::refused);
    EXPECT_EQ(error.scope(), Scope::run);
    EXPECT_NE(error.reason().find("4711"), std::string::npos) << error.reason();
    EXPECT_EQ(error_of([&] { (void)Directory::find_root(kernel(), entropy(), path(written), Rules{}); }).cause(),
              Cause::refused);
  }
}

TEST_P(Root, GivesUpAfter40Symlinks) {
  world().put_directory("l0");
  for (int i = 1; i <= 41; ++i) world().put_symlink("l" + std::to_string(i), "l" + std::to_string(i - 1));
  world().put_symlink("loop", "loop");
  EXPECT_NO_THROW((void)open_path("l40"));
  EXPECT_EQ(error_at("l41").system_error(), ELOOP);
  EXPECT_EQ(error_at("loop").system_error(), ELOOP);
}

TEST_P(Root, SaysWhyItCannotBeOpened) {
  world().put_file("file", "");
  world().put_fifo("fifo");
  world().put_symlink("dangling", "gone");
  for (const char* gone : {"gone", "gone/further", "dangling"}) {
    SCOPED_TRACE(gone);
    const Error error = error_at(gone);
    EXPECT_EQ(error.cause(), Cause::not_found);
    EXPECT_EQ(error.scope(), Scope::run);
    EXPECT_EQ(error.side(), Side::source);
    EXPECT_EQ(error.place(), path(gone));
    EXPECT_FALSE(Directory::find_root(kernel(), entropy(), path(gone), Rules{}));
  }
  for (const char* other : {"file", "fifo", "file/further"}) {
    SCOPED_TRACE(other);
    const Error error = error_at(other);
    EXPECT_EQ(error.cause(), Cause::not_found);
    EXPECT_EQ(error.system_error(), ENOTDIR);
    EXPECT_EQ(error.reason(), "not a directory");
  }
  EXPECT_EQ(error_of([&] { (void)Directory::open_root(kernel(), entropy(), "", Rules{}); }).cause(), Cause::not_found);
  const std::string with_nul("/a\0b", 4);
  EXPECT_NO_FATAL_FAILURE((void)error_of([&] { (void)Directory::open_root(kernel(), entropy(), with_nul, Rules{}); }));
}

TEST_P(Root, KeepsTheRightCauseUnderEachFault) {
  world().put_directory("d");
  for (const int number : {EACCES, EIO, ENOMEM}) {
    for (std::uint64_t nth = 1;; ++nth) {
      kernel().count_anew();
      kernel().inject({.nth = nth, .errno_value = number});
      std::optional<Directory> opened;
      try {
        opened = open_path("d");
      } catch (const Error& error) {
        EXPECT_EQ(error.cause(), number == EACCES ? Cause::permission : Cause::io_error);
        EXPECT_EQ(error.scope(), Scope::run);
      }
      const bool hit = kernel().faults_hit() != 0;
      kernel().heal();
      if (!hit) break;
      ASSERT_LT(nth, 100U);
    }
  }
}

TEST_P(Root, IsMadeWhenItsParentIsThere) {
  const Birth birth{runner(), 0600, 0750};
  const Rules rules{.side = Side::target};
  const Directory made = Directory::make_root(kernel(), entropy(), path("new/"), rules, birth);
  EXPECT_EQ(made.opened_as().id, world().status_of("new").id);
  EXPECT_EQ(world().status_of("new").permissions, 0750U);
  EXPECT_EQ(made.place(), path("new/"));
  const Directory again = Directory::make_root(kernel(), entropy(), path("new"), rules, Birth{runner(), 0600, 0700});
  EXPECT_EQ(again.opened_as().id, made.opened_as().id);
  EXPECT_EQ(world().status_of("new").permissions, 0750U) << "what is there is left as it is";
}

TEST_P(Root, IsNotMadeOverAnythingElse) {
  world().put_file("file", "");
  world().put_symlink("dangling", "gone");
  const Birth birth{runner(), 0600, 0700};
  for (const char* bad : {"gone/further", "dangling", "gone/.."}) {
    SCOPED_TRACE(bad);
    const Error error = error_of(
        [&] { (void)Directory::make_root(kernel(), entropy(), path(bad), Rules{.side = Side::target}, birth); });
    EXPECT_EQ(error.cause(), Cause::cannot_create);
    EXPECT_EQ(error.scope(), Scope::run);
    EXPECT_EQ(error.side(), Side::target);
  }
  EXPECT_FALSE(world().exists("gone"));
}

TEST_P(Root, IsToldApartFromAFullDiskWhenItCannotBeMade) {
  for (const int number : {ENOSPC, EDQUOT, EROFS}) {
    kernel().count_anew();
    kernel().inject({.call = support::Call::make_directory, .errno_value = number});
    const Error error = error_of([&] {
      (void)Directory::make_root(kernel(), entropy(), path("new"), Rules{.side = Side::target}, Birth{runner()});
    });
    kernel().heal();
    EXPECT_EQ(error.cause(), number == EROFS ? Cause::cannot_create : cause_of(number));
    EXPECT_EQ(error.side(), Side::target);
    EXPECT_EQ(error.scope(), Scope::run);
  }
}

TEST_P(Root, GivesTheNewRootItsOwner) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a directory away";
  const Birth birth{{4711, 4712}, 0600, 0700};
  const Directory made = Directory::make_root(kernel(), entropy(), path("new"), Rules{.side = Side::target}, birth);
  EXPECT_EQ(world().status_of("new").owner, birth.owner);
  EXPECT_TRUE(made.allows(4711));
  EXPECT_FALSE(made.allows(runner().uid));
}

using RootInMemory = InMemory;

TEST_F(RootInMemory, FollowsSymlinksOfRootForAnyRunner) {
  memory().put_directory("/data");
  memory().put_symlink("/roots", "/data");
  memory().put_symlink("/bobs", "/data", bob);
  memory().become(1001, 1001);
  EXPECT_NO_THROW((void)Directory::open_root(kernel(), entropy(), "/roots", Rules{}));
  EXPECT_NO_THROW((void)Directory::open_root(kernel(), entropy(), "/bobs", Rules{}));
  memory().become(1002, 1002);
  EXPECT_NO_THROW((void)Directory::open_root(kernel(), entropy(), "/roots", Rules{}));
  EXPECT_EQ(error_of([&] { (void)Directory::open_root(kernel(), entropy(), "/bobs", Rules{}); }).cause(),
            Cause::refused);
}

TEST_F(RootInMemory, SaysWhenItMayNotBeRead) {
  memory().put_directory("/closed", {}, 0700);
  memory().put_directory("/closed/d", bob);
  memory().become(1001, 1001);
  for (const char* path : {"/closed", "/closed/d"}) {
    EXPECT_EQ(error_of([&] { (void)Directory::open_root(kernel(), entropy(), path, Rules{}); }).cause(),
              Cause::permission);
  }
  EXPECT_EQ(error_of([&] {
              (void)Directory::make_root(kernel(), entropy(), "/new", Rules{.side = Side::target}, Birth{bob});
            }).cause(),
            Cause::cannot_create);
}

TEST_F(RootInMemory, MadeIsThereAfterAPowerCut) {
  for (const bool durable : {true, false}) {
    const Rules rules{.side = Side::target, .durability = durable ? Durability::batch : Durability::none};
    const std::string path = durable ? "/kept" : "/lost";
    (void)Directory::make_root(kernel(), entropy(), path, rules, Birth{});
    memory().lose_power();
    EXPECT_EQ(memory().exists(path), durable);
  }
}

TEST(OperatorPath, IsSplitIntoParentAndName) {
  struct Row {
    const char* path;
    const char* parent;
    const char* name;
  };
  for (const Row& row :
       {Row{"/var/mail/bob", "/var/mail", "bob"}, Row{"/bob", "/", "bob"}, Row{"bob", ".", "bob"},
        Row{"a/bob", "a", "bob"}, Row{"a/bob///", "a", "bob"}, Row{"/a//bob", "/a", "bob"}, Row{"//bob", "/", "bob"},
        Row{"/", "/", ""}, Row{"", ".", ""}, Row{"./bob", ".", "bob"}, Row{"a/..", "a", ".."}}) {
    SCOPED_TRACE(row.path);
    const ParentAndName split = split_operator_path(row.path);
    EXPECT_EQ(split.parent, row.parent);
    EXPECT_EQ(split.name, row.name);
  }
}

TEST(OperatorPath, RelativeBeginsAtTheWorkingDirectory) {
  PosixKernel kernel;
  SystemEntropy entropy;
  Status here;
  ASSERT_EQ(kernel.status_at(-100 /* AT_FDCWD */, ".", here), 0);
  EXPECT_EQ(Directory::open_root(kernel, entropy, ".", Rules{}).opened_as().id, here.id);
  EXPECT_EQ(Directory::open_root(kernel, entropy, "..", Rules{}).opened_as().id,
            Directory::open_root(kernel, entropy, std::filesystem::current_path().parent_path().string(), Rules{})
                .opened_as()
                .id);
}

}  // namespace
}  // namespace mailhaul::fs
