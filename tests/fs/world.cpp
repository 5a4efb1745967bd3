#include "fs/world.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "mailhaul/base/identity.hpp"
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace mailhaul::fs {
namespace {

void check(bool good, const std::string& what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

class RealWorld final : public World {
 public:
  explicit RealWorld(Resolving resolving) : kernel_(resolving == Resolving::walk), old_umask_(::umask(022)) {
    act_as_runner();
    std::string pattern = (std::filesystem::temp_directory_path() / "fs_test.XXXXXX").string();
    check(::mkdtemp(pattern.data()) != nullptr, pattern);
    root_ = pattern;
    check(::chmod(root_.c_str(), 0755) == 0, root_);
  }
  ~RealWorld() override {
    ::umask(old_umask_);
    act_as_runner();
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  Kernel& kernel() override { return kernel_; }
  std::string root() const override { return root_; }
  bool has_users() const override { return ::geteuid() == 0; }

  void put_directory(const std::string& path) override { check(::mkdir(full(path).c_str(), 0755) == 0, path); }
  void put_file(const std::string& path, const std::string& octets) override {
    std::ofstream(full(path), std::ios::binary | std::ios::trunc) << octets;
  }
  void put_symlink(const std::string& path, const std::string& target) override {
    check(::symlink(target.c_str(), full(path).c_str()) == 0, path);
  }
  void put_fifo(const std::string& path) override { check(::mkfifo(full(path).c_str(), 0666) == 0, path); }
  void put_socket(const std::string& path) override {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = full(path);
    if (name.size() >= sizeof address.sun_path) throw std::length_error(name);
    std::memcpy(address.sun_path, name.c_str(), name.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd >= 0, path);
    const int bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(fd);
    check(bound == 0, path);
  }
  bool put_device(const std::string& path) override {
    return ::mknod(full(path).c_str(), S_IFCHR | 0666U, ::makedev(1, 3)) == 0;  // as /dev/null
  }
  void put_link(const std::string& path, const std::string& existing) override {
    check(::link(full(existing).c_str(), full(path).c_str()) == 0, path);
  }
  void put_sparse(const std::string& path, std::uint64_t size_octets) override {
    put_file(path, "");
    check(::truncate(full(path).c_str(), static_cast<off_t>(size_octets)) == 0, path);
  }
  void give_to(const std::string& path, uid_t uid) override {
    check(::lchown(full(path).c_str(), uid, static_cast<gid_t>(-1)) == 0, path);
  }
  void remove(const std::string& path) override { std::filesystem::remove_all(full(path)); }
  void exchange(const std::string& path, const std::string& other) override {
    check(::renameat2(AT_FDCWD, full(path).c_str(), AT_FDCWD, full(other).c_str(), RENAME_EXCHANGE) == 0, path);
  }
  void set_umask(mode_t mask) override { ::umask(mask); }
  bool exists(const std::string& path) override {
    Status status;
    return kernel_.status_at(AT_FDCWD, full(path), status) == 0;
  }
  std::string octets_of(const std::string& path) override {
    std::ostringstream all;
    all << std::ifstream(full(path), std::ios::binary).rdbuf();
    return all.str();
  }
  Status status_of(const std::string& path) override {
    Status status;
    if (kernel_.status_at(AT_FDCWD, full(path), status) != 0) throw std::runtime_error("not there: " + path);
    return status;
  }
  std::vector<std::string> names_in(const std::string& path) override {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(full(path))) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  /// The hand of the test is the runner's, whoever the code under test acts as (S9).
  [[nodiscard]] std::string full(const std::string& path) const {
    act_as_runner();
    return path.empty() ? root_ : root_ + "/" + path;
  }

  PosixKernel kernel_;
  mode_t old_umask_;
  std::string root_;
};

class WorldInMemory final : public World {
 public:
  explicit WorldInMemory(Resolving resolving) {
    if (resolving == Resolving::walk) kernel_.set_abilities({.openat2 = -ENOSYS});
    kernel_.put_directory("/w");
  }

  Kernel& kernel() override { return kernel_; }
  std::string root() const override { return "/w"; }
  bool has_users() const override { return true; }

  void put_directory(const std::string& path) override { kernel_.put_directory(full(path)); }
  void put_file(const std::string& path, const std::string& octets) override { kernel_.put_file(full(path), octets); }
  void put_symlink(const std::string& path, const std::string& target) override {
    kernel_.put_symlink(full(path), target);
  }
  void put_fifo(const std::string& path) override { kernel_.put_special(full(path), EntryKind::fifo); }
  void put_socket(const std::string& path) override { kernel_.put_special(full(path), EntryKind::socket); }
  bool put_device(const std::string& path) override {
    kernel_.put_special(full(path), EntryKind::device);
    return true;
  }
  void put_link(const std::string& path, const std::string& existing) override {
    kernel_.put_link(full(path), full(existing));
  }
  void put_sparse(const std::string& path, std::uint64_t size_octets) override {
    kernel_.put_file(full(path), "");
    const int dir = kernel_.open_at(AT_FDCWD, "w", O_PATH | O_NOFOLLOW, 0);
    const int fd = kernel_.open_at(dir, path, O_RDWR | O_NOFOLLOW, 0);
    if (kernel_.truncate(fd, size_octets) != 0) throw std::runtime_error(path);
    kernel_.close(fd);
    kernel_.close(dir);
  }
  void give_to(const std::string& path, uid_t uid) override { kernel_.give_to(full(path), {uid, 0}); }
  void remove(const std::string& path) override { kernel_.remove(full(path)); }
  void exchange(const std::string& path, const std::string& other) override {
    kernel_.exchange(full(path), full(other));
  }
  void set_umask(mode_t mask) override { kernel_.set_umask(mask); }
  bool exists(const std::string& path) override { return kernel_.exists(full(path)); }
  std::string octets_of(const std::string& path) override { return kernel_.octets_of(full(path)); }
  Status status_of(const std::string& path) override { return kernel_.status_of(full(path)); }
  std::vector<std::string> names_in(const std::string& path) override { return kernel_.names_in(full(path)); }

 private:
  [[nodiscard]] static std::string full(const std::string& path) { return path.empty() ? "/w" : "/w/" + path; }

  support::MemoryKernel kernel_{};
};

}  // namespace

std::string name_of(const testing::TestParamInfo<WorldKind>& info) {
  const std::string files = info.param.files == Files::real ? "Real" : "Memory";
  return files + (info.param.resolving == Resolving::openat2 ? "Openat2" : "Walk");
}

std::unique_ptr<World> make_world(const WorldKind& kind) {
  if (kind.files == Files::real) return std::make_unique<RealWorld>(kind.resolving);
  return std::make_unique<WorldInMemory>(kind.resolving);
}

// SIGALRM is not handled: it ends the program, and the test runner says where.
Watchdog::Watchdog() { ::alarm(30); }
Watchdog::~Watchdog() { ::alarm(0); }

std::string read_all(const File& file) {
  std::string text(static_cast<std::size_t>(file.status_now().size_octets), '\0');
  const std::size_t got = file.read_at(std::as_writable_bytes(std::span(text.data(), text.size())), 0);
  text.resize(got);
  return text;
}

}  // namespace mailhaul::fs
