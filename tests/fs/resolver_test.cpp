// S2, S3: the way from a root to what is below it. Each test runs over real files and over files in memory, with
// openat2 and with the walk that stands in for it.

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

class Resolver : public InEachWorld {};
INSTANTIATE_TEST_SUITE_P(EachWorld, Resolver, testing::ValuesIn(all_worlds), name_of);

TEST_P(Resolver, OpensPathsBelowTheRoot) {
  world().put_directory("a");
  world().put_directory("a/b");
  world().put_file("a/b/f", "text");
  const Directory root = open();
  EXPECT_EQ(root.open_directory("a/b").opened_as().id, world().status_of("a/b").id);
  EXPECT_EQ(root.open_directory("a").open_directory("b").place(), world().root() + "/a/b");
  const OpenResult opened = root.open_file("a/b/f");
  ASSERT_TRUE(opened.file);
  EXPECT_EQ(read_all(*opened.file), "text");
  EXPECT_EQ(opened.file->place(), world().root() + "/a/b/f");
}

TEST_P(Resolver, RefusesNamesThatAreNotPlainBeforeAnyCall) {
  world().put_directory("a");
  const Directory root = open();
  const FileId id = root.opened_as().id;
  kernel().count_anew();
  using namespace std::string_literals;
  for (const std::string& path : {""s, "."s, ".."s, "/"s, "/a"s, "a/"s, "a//b"s, "a/."s, "a/.."s, "a/../a"s, "./a"s,
                                  "../a"s, "a\0"s, "a\0b"s, "a/b\0c"s}) {
    SCOPED_TRACE(testing::PrintToString(path));
    EXPECT_EQ(error_of([&] { (void)root.find_directory(path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.open_directory(path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.open_file(path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.open_file_for_update(path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.look_at(path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.make_directory(path, Birth{}); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.rename(path, id, root, "x"); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { (void)root.rename("a", id, root, path); }).cause(), Cause::refused);
    EXPECT_EQ(error_of([&] { root.remove(path, id); }).cause(), Cause::refused);
  }
  EXPECT_EQ(kernel().calls(), 0U);
}

TEST_P(Resolver, TakesNamesThatOnlyLookOdd) {
  const Directory root = open();
  for (const std::string name : {"...", "..a", ".a", " ", "a\nb", "\x1b[31m", "\xff\xfe", "-rf"}) {
    SCOPED_TRACE(testing::PrintToString(name));
    world().put_file(name, "odd");
    const OpenResult opened = root.open_file(name);
    ASSERT_TRUE(opened.file);
    EXPECT_EQ(read_all(*opened.file), "odd");
  }
}

TEST_P(Resolver, TakesNamesOf255OctetsAndSaysThatLongerOnesAreTooLong) {
  const std::string longest(255, 'n');
  world().put_directory(longest);
  world().put_file(longest + "/" + longest, "far");
  const Directory root = open();
  const OpenResult opened = root.open_file(longest + "/" + longest);
  ASSERT_TRUE(opened.file);
  EXPECT_EQ(read_all(*opened.file), "far");
  const Error error = error_of([&] { (void)root.open_file(longest + "n"); });
  EXPECT_EQ(error.cause(), Cause::limit);
  EXPECT_EQ(error.scope(), Scope::message);
}

TEST_P(Resolver, FollowsNoSymlinkAnywhere) {
  world().put_directory("real");
  world().put_file("real/secret", "secret");
  world().put_symlink("link", "real");
  world().put_directory("d");
  world().put_symlink("d/link", "../real");
  const Directory root = open();
  for (const char* path : {"link", "d/link"}) {
    SCOPED_TRACE(path);
    const Error error = error_of([&] { (void)root.find_directory(path); });
    EXPECT_EQ(error.cause(), Cause::refused);
    EXPECT_EQ(error.scope(), Scope::folder);
    EXPECT_EQ(error.side(), Side::source);
    EXPECT_EQ(root.open_file(path).refusal, Refusal::symlink);
  }
  for (const char* path : {"link/secret", "d/link/secret"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(root.open_file(path, EntryKind::regular).refusal, Refusal::symlink);
    EXPECT_EQ(error_of([&] { (void)root.look_at(path); }).system_error(), ELOOP);
    EXPECT_EQ(error_of([&] { (void)root.make_directory(std::string(path) + "2", Birth{}); }).system_error(), ELOOP);
    EXPECT_EQ(error_of([&] { root.remove(path, world().status_of("real/secret").id); }).system_error(), ELOOP);
  }
  EXPECT_TRUE(world().exists("real/secret"));
}

TEST_P(Resolver, DoesNotFollowAParentThatIsExchangedWithASymlink) {
  world().put_directory("mail");
  world().put_directory("mail/cur");
  world().put_file("mail/cur/m", "mine");
  world().put_directory("other");
  world().put_directory("other/cur");
  world().put_file("other/cur/m", "secret");
  world().put_symlink("trap", "other");
  const Directory root = open();
  const Directory mail = root.open_directory("mail");
  world().exchange("mail", "trap");
  // By a handle: it is the directory that was opened. By name: refused.
  EXPECT_EQ(read_all(*mail.open_file("cur/m").file), "mine");
  EXPECT_EQ(mail.open_directory("cur").opened_as().id, world().status_of("trap/cur").id);
  EXPECT_EQ(error_of([&] { (void)root.open_directory("mail/cur"); }).cause(), Cause::refused);
  EXPECT_EQ(root.open_file("mail/cur/m").refusal, Refusal::symlink);
  const Directory cur = mail.open_directory("cur");
  world().put_directory("decoy");
  world().exchange("trap/cur", "decoy");
  EXPECT_EQ(read_all(*cur.open_file("m").file), "mine");
}

TEST_P(Resolver, DoesNotLeaveTheTreeWhenADirectoryIsExchangedDuringTheWalk) {
  world().put_directory("mail");
  world().put_directory("mail/cur");
  world().put_file("mail/cur/m", "mine");
  world().put_directory("other");
  world().put_directory("other/cur");
  world().put_file("other/cur/m", "secret");
  world().put_symlink("trap", "other");
  const Directory root = open();
  // At each call of the way the owner exchanges the directory with the link; and back before the next try.
  for (std::uint64_t nth = 1; nth <= 8; ++nth) {
    for (const Call call : {Call::open_beneath, Call::open_at, Call::status_at, Call::status}) {
      kernel().heal();
      kernel().count_anew();
      bool exchanged = false;
      kernel().before(call, nth, [&] {
        world().exchange("mail", "trap");
        exchanged = true;
      });
      const OpenResult opened = root.open_file("mail/cur/m");
      if (opened.file) {
        EXPECT_EQ(read_all(*opened.file), "mine");
      }
      if (exchanged) world().exchange("mail", "trap");
    }
  }
}

TEST_P(Resolver, TellsMissingFromRefused) {
  world().put_file("file", "");
  const Directory root = open();
  EXPECT_FALSE(root.find_directory("gone"));
  EXPECT_FALSE(root.find_directory("gone/further"));
  EXPECT_FALSE(root.look_at("gone"));
  EXPECT_FALSE(root.look_at("gone/further"));
  EXPECT_EQ(root.open_file("gone").refusal, Refusal::missing);
  EXPECT_EQ(root.open_file("gone/further").refusal, Refusal::missing);
  EXPECT_EQ(root.open_file("gone", EntryKind::regular).refusal, Refusal::missing);
  const Error missing = error_of([&] { (void)root.open_directory("gone"); });
  EXPECT_EQ(missing.cause(), Cause::not_found);
  EXPECT_EQ(missing.place(), world().root() + "/gone");
  EXPECT_EQ(error_of([&] { (void)root.find_directory("file"); }).cause(), Cause::refused);
  EXPECT_EQ(error_of([&] { (void)root.find_directory("file/further"); }).cause(), Cause::refused);
}

TEST_P(Resolver, RefusesADirectoryOfAForeignOwner) {
  if (!world().has_users()) GTEST_SKIP() << "only root can give a directory away";
  world().put_directory("foreign");
  world().put_directory("foreign/inside");
  world().give_to("foreign", 4711);
  const Directory root = open();
  const Error error = error_of([&] { (void)root.open_directory("foreign"); });
  EXPECT_EQ(error.cause(), Cause::refused);
  EXPECT_NE(error.reason().find("4711"), std::string::npos) << error.reason();

  const Directory lenient = open(Rules{.side = Side::source, .more_owners = {4711}});
  EXPECT_EQ(lenient.open_directory("foreign").open_directory("inside").opened_as().id,
            world().status_of("foreign/inside").id);
  const Directory theirs = root.with_owner(4711);
  EXPECT_NO_THROW((void)theirs.open_directory("foreign"));
  EXPECT_FALSE(theirs.allows(root.opened_as().owner.uid));
  EXPECT_TRUE(theirs.allows(4711));
}

TEST_P(Resolver, TakesAnotherWayOnlyWhenOpenat2IsMissing) {
  world().put_directory("a");
  world().put_file("a/f", "text");
  for (const int missing : {ENOSYS, EPERM}) {
    SCOPED_TRACE(missing);
    const Directory root = open();
    kernel().inject({.call = Call::open_beneath, .errno_value = missing, .and_all_later = true});
    kernel().count_anew();
    EXPECT_EQ(read_all(*root.open_file("a/f").file), "text");
    EXPECT_EQ(read_all(*root.open_directory("a").open_file("f").file), "text");
    EXPECT_EQ(kernel().calls(Call::open_beneath), 1U) << "a failure is remembered";
    kernel().heal();
  }
}

TEST_P(Resolver, DoesNotRememberAnEpermOfTheFileItself) {
  world().put_file("f", "text");
  const Directory root = open(Side::target);
  kernel().inject({.call = Call::open_beneath, .nth = 1, .errno_value = EPERM});
  kernel().inject({.call = Call::open_at, .nth = 1, .errno_value = EPERM});
  kernel().count_anew();
  EXPECT_EQ(error_of([&] { (void)root.open_file("f", EntryKind::regular); }).cause(), Cause::permission);
  kernel().count_anew();
  kernel().heal();
  EXPECT_TRUE(root.open_file("f", EntryKind::regular).file);
  EXPECT_EQ(kernel().calls(Call::open_beneath), 1U);
}

TEST_P(Resolver, RetriesARace64TimesThenWalks) {
  world().put_directory("a");
  const Directory root = open();
  kernel().inject({.call = Call::open_beneath, .errno_value = EAGAIN, .and_all_later = true});
  kernel().count_anew();
  EXPECT_EQ(root.open_directory("a").opened_as().id, world().status_of("a").id);
  EXPECT_EQ(kernel().calls(Call::open_beneath), 64U);
  EXPECT_TRUE(root.find_directory("a"));
  EXPECT_EQ(kernel().calls(Call::open_beneath), 128U) << "a race says nothing about the next time";
}

TEST_P(Resolver, WalksAPathThatIsTooLongToBeGivenAtOnce) {
  world().put_directory("a");
  world().put_directory("a/b");
  const Directory root = open();
  kernel().inject({.call = Call::open_beneath, .errno_value = ENAMETOOLONG, .and_all_later = true});
  EXPECT_EQ(root.open_directory("a/b").opened_as().id, world().status_of("a/b").id);
  kernel().heal();
  EXPECT_EQ(error_of([&] { (void)root.open_directory("a/" + std::string(256, 'x')); }).cause(), Cause::limit)
      << "a name that is too long stays one";
}

TEST_P(Resolver, LeavesNoDescriptorBehind) {
  if (GetParam().files == Files::real) GTEST_SKIP() << "counted in memory";
  auto& memory = dynamic_cast<support::MemoryKernel&>(world().kernel());
  world().put_directory("a");
  world().put_directory("a/b");
  world().put_file("a/b/f", "text");
  world().put_symlink("a/link", "b");
  world().put_fifo("a/fifo");
  {
    const Directory root = open();
    for (const char* path : {"a/b/f", "a/b/gone", "a/link/f", "a/fifo", "a/b", "gone/f"}) (void)root.open_file(path);
    for (const char* path : {"a/b", "a/gone"}) (void)root.find_directory(path);
    for (const char* path : {"a/link", "a/fifo", "a/b/f"}) (void)error_of([&] { (void)root.find_directory(path); });
    (void)root.look_at("a/b/f");
    EXPECT_EQ(memory.open_descriptors(), 1U);
  }
  EXPECT_EQ(memory.open_descriptors(), 0U);
}

// ---- mounts: real ones as found, made ones in memory

class Mounts : public testing::TestWithParam<WorldKind> {};
INSTANTIATE_TEST_SUITE_P(EachWorld, Mounts, testing::ValuesIn(all_worlds), name_of);

TEST_P(Mounts, AreNotCrossedUnlessTold) {
  const Watchdog watchdog;
  SystemEntropy entropy;
  const bool real = GetParam().files == Files::real;
  PosixKernel posix(GetParam().resolving == Resolving::walk);
  support::MemoryKernel memory;
  if (GetParam().resolving == Resolving::walk) memory.set_abilities({.openat2 = -ENOSYS});
  memory.put_mount("/proc");
  memory.put_directory("/proc/sys");
  memory.put_file("/proc/sys/version", "1");
  Kernel& kernel = real ? static_cast<Kernel&>(posix) : memory;

  const Directory root = Directory::open_root(kernel, entropy, "/", Rules{});
  const std::optional<Status> proc = root.look_at("proc");
  if (!proc) GTEST_SKIP() << "no /proc here";
  const Error error = error_of([&] { (void)root.open_directory("proc"); });
  EXPECT_EQ(error.cause(), Cause::refused);
  EXPECT_EQ(error.system_error(), EXDEV);
  EXPECT_EQ(error_of([&] { (void)root.open_directory("proc/sys"); }).system_error(), EXDEV);
  EXPECT_EQ(root.open_file("proc/version", EntryKind::regular).refusal, Refusal::other_mount);

  const Directory crossing = Directory::open_root(kernel, entropy, "/", Rules{.cross_mounts = true});
  EXPECT_NO_THROW((void)crossing.open_directory("proc/sys"));
}

}  // namespace
}  // namespace mailhaul::fs
