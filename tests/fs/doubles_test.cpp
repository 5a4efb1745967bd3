// The doubles are judged as well: files in memory answer as the real kernel does, and faults come where they are asked
// for.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "fs/world.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

// ---- memory against the real kernel: the same random calls, the same answers

/// Makes the calls of one seed in a world and writes down each answer.
class Script {
 public:
  Script(World& world, std::uint64_t seed) : kernel_(world.kernel()), random_(seed) {
    SystemEntropy entropy;
    Directory root = Directory::open_root(kernel_, entropy, world.root(), Rules{});
    dirs_.push_back(kernel_.open_at(root.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0));
  }
  ~Script() {
    for (const int fd : dirs_) kernel_.close(fd);
    for (const int fd : files_) kernel_.close(fd);
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  [[nodiscard]] std::vector<std::string> run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    return log_;
  }

 private:
  [[nodiscard]] std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  [[nodiscard]] int dir() { return dirs_[below(dirs_.size())]; }
  [[nodiscard]] int file() { return files_.empty() ? -1 : files_[below(files_.size())]; }
  [[nodiscard]] std::string name() {
    constexpr const char* names[] = {"a", "b", "c", "link", "fifo", "socket", "d"};
    return names[below(std::size(names))];
  }
  void note(const char* call, std::int64_t result) {
    log_.push_back(std::string(call) + " " + std::to_string(result < 0 ? result : std::int64_t{0}));
  }
  void keep(const char* call, int fd, bool is_directory) {
    note(call, fd);
    if (fd >= 0) (is_directory ? dirs_ : files_).push_back(fd);
  }
  void note_status(const char* call, int result, const Status& status) {
    note(call, result);
    if (result < 0) return;
    const bool is_directory = status.kind == EntryKind::directory;
    const bool has_mode = is_directory || status.kind == EntryKind::regular;
    char text[128];
    std::snprintf(text, sizeof text, "kind %d mode %o size %d links %d", static_cast<int>(status.kind),
                  has_mode ? status.permissions : 0U, is_directory ? 0 : static_cast<int>(status.size_octets),
                  is_directory ? 0 : static_cast<int>(status.links));  // btrfs does not count those of directories
    log_.emplace_back(text);
  }

  void step() {
    constexpr int plain = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    // The draws come first and in a fixed order, so that both worlds draw the same.
    const int one = dir();
    const int other = dir();
    const std::string from = name();
    const std::string to = name();
    const int fd = file();
    const std::size_t choice = below(25);
    const std::size_t detail = below(4);
    Status status;
    switch (choice) {
    case 0: return keep("create", kernel_.open_at(one, from, plain | O_RDWR | O_CREAT | O_EXCL, 0640), false);
    case 1:
      // In a removed directory file systems differ: ENOENT, EPERM.
      if (kernel_.status(one, status) < 0 || status.links == 0) return;
      return keep("unnamed", kernel_.open_at(one, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), false);
    case 2: {
      const int access = detail == 0 ? O_RDONLY : (detail == 1 ? O_RDWR : (detail == 2 ? O_WRONLY : O_PATH));
      const int opened = kernel_.open_at(one, from, plain | access, 0);
      note("open", opened);
      if (opened >= 0) kernel_.close(opened);
      return;
    }
    case 3: return keep("open directory", kernel_.open_at(one, from, plain | O_RDONLY | O_DIRECTORY, 0), true);
    case 4: {
      const std::string path = detail == 0 ? from : from + "/" + to;
      const int opened = kernel_.open_beneath(one, path, plain | O_RDONLY | (detail == 2 ? O_DIRECTORY : 0), 0, false);
      note("beneath", opened);
      if (opened >= 0) kernel_.close(opened);
      return;
    }
    case 5: {
      const int opened = kernel_.open_beneath(one, detail < 2 ? from + "/../" + to : "..",
                                              detail == 1 ? plain | O_PATH : O_PATH | O_NOFOLLOW, 0, false);
      note("beneath up", opened);
      if (opened >= 0) kernel_.close(opened);
      return;
    }
    case 6:
    case 7: return note("mkdir", kernel_.make_directory(one, from, 0750));
    case 8: return note_status("status at", kernel_.status_at(one, from, status), status);
    case 9: {
      const int result = kernel_.status(fd, status);
      return note_status("status", result, status);
    }
    case 10: return note("write", kernel_.write_at(fd, as_bytes("some octets"), detail * 5));
    case 11: {
      std::array<std::byte, 7> into{};
      const std::int64_t got = kernel_.read_at(fd, into, detail * 3);
      note("read", got);
      if (got >= 0) log_.emplace_back(as_text(Bytes(into).first(static_cast<std::size_t>(got))));
      return;
    }
    case 12: return note("truncate", kernel_.truncate(fd, detail * 4));
    case 13: return note("link open", kernel_.link_open_file(fd, one, from));
    case 14: return note("link", kernel_.link_at(one, from, other, to));
    case 15:
    case 16:
    case 17: {
      const unsigned flags = detail == 0 ? 0U : (detail == 1 ? RENAME_EXCHANGE : RENAME_NOREPLACE);
      return note("rename", kernel_.rename(one, from, other, to, flags));
    }
    case 23: return note("symlink", kernel_.make_symlink(detail == 0 ? "" : to, one, from));
    case 18: return note("unlink", kernel_.unlink(one, from, 0));
    case 19: return note("rmdir", kernel_.unlink(one, from, AT_REMOVEDIR));
    case 20: return note("chmod", kernel_.change_mode(fd, detail == 0 ? 0400 : 0644));
    case 21: return note("set time", kernel_.set_modified(fd, FileTime{}));
    case 22: return note("lock", kernel_.try_lock(fd, detail < 2 ? LockKind::shared : LockKind::exclusive));
    default: return note("unlock", kernel_.unlock(fd));
    }
  }

  Kernel& kernel_;
  std::mt19937_64 random_;
  std::vector<int> dirs_{};
  std::vector<int> files_{};
  std::vector<std::string> log_{};
};

TEST(MemoryKernel, AnswersAsTheRealKernelDoes) {
  const Watchdog watchdog;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::vector<std::string> logs[2];
    for (const Files files : {Files::real, Files::memory}) {
      const std::unique_ptr<World> world = make_world({files, Resolving::openat2});
      world->put_directory("d");
      world->put_directory("d/d");
      world->put_symlink("link", "d");
      world->put_symlink("d/link", "gone");
      world->put_fifo("fifo");
      world->put_socket("d/socket");
      world->put_file("a", "first");
      if (auto* const memory = dynamic_cast<support::MemoryKernel*>(&world->kernel())) {
        for (const char* path : {"", "d", "d/d", "link", "d/link", "fifo", "d/socket", "a"}) {
          world->give_to(path, ::geteuid());
        }
        memory->become(::geteuid(), ::getegid());
      }
      logs[files == Files::memory] = Script(*world, seed).run(400);
    }
    ASSERT_EQ(logs[0].size(), logs[1].size());
    for (std::size_t i = 0; i < logs[0].size(); ++i) {
      ASSERT_EQ(logs[0][i], logs[1][i]) << "seed " << seed << ", line " << i << " after "
                                        << (i > 0 ? logs[0][i - 1] : "");
    }
  }
}

// ---- the power cut

using PowerCut = InMemory;

TEST_F(PowerCut, DropsOctetsAndNamesEachUnlessSynced) {
  const Directory root = open();
  struct Row {
    bool sync_file;
    bool sync_directory;
  };
  for (const Row& row : {Row{false, false}, Row{true, false}, Row{false, true}, Row{true, true}}) {
    {
      const Directory fresh = open();
      NewFile file = fresh.create_file();
      file.append(as_bytes("mail"));
      if (row.sync_file) file.sync();
      ASSERT_EQ(file.link(fresh, "m"), LinkResult::done);
      if (row.sync_directory) fresh.sync();
    }
    memory().lose_power();
    ASSERT_EQ(memory().exists("/m/m"), row.sync_directory);
    if (!row.sync_directory) continue;
    EXPECT_EQ(memory().octets_of("/m/m"), row.sync_file ? "mail" : "") << "a name without its octets";
    memory().remove("/m/m");
  }
}

TEST_F(PowerCut, BringsBackWhatWasRemovedOrChangedWithoutASync) {
  memory().put_file("/m/f", "old", bob);
  memory().put_file("/m/g", "kept", bob);
  {
    const Directory root = open();
    root.open_file_for_update("f").file->write_at(as_bytes("NEW"), 0);
    EXPECT_TRUE(root.remove("g", root.look_at("g")->id));
    EXPECT_EQ(memory().octets_of("/m/f"), "NEW");
  }
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/f"), "old");
  EXPECT_EQ(memory().octets_of("/m/g"), "kept");
}

TEST_F(PowerCut, ClosesEverything) {
  const Directory root = open();
  memory().lose_power();
  EXPECT_EQ(memory().open_descriptors(), 0U);
  EXPECT_EQ(error_of([&] { (void)root.status_now(); }).system_error(), EBADF);
}

TEST_F(PowerCut, KeepsAWholeFileSystemAfterOneSync) {
  {
    const Directory root = open();
    (void)root.make_directory("a", {bob}).make_directory("b", {bob});
    NewFile file = root.create_file();
    file.append(as_bytes("mail"));
    ASSERT_EQ(file.link(root.open_directory("a/b"), "m"), LinkResult::done);
    ASSERT_EQ(memory().sync_file_system(root.descriptor()), 0);
  }
  memory().lose_power();
  EXPECT_EQ(memory().octets_of("/m/a/b/m"), "mail");
  EXPECT_EQ(memory().status_of("/m/a").links, 3U);
}

// ---- faults

using Faults = InMemory;

TEST_F(Faults, FailTheCallTheyNameAndMakeItNot) {
  const Directory root = open();
  kernel().count_anew();
  kernel().inject({.call = Call::make_directory, .nth = 2, .errno_value = ENOSPC});
  EXPECT_EQ(kernel().make_directory(root.descriptor(), "1", 0700), 0);
  EXPECT_EQ(kernel().make_directory(root.descriptor(), "2", 0700), -ENOSPC);
  EXPECT_EQ(kernel().make_directory(root.descriptor(), "3", 0700), 0);
  EXPECT_EQ(memory().names_in("/m"), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(kernel().faults_hit(), 1U);
  EXPECT_EQ(kernel().calls(Call::make_directory), 3U);
  EXPECT_EQ(kernel().calls(), 3U);
}

TEST_F(Faults, FailAllLaterCallsWhenAskedTo) {
  const Directory root = open();
  kernel().count_anew();
  kernel().inject({.nth = 2, .errno_value = EIO, .and_all_later = true});
  EXPECT_EQ(kernel().make_directory(root.descriptor(), "1", 0700), 0);
  Status status;
  EXPECT_EQ(kernel().status(root.descriptor(), status), -EIO);
  EXPECT_EQ(kernel().sync(root.descriptor()), -EIO);
  kernel().heal();
  EXPECT_EQ(kernel().status(root.descriptor(), status), 0);
}

TEST_F(Faults, MayLoseOnlyTheAnswer) {
  const Directory root = open();
  const std::size_t before = memory().open_descriptors();
  kernel().count_anew();
  kernel().inject({.nth = 1, .errno_value = EIO, .and_all_later = true, .after_it_was_done = true});
  EXPECT_EQ(kernel().make_directory(root.descriptor(), "1", 0700), -EIO);
  EXPECT_TRUE(memory().exists("/m/1"));
  EXPECT_EQ(kernel().open_at(root.descriptor(), "1", O_RDONLY | O_NOFOLLOW, 0), -EIO);
  EXPECT_EQ(memory().open_descriptors(), before);
}

TEST_F(Faults, CloseAllTheSame) {
  const Directory root = open();
  const int fd = kernel().open_at(root.descriptor(), ".", O_RDONLY | O_NOFOLLOW, 0);
  const std::size_t before = memory().open_descriptors();
  kernel().count_anew();
  kernel().inject({.call = Call::close, .errno_value = EIO});
  EXPECT_EQ(kernel().close(fd), -EIO);
  EXPECT_EQ(memory().open_descriptors(), before - 1);
}

TEST_F(Faults, ShortenAndInterruptByTheirSeed) {
  memory().put_file("/m/f", std::string(1000, 'x'), bob);
  const Directory root = open();
  const int fd = memory().open_at(root.descriptor(), "f", O_RDONLY | O_NOFOLLOW, 0);
  const auto answers = [&](std::uint64_t seed) {
    kernel().make_short(seed);
    kernel().interrupt(seed);
    std::vector<std::int64_t> all;
    std::vector<std::byte> into(1000);
    for (int i = 0; i < 100; ++i) all.push_back(kernel().read_at(fd, into, 0));
    kernel().heal();
    return all;
  };
  const std::vector<std::int64_t> first = answers(1);
  EXPECT_EQ(first, answers(1));
  EXPECT_NE(first, answers(2));
  EXPECT_GT(std::count(first.begin(), first.end(), -EINTR), 10);
  EXPECT_GT(std::count(first.begin(), first.end(), 1000), 10);
  EXPECT_GT(std::count_if(first.begin(), first.end(), [](std::int64_t n) { return n > 0 && n < 1000; }), 10);
  EXPECT_EQ(std::count(first.begin(), first.end(), 0), 0) << "0 would be the end of the file";
}

TEST_F(Faults, LetAnotherProgramInBeforeACall) {
  const Directory root = open();
  kernel().count_anew();
  int turns = 0;
  kernel().before(Call::status, 2, [&] {
    ++turns;
    memory().put_file("/m/theirs", "", bob);
  });
  (void)root.status_now();
  EXPECT_EQ(turns, 0);
  (void)root.status_now();
  EXPECT_EQ(turns, 1);
  EXPECT_TRUE(memory().exists("/m/theirs"));
}

}  // namespace
}  // namespace mailhaul::fs
