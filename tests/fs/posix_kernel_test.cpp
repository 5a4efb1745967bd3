// What only the real kernel can show.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>

#include "fs/world.hpp"
#include "mailhaul/fs/durable_batch.hpp"
#include "mailhaul/io/pump.hpp"
#include "mailhaul/io/sink.hpp"

namespace mailhaul::fs {
namespace {

class RealFiles : public testing::Test {
 protected:
  RealFiles() : root_(Directory::open_root(kernel_, entropy_, world_->root(), Rules{.side = Side::target})) {}
  [[nodiscard]] std::string path(const std::string& name) { return world_->root() + "/" + name; }
  [[nodiscard]] File file(const std::string& name) { return std::move(*root_.open_file_for_update(name).file); }

  Watchdog watchdog_{};
  std::unique_ptr<World> world_ = make_world({Files::real, Resolving::openat2});
  PosixKernel kernel_{};
  SystemEntropy entropy_{};
  Directory root_;
};

TEST_F(RealFiles, SayWhatFstatSays) {
  world_->put_file("f", std::string(10000, 'x'));
  ASSERT_EQ(::chmod(path("f").c_str(), 04751), 0);
  struct stat expected {};
  ASSERT_EQ(::lstat(path("f").c_str(), &expected), 0);
  const Status status = *root_.look_at("f");
  EXPECT_EQ(status.id.inode, expected.st_ino);
  EXPECT_EQ(status.kind, EntryKind::regular);
  EXPECT_EQ(status.owner.uid, expected.st_uid);
  EXPECT_EQ(status.owner.gid, expected.st_gid);
  EXPECT_EQ(status.permissions, 04751U);
  EXPECT_EQ(status.links, 1U);
  EXPECT_EQ(status.size_octets, 10000U);
  EXPECT_EQ(status.allocated_octets, static_cast<std::uint64_t>(expected.st_blocks) * 512);
  EXPECT_EQ(status.modified.time_since_epoch(),
            std::chrono::seconds(expected.st_mtim.tv_sec) + std::chrono::nanoseconds(expected.st_mtim.tv_nsec));
}

TEST_F(RealFiles, HaveTimesThatNobodyCanMakeOverflow) {
  world_->put_file("f", "");
  for (const time_t seconds : {std::numeric_limits<time_t>::max(), std::numeric_limits<time_t>::min(), time_t{-1},
                               time_t{0}, time_t{1} << 33U}) {
    const std::array<timespec, 2> times{timespec{seconds, 999999999}, timespec{seconds, 999999999}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path("f").c_str(), times.data(), 0), 0);
    EXPECT_NO_FATAL_FAILURE((void)root_.look_at("f"));
  }
}

TEST_F(RealFiles, KeepTheirAccessTimeWhenTheirModificationTimeIsSet) {
  world_->put_file("f", "");
  const std::array<timespec, 2> times{timespec{1000000, 5}, timespec{2000000, 6}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path("f").c_str(), times.data(), 0), 0);
  using namespace std::chrono;
  for (const FileTime time : {FileTime(seconds(1234567890) + nanoseconds(123456789)), FileTime(nanoseconds(-1))}) {
    file("f").set_modified(time);
    struct stat now {};
    ASSERT_EQ(::stat(path("f").c_str(), &now), 0);
    EXPECT_EQ(now.st_atim.tv_sec, 1000000);
    EXPECT_EQ(now.st_atim.tv_nsec, 5);
    EXPECT_EQ(root_.look_at("f")->modified, time);
  }
}

TEST_F(RealFiles, KeepTheirAccessTimeWhenTheyAreReadAtTheSource) {
  world_->put_file("f", "text");
  world_->put_directory("d");
  // Older than both mtime and a day: relatime would set it at any read.
  const std::array<timespec, 2> times{timespec{1000000, 0}, timespec{2000000, 0}};
  for (const char* name : {"f", "d"}) ASSERT_EQ(::utimensat(AT_FDCWD, path(name).c_str(), times.data(), 0), 0);
  const Directory source = Directory::open_root(kernel_, entropy_, world_->root(), Rules{.side = Side::source});
  EXPECT_EQ(read_all(*source.open_file("f").file), "text");
  source.open_directory("d").list([](const Entry&) {});
  for (const char* name : {"f", "d"}) {
    struct stat now {};
    ASSERT_EQ(::lstat(path(name).c_str(), &now), 0);
    EXPECT_EQ(now.st_atim.tv_sec, 1000000) << name;
  }
}

TEST_F(RealFiles, AreLockedAgainstTheFcntlLocksOfOtherPrograms) {
  world_->put_file("mbox", "");
  const auto other_program = [&](short type) {
    // A process of its own: the classic locks of one process never conflict with themselves.
    const pid_t child = ::fork();
    if (child == 0) {
      const int fd = ::open(path("mbox").c_str(), O_RDWR | O_CLOEXEC);
      struct flock lock {};
      lock.l_type = type;
      lock.l_whence = SEEK_SET;
      ::_exit(::fcntl(fd, F_SETLK, &lock) == 0 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  const File ours = file("mbox");
  ASSERT_TRUE(ours.try_lock(LockKind::shared));
  EXPECT_TRUE(other_program(F_RDLCK));
  EXPECT_FALSE(other_program(F_WRLCK));
  ASSERT_TRUE(ours.try_lock(LockKind::exclusive));
  EXPECT_FALSE(other_program(F_RDLCK));
  const File second = file("mbox");
  EXPECT_FALSE(second.try_lock(LockKind::shared)) << "another descriptor of our own is another holder";
  ours.unlock();
  EXPECT_TRUE(other_program(F_WRLCK));
  EXPECT_TRUE(second.try_lock(LockKind::exclusive));
}

TEST_F(RealFiles, KeepALockWhenAnotherDescriptorOfTheFileIsClosed) {
  world_->put_file("mbox", "");
  const File ours = file("mbox");
  ASSERT_TRUE(ours.try_lock(LockKind::exclusive));
  { const File passing = file("mbox"); }
  const File second = file("mbox");
  EXPECT_FALSE(second.try_lock(LockKind::exclusive)) << "D8: classic fcntl locks would be gone";
}

TEST_F(RealFiles, HaveAFileSystemWithOneId) {
  world_->put_directory("d");
  std::uint64_t here = 1;
  std::uint64_t below = 2;
  ASSERT_EQ(kernel_.file_system_id(root_.descriptor(), here), 0);
  ASSERT_EQ(kernel_.file_system_id(root_.open_directory("d").descriptor(), below), 0);
  EXPECT_EQ(here, below);
  EXPECT_EQ(kernel_.file_system_id(-1, here), -EBADF);
}

TEST_F(RealFiles, SyncOnLocalFileSystemsIsSoundAndElsewhereIsNot) {
  for (const char* other : {"/proc", "/sys"}) {
    const int fd = ::open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) continue;
    EXPECT_FALSE(kernel_.sync_file_system_is_sound(fd)) << other;
    EXPECT_FALSE(kernel_.is_local_file_system(fd)) << other;
    ::close(fd);
  }
  EXPECT_FALSE(kernel_.sync_file_system_is_sound(-1));
  EXPECT_FALSE(kernel_.is_local_file_system(-1));
  EXPECT_EQ(kernel_.sync_file_system(root_.descriptor()), 0);
  EXPECT_EQ(kernel_.sync(root_.descriptor()), 0);
}

TEST_F(RealFiles, GiveErrnosAsNegativeNumbers) {
  Status status;
  std::vector<Entry> entries;
  std::string target;
  std::array<std::byte, 1> octet{};
  EXPECT_EQ(kernel_.status(-1, status), -EBADF);
  EXPECT_EQ(kernel_.status_at(root_.descriptor(), "gone", status), -ENOENT);
  EXPECT_EQ(kernel_.open_at(root_.descriptor(), "gone", O_RDONLY, 0), -ENOENT);
  EXPECT_EQ(kernel_.read_directory(-1, entries), -EBADF);
  EXPECT_EQ(kernel_.read_link(-1, target), -EBADF);
  EXPECT_EQ(kernel_.read_at(-1, octet, 0), -EBADF);
  EXPECT_EQ(kernel_.write_at(-1, octet, 0), -EBADF);
  EXPECT_EQ(kernel_.truncate(-1, 0), -EBADF);
  EXPECT_EQ(kernel_.link_open_file(-1, root_.descriptor(), "x"), -EBADF);
  EXPECT_EQ(kernel_.link_at(root_.descriptor(), "gone", root_.descriptor(), "x"), -ENOENT);
  EXPECT_EQ(kernel_.rename(root_.descriptor(), "gone", root_.descriptor(), "x", 0), -ENOENT);
  EXPECT_EQ(kernel_.unlink(root_.descriptor(), "gone", 0), -ENOENT);
  EXPECT_EQ(kernel_.make_directory(-1, "x", 0700), -EBADF);
  EXPECT_EQ(kernel_.make_symlink("y", -1, "x"), -EBADF);
  EXPECT_EQ(kernel_.change_owner(-1, {}), -EBADF);
  EXPECT_EQ(kernel_.change_mode(-1, 0600), -EBADF);
  EXPECT_EQ(kernel_.set_modified(-1, {}), -EBADF);
  EXPECT_EQ(kernel_.sync(-1), -EBADF);
  EXPECT_EQ(kernel_.sync_file_system(-1), -EBADF);
  EXPECT_EQ(kernel_.try_lock(-1, LockKind::shared), -EBADF);
  EXPECT_EQ(kernel_.unlock(-1), -EBADF);
  EXPECT_EQ(kernel_.close(-1), -EBADF);
  EXPECT_EQ(PosixKernel(true).open_beneath(root_.descriptor(), "gone", O_RDONLY, 0, false), -ENOSYS);
}

TEST_F(RealFiles, KnowTheirUser) { EXPECT_EQ(kernel_.user(), ::geteuid()); }

TEST_F(RealFiles, AreLinkedWithoutCapabilities) {
  // Before 6.10 the link by the empty path needs CAP_DAC_READ_SEARCH, which another user lacks (S8).
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to act as somebody else";
  world_->put_directory("theirs");
  world_->give_to("theirs", 65534);
  const Directory directory = Directory::open_root(kernel_, entropy_, path("theirs"), Rules{.side = Side::target});
  ASSERT_EQ(directory.kernel().acts_as()->uid, 65534U);
  for (const char* name : {"m", "once more"}) {
    NewFile file = directory.create_file();
    file.append(as_bytes("mail"));
    // Opened by who acts as another meanwhile, so that not even a new kernel takes the empty path.
    (void)root_.look_at("theirs");
    EXPECT_EQ(file.link(directory, name), LinkResult::done);
    file.close();
    EXPECT_EQ(world_->octets_of(std::string("theirs/") + name), "mail");
  }
}

/// Built with the undefined-behaviour sanitizer: its check of a virtual call opens a pipe and takes the failure of that
/// for a broken object.
bool needs_descriptors_itself() {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer) || __has_feature(address_sanitizer)
  return true;
#endif
#endif
  return false;
}

TEST_F(RealFiles, ThatAreTooManyEndTheRunNotOneMessage) {
  if (needs_descriptors_itself()) GTEST_SKIP() << "no descriptor is left for the sanitizer";
  world_->put_file("f", "");
  // The lowest free descriptor, not simply 3: whoever started the tests may have closed standard input.
  const int lowest_free = ::fcntl(root_.descriptor(), F_DUPFD_CLOEXEC, 0);
  ASSERT_GE(lowest_free, 0);
  ASSERT_EQ(::close(lowest_free), 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::optional<Error> error;
  try {
    (void)root_.open_file("f");
  } catch (const Error& caught) {
    error = caught;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->system_error(), EMFILE);
  EXPECT_EQ(error->scope(), Scope::run);
}

TEST_F(RealFiles, AreDeliveredInABatch) {
  for (const Durability durability : {Durability::batch, Durability::each, Durability::none}) {
    const Directory root =
        Directory::open_root(kernel_, entropy_, world_->root(), Rules{.side = Side::target, .durability = durability});
    const Birth birth{world_->status_of("").owner, 0600, 0700};
    const Directory made = root.make_directory("d" + std::to_string(static_cast<int>(durability)), birth);
    DurableBatch batch(root);
    batch.also_sync(root);
    for (int i = 0; i < 20; ++i) {
      NewFile file = made.create_file();
      file.append(as_bytes("message " + std::to_string(i)));
      file.dress(birth, FileTime{});
      batch.add(std::move(file), made, std::to_string(i));
    }
    EXPECT_EQ(batch.flush([](std::size_t) { return std::string("x"); }).size(), 20U);
    EXPECT_EQ(world_->octets_of("d" + std::to_string(static_cast<int>(durability)) + "/7"), "message 7");
  }
}

TEST_F(RealFiles, OfMoreThanAPieceArePumped) {
  std::string text;
  while (text.size() < 3000000) text += "line " + std::to_string(text.size()) + "\n";
  world_->put_file("big", text);
  std::vector<std::byte> buffer;
  FileSource source(std::move(*root_.open_file("big").file), buffer);
  io::StringSink sink;
  EXPECT_EQ(io::copy(source, sink), text.size());
  EXPECT_TRUE(sink.text() == text);
}

}  // namespace
}  // namespace mailhaul::fs
