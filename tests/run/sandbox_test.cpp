#include "run/sandbox.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "mailhaul/base/capabilities.hpp"
#include "mailhaul/base/landlock.hpp"
#include "mailhaul/base/system_call_filter.hpp"
#include "mailhaul/run/fix_job.hpp"

namespace mailhaul::run {
namespace {

/// Runs in a process of its own, since there is no way back: 0 when `body` gives an empty text, which is a list of what
/// was not as expected.
template <typename Body>
std::string in_a_child(Body body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string wrong = body();
    (void)!::write(ends[1], wrong.data(), wrong.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 512> buffer{};
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "the child ended with " + std::to_string(status);
}

/// What the child found out, one line each.
class Complaints {
 public:
  void expect(const char* what, long result, int error) {
    const int got = result < 0 ? errno : 0;
    if (got != error)
      text_ += std::string(what) + ": errno " + std::to_string(got) + " and not " + std::to_string(error) + "\n";
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class SandboxTest : public ::testing::Test {
 protected:
  SandboxTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mailhaul-sandbox-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
    for (const char* name : {"source", "target", "target/tmp", "target/cur", "state", "outside"})
      ::mkdir(at(name).c_str(), 0700);
    for (const char* name : {"source/mail", "target/tmp/mail", "state/ledger", "outside/secret", "box", "stranger"})
      ::close(::open(at(name).c_str(), O_WRONLY | O_CREAT, 0600));
  }
  ~SandboxTest() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string at(const std::string& name) const { return directory_ + "/" + name; }
  long open(const std::string& name, int flags) const { return ::open(at(name).c_str(), flags | O_CLOEXEC, 0600); }

  std::string directory_;
  fs::PosixKernel kernel_;
  SystemEntropy entropy_;
  SystemClock clock_;
  StopRequest stop_;
  Machine machine_{kernel_, entropy_, clock_, stop_, "host", 1, {::geteuid(), ::getegid()}};
};

TEST_F(SandboxTest, OnlyTheRootsCanBeReachedAndATargetDoesAllAStoreNeeds) {
  if (Landlock::kernel_abi() < 2) GTEST_SKIP() << "this kernel has no landlock of ABI 2";
  const std::string wrong = in_a_child([this] {
    Complaints said;
    Sandbox sandbox(machine_);
    sandbox.allow_store({Format::maildir, at("source"), "", {}}, Landlock::Access::read, Side::source);
    sandbox.allow_store({Format::maildir, at("target"), "", {}}, Landlock::Access::write, Side::target);
    for (const char* const name : {"state", "not-there"})
      sandbox.allow_place({at(name), Landlock::Access::write, Side::target});
    sandbox.allow_place({"", Landlock::Access::write, Side::target});
    const int opened_before = static_cast<int>(open("outside/secret", O_RDONLY));
    const std::string got = sandbox.enter();
    if (got.find("landlock ABI") != 0) return "entered: " + got;
    std::array<char, 1> octet{};

    said.expect("read outside", open("outside/secret", O_RDONLY), EACCES);
    said.expect("write outside", open("outside/secret", O_WRONLY), EACCES);
    said.expect("make outside", open("outside/new", O_WRONLY | O_CREAT), EACCES);
    said.expect("list outside", open("outside", O_RDONLY | O_DIRECTORY), EACCES);
    said.expect("read beside the roots", open("stranger", O_RDONLY), EACCES);
    said.expect("read what is open", ::read(opened_before, octet.data(), 1), 0);
    said.expect("read the source", open("source/mail", O_RDONLY), 0);
    said.expect("write the source", open("source/mail", O_WRONLY), EACCES);
    said.expect("make in the source", open("source/new", O_WRONLY | O_CREAT), EACCES);
    said.expect("remove from the source", ::unlink(at("source/mail").c_str()), EACCES);

    said.expect("rename tmp to cur", ::rename(at("target/tmp/mail").c_str(), at("target/cur/mail").c_str()), 0);
    said.expect("link cur to tmp", ::link(at("target/cur/mail").c_str(), at("target/tmp/mail").c_str()), 0);
    const int unnamed = static_cast<int>(open("target/tmp", O_RDWR | O_TMPFILE));
    if (unnamed >= 0 || errno != EOPNOTSUPP) {
      said.expect("make an unnamed file", unnamed, 0);
      const std::string itself = "/proc/self/fd/" + std::to_string(unnamed);
      said.expect("name it in another directory",
                  ::linkat(AT_FDCWD, itself.c_str(), AT_FDCWD, at("target/cur/named").c_str(), AT_SYMLINK_FOLLOW), 0);
    }
    said.expect("cut", ::truncate(at("target/cur/mail").c_str(), 0), 0);
    said.expect("make a directory", ::mkdir(at("target/new").c_str(), 0700), 0);
    said.expect("remove it", ::rmdir(at("target/new").c_str()), 0);
    said.expect("remove a file", ::unlink(at("target/cur/mail").c_str()), 0);
    said.expect("move out of the target", ::rename(at("target/tmp/mail").c_str(), at("outside/mail").c_str()), EACCES);
    said.expect("write the ledger", open("state/ledger", O_RDWR), 0);
    said.expect("make its journal", open("state/ledger-wal", O_RDWR | O_CREAT), 0);
    said.expect("read a zone", ::open("/usr/share/zoneinfo", O_RDONLY | O_DIRECTORY), 0);
    // Workers are made later.
    std::thread([&] { said.expect("read outside in a thread", open("outside/secret", O_RDONLY), EACCES); }).join();
    return said.text();
  });
  EXPECT_EQ(wrong, "");
}

TEST_F(SandboxTest, TheZoneOfThisMachineIsKnownWhereverItsFileIs) {
  constexpr const char* tokyo = "/usr/share/zoneinfo/Asia/Tokyo";
  if (!std::filesystem::exists(tokyo)) GTEST_SKIP() << "no time zones are installed";
  std::filesystem::copy_file(tokyo, at("outside/zone"));
  const std::string wrong = in_a_child([this] {
    ::setenv("TZ", at("outside/zone").c_str(), 1);
    (void)Sandbox(machine_).enter();
    const auto midnight = clock_.from_local({}).time_since_epoch();
    return midnight == std::chrono::hours{-9} ? std::string() : std::to_string(midnight.count());
  });
  EXPECT_EQ(wrong, "");
}

TEST_F(SandboxTest, AnMboxAndWhatIsNotThereYetAreReachedByTheDirectoryAroundThem) {
  if (Landlock::kernel_abi() < 2) GTEST_SKIP() << "this kernel has no landlock of ABI 2";
  const std::string wrong = in_a_child([this] {
    Complaints said;
    Sandbox sandbox(machine_);
    sandbox.allow_store({Format::mbox, at("source/mail"), "", {}}, Landlock::Access::read, Side::source);
    sandbox.allow_store({Format::maildir, at("target/later"), "", {}}, Landlock::Access::write, Side::target);
    (void)sandbox.enter();
    said.expect("read the mbox", open("source/mail", O_RDONLY), 0);
    said.expect("make the target", ::mkdir(at("target/later").c_str(), 0700), 0);
    said.expect("write there", open("target/later/new", O_WRONLY | O_CREAT), 0);
    said.expect("read outside", open("outside/secret", O_RDONLY), EACCES);
    return said.text();
  });
  EXPECT_EQ(wrong, "");
}

/// Tries the doors while a store is being mended.
class TriesDoors final : public store::RepairObserver {
 public:
  TriesDoors(const std::string& directory, int error_of_writing, Complaints& said)
      : directory_(directory), error_of_writing_(error_of_writing), said_(said) {}
  [[nodiscard]] int repairs() const { return repairs_; }

  void repair(const store::Repair& /*repair*/, store::RepairOutcome /*outcome*/, const std::string& /*why*/) override {
    ++repairs_;
    const auto open = [this](const char* name, int flags) {
      return ::open((directory_ + name).c_str(), flags | O_CLOEXEC, 0600);
    };
    said_.expect("read outside", open("/outside/secret", O_RDONLY), EACCES);
    said_.expect("write outside", open("/outside/secret", O_WRONLY), EACCES);
    said_.expect("read the store", open("/source/mail", O_RDONLY), 0);
    said_.expect("make in the store", open("/source/made", O_WRONLY | O_CREAT), error_of_writing_);
    said_.expect("a socket", ::socket(AF_INET, SOCK_STREAM, 0), EPERM);
  }

 private:
  const std::string& directory_;
  int error_of_writing_;
  Complaints& said_;
  int repairs_ = 0;
};

TEST_F(SandboxTest, AStoreIsMendedWithNothingElseInReach) {
  if (Landlock::kernel_abi() < 2) GTEST_SKIP() << "this kernel has no landlock of ABI 2";
  ::mkdir(at("source/cur").c_str(), 0700);  // and no new, no tmp: two repairs
  for (const bool is_preview : {true, false}) {
    const std::string wrong = in_a_child([&] {
      Complaints said;
      Request request;
      request.sandbox = true;
      request.dry_run = is_preview;
      request.state_directory = at("state");
      FindingLog findings(nullptr);
      TriesDoors observer(directory_, is_preview ? EACCES : 0, said);
      const FixReport report =
          run_fix(machine_, request, {}, {Format::maildir, at("source"), {}, "/"}, findings, observer);
      if (observer.repairs() != 2 || report.status != ExitStatus::ok)
        return std::to_string(observer.repairs()) + " repairs, " + report.verdict;
      return said.text();
    });
    EXPECT_EQ(wrong, "") << is_preview;
  }
}

TEST_F(SandboxTest, SettingsAreReadWithNothingElseInReach) {
  if (Landlock::kernel_abi() < 2) GTEST_SKIP() << "this kernel has no landlock of ABI 2";
  const std::string wrong = in_a_child([&] {
    Complaints said;
    Request request;
    request.sandbox = true;
    request.state_directory = at("state");
    FindingLog findings(nullptr);
    const SettingsReport report =
        run_settings(machine_, request, SettingsPlace{SettingsKind::json, at("source/none.json")}, findings);
    if (report.sandbox.find("landlock ABI") != 0) return "entered: " + report.sandbox;
    said.expect("read outside", open("outside/secret", O_RDONLY), EACCES);
    said.expect("read beside the file", open("source/mail", O_RDONLY), 0);
    said.expect("make beside the file", open("source/made", O_WRONLY | O_CREAT), EACCES);
    said.expect("a socket", ::socket(AF_INET, SOCK_STREAM, 0), EPERM);
    return said.text();
  });
  EXPECT_EQ(wrong, "");
}

TEST(SystemCallFilter, LeavesWhatCopyingNeedsAndNothingElse) {
  const std::string wrong = in_a_child([] {
    Complaints said;
    if (!filter_system_calls()) return std::string("no seccomp");
    said.expect("a socket", ::socket(AF_INET, SOCK_STREAM, 0), EPERM);
    said.expect("a local socket", ::socket(AF_UNIX, SOCK_STREAM, 0), EPERM);
    said.expect("another user", ::setuid(::getuid()), EPERM);
    said.expect("another root", ::chroot("/"), EPERM);
    said.expect("a FIFO", ::mkfifo("/tmp/never-made", 0600), EPERM);
    said.expect("io_uring", ::syscall(425, 1, nullptr), EPERM);  // io_uring_setup has one number everywhere
    said.expect("its file system identity", ::syscall(SYS_setfsuid, ::geteuid()), 0);
    return said.text();
  });
  if (wrong == "no seccomp") GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(wrong, "");
}

TEST(SystemCallFilter, ThreadsCanBeMadeAndProgramsCanNot) {
  if (MAILHAUL_SANITIZED != 0) GTEST_SKIP() << "a build with sanitizers keeps programs";
  const std::string wrong = in_a_child([] {
    Complaints said;
    if (!filter_system_calls()) return std::string("no seccomp");
    int found = 0;
    std::thread([&] { found = static_cast<int>(::syscall(SYS_gettid)); }).join();
    if (found == 0) return std::string("no thread");
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    said.expect("a program", ::execve(name, arguments, nullptr), EPERM);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    if (child > 0) return std::string("a process was made");
    return said.text();
  });
  if (wrong == "no seccomp") GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(wrong, "");
}

TEST(SystemCallFilter, SignalsLimitsAndDevicesOfOthersAreOutOfReach) {
  if (MAILHAUL_SANITIZED != 0) GTEST_SKIP() << "a build with sanitizers keeps them";
  const std::string wrong = in_a_child([] {
    Complaints said;
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return std::string("no pipe");
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (!filter_system_calls()) return std::string("no seccomp");
    rlimit limit{};
    winsize size{};
    termios mode{};
    int waiting = 0;
    // Signal 0 is none: where the filter lets it pass, nobody is hurt.
    said.expect("a signal to the parent", ::kill(::getppid(), 0), EPERM);
    said.expect("a signal to itself as a process", ::kill(::getpid(), 0), EPERM);
    said.expect("a signal to a thread of the parent", ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0), ENOSYS);
    said.expect("a signal to its own thread", ::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0), 0);
    said.expect("a signal by another descriptor", ::fcntl(ends[0], F_SETOWN, ::getppid()), ENOSYS);
    said.expect("which signal", ::fcntl(ends[0], F_SETSIG, SIGTERM), ENOSYS);
    said.expect("a flag of a descriptor", ::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    said.expect("its own limit", ::getrlimit(RLIMIT_NOFILE, &limit), 0);
    said.expect("its own limit, changed", ::setrlimit(RLIMIT_NOFILE, &limit), ENOSYS);
    said.expect("the limit of the parent", ::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, &limit), ENOSYS);
    said.expect("what waits in a pipe", ::ioctl(ends[0], FIONREAD, &waiting), ENOSYS);
    if (terminal >= 0) {
      said.expect("a terminal's mode", ::tcgetattr(terminal, &mode), 0);
      said.expect("its size", ::ioctl(terminal, TIOCGWINSZ, &size), ENOSYS);
      said.expect("input for a terminal", ::ioctl(terminal, TIOCSTI, "x"), ENOSYS);
    }
    return said.text();
  });
  if (wrong == "no seccomp") GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(wrong, "");
}

TEST(SystemCallFilter, AProgramThatMustEndEnds) {
  // What comes back to root by setfsuid and can't ends by abort (S9): the signal to itself must pass.
  const std::string wrong = in_a_child([]() -> std::string {
    if (!filter_system_calls()) return "no seccomp";
    std::abort();
  });
  if (wrong == "no seccomp") GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(wrong, "the child ended with " + std::to_string(SIGABRT));
}

TEST(Capabilities, RootKeepsWhatReadsAndGivesAwayFiles) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const std::string wrong = in_a_child([] {
    Complaints said;
    if (!drop_capabilities()) return std::string("a call failed");
    if (const int left = count_capabilities(); left == 0 || left > 7) return std::to_string(left) + " are left";
    said.expect("mount", ::syscall(SYS_mount, "none", "/", nullptr, 0, nullptr), EPERM);
    said.expect("another user's files", ::syscall(SYS_setfsuid, 65534), 0);
    said.expect("back", ::syscall(SYS_setfsuid, 0), 0);
    return said.text();
  });
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace mailhaul::run
