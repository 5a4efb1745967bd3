#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// The real kernel, in a directory of its own.
class MboxOnDisk : public testing::Test {
 protected:
  MboxOnDisk() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mbox_test.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error(pattern);
    directory_ = pattern;
    path_ = directory_ + "/mbox";
    ::alarm(60);
  }
  ~MboxOnDisk() override {
    ::alarm(0);
    std::filesystem::remove_all(directory_);
  }
  void put(const std::string& octets) { std::ofstream(path_, std::ios::binary) << octets; }
  [[nodiscard]] std::string octets() const {
    std::ostringstream all;
    all << std::ifstream(path_, std::ios::binary).rdbuf();
    return all.str();
  }
  [[nodiscard]] std::unique_ptr<store::MessageStore> target() {
    fs::Rules rules;
    rules.side = Side::target;
    TargetOptions options;
    options.birth.owner = {::geteuid(), ::getegid()};
    return open_store(context_, path_, rules, options);
  }
  void append(const std::string& text) {
    const auto store = target();
    const auto writer = store->open_folder({}, {});
    {
      store::MessageInfo info;
      info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
      const auto one = writer->append(info);
      one->write(as_bytes(text));
      one->commit();
    }
    EXPECT_EQ(writer->flush().size(), 1U);
  }
  [[nodiscard]] std::vector<Got> read() { return read_all(*open_source(context_, path_, {}, {})); }

  std::string directory_;
  std::string path_;
  fs::PosixKernel kernel_{};
  SystemEntropy entropy_{};
  TestClock clock_{};
  CollectedFindings findings_{};
  UniqueInstants instants_{Instant{}};
  Context context_{kernel_,   entropy_,       clock_, findings_,
                   instants_, "host.example", 4711,   std::chrono::milliseconds{300}};
};

TEST_F(MboxOnDisk, IsMadeAppendedToAndRead) {
  append("h: 1\n\nFrom b\n");
  append("h: 2\n\nb\n");
  EXPECT_EQ(octets(), "From MAILER-DAEMON  Sun Sep 09 01:46:40 2001 +0000\nh: 1\nStatus: O\n\n>From b\n\n"
                      "From MAILER-DAEMON  Sun Sep 09 01:46:40 2001 +0000\nh: 2\nStatus: O\n\nb\n\n");
  const auto all = read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].octets, "h: 1\n\nFrom b\n");
  EXPECT_EQ(all[1].octets, "h: 2\n\nb\n");
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(MboxOnDisk, APosixLockOfAnotherProcessHoldsUsOff) {
  put(mark + "h: 1\n\nb\n");
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {  // as a delivery agent does
    ::close(done[1]);
    const int fd = ::open(path_.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    char c = ::fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
    if (::write(ready[1], &c, 1) == 1 && ::read(done[0], &c, 1) >= 0) ::_exit(0);
    ::_exit(1);
  }
  ASSERT_GT(child, 0);
  ::close(done[0]);
  char locked = 0;
  ASSERT_EQ(::read(ready[0], &locked, 1), 1);
  EXPECT_EQ(locked, 'y');
  const Error source = error_of([&] { static_cast<void>(read()); });
  EXPECT_EQ(source.cause(), Cause::locked);
  EXPECT_TRUE(contains(source.reason(), "fcntl lock on " + path_)) << source.what();
  ::close(done[1]);
  ::close(ready[0]);
  ::close(ready[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(read().size(), 1U);
}

TEST_F(MboxOnDisk, TheAccessTimeOfASourceStays) {
  put(mark + "h: 1\n\nb\n");
  const struct timespec times[2] = {{1'000'000'000, 0}, {1'500'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  EXPECT_EQ(read().size(), 1U);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_atim.tv_sec, 1'000'000'000);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'500'000'000);
}

TEST_F(MboxOnDisk, AFifoDoesNotHang) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { static_cast<void>(read()); }).cause(), Cause::refused);
  EXPECT_EQ(error_of([&] { static_cast<void>(target()); }).cause(), Cause::refused);
  EXPECT_FALSE(detect(context_, path_).matches);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
