#include "cli/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <system_error>

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

constexpr std::uint64_t largest_hashed = 64ULL << 20U;

void check(bool good, const std::string& doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

/// O_NOATIME is for the owner and root; others can't change what they may not own anyway.
int open_quietly(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_NOATIME | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  return fd >= 0 || errno != EPERM ? fd : ::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

std::string size_options(std::uint64_t octets, std::uint64_t inodes) {
  return "size=" + std::to_string(octets) + (inodes == 0 ? "" : ",nr_inodes=" + std::to_string(inodes));
}

std::string content_of(const std::string& path, bool hash) {
  const int fd = open_quietly(path, O_RDONLY);
  if (fd < 0) return "unreadable";
  std::uint64_t fnv = 14695981039346656037ULL;
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    const auto size = static_cast<std::size_t>(got);
    if (!hash) text.append(buffer.data(), size);
    for (std::size_t i = 0; hash && i < size; ++i) {
      fnv ^= static_cast<unsigned char>(buffer[i]);
      fnv *= 1099511628211ULL;
    }
  }
  ::close(fd);
  return hash ? std::to_string(fnv) : text;
}

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

char kind_of(mode_t mode) {
  if (S_ISREG(mode)) return 'f';
  if (S_ISDIR(mode)) return 'd';
  if (S_ISLNK(mode)) return 'l';
  if (S_ISFIFO(mode)) return 'p';
  if (S_ISSOCK(mode)) return 's';
  return S_ISCHR(mode) ? 'c' : 'b';
}

void walk(const std::string& root, const std::string& below,
          const std::function<void(const std::string&, const std::string&, const struct stat&)>& take) {
  const std::string path = below.empty() ? root : root + "/" + below;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  take(path, below, status);
  if (!S_ISDIR(status.st_mode)) return;
  for (const std::string& name : names_in(path)) walk(root, below.empty() ? name : below + "/" + name, take);
}

}  // namespace

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  const int fd = open_quietly(directory, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return names;
  DIR* const stream = ::fdopendir(fd);
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name(&entry->d_name[0]);
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

TempDir::TempDir(Place place) {
  constexpr std::uintmax_t room = std::uintmax_t{1} << 30U;
  const stdfs::path memory = "/dev/shm";
  std::error_code missing;
  const stdfs::space_info space = stdfs::space(memory, missing);
  const bool in_memory = place == Place::memory && !missing && space.available > room &&
                         ::access(memory.c_str(), W_OK) == 0 && std::getenv("TMPDIR") == nullptr;
  std::string name = ((in_memory ? memory : stdfs::temp_directory_path()) / "mailhaul-cli-XXXXXX").string();
  check(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  check(::chmod(name.c_str(), 0755) == 0, "chmod");  // tests run the program as another user too
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  stdfs::remove_all(path_, ignored);
}

SmallDisk::SmallDisk(std::string at, std::uint64_t octets, std::uint64_t inodes) : at_(std::move(at)) {
  stdfs::create_directories(at_);
  const std::string options = "mode=0755," + size_options(octets, inodes);
  mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
}

void SmallDisk::resize(std::uint64_t octets, std::uint64_t inodes) const {
  const std::string options = size_options(octets, inodes);
  check(::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT, options.c_str()) == 0, "remount");
}

SmallDisk::Room SmallDisk::used() const {
  struct statvfs room {};
  check(::statvfs(at_.c_str(), &room) == 0, "statvfs");
  return {(room.f_blocks - room.f_bfree) * room.f_frsize, room.f_files - room.f_ffree};
}

void write_file(const std::string& path, std::string_view octets) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  out.close();
  check(out.good(), "writing " + path);
}

void append_file(const std::string& path, std::string_view octets) {
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  out.close();
  check(out.good(), "appending to " + path);
}

std::string read_file(const std::string& path) { return content_of(path, false); }

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::int64_t modified(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mtim.tv_sec : -1;
}

void set_modified(const std::string& path, std::int64_t seconds) {
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{seconds, 0}};
  check(::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0, "utimensat " + path);
}

void make_maildir(const std::string& path) {
  for (const char* part : {"cur", "new", "tmp"}) stdfs::create_directories(path + "/" + part);
}

void copy_tree(const std::string& from, const std::string& to) {
  walk(from, "", [&](const std::string& path, const std::string& below, const struct stat& status) {
    const std::string copy = below.empty() ? to : to + "/" + below;
    if (S_ISDIR(status.st_mode)) stdfs::create_directories(copy);
    if (S_ISLNK(status.st_mode)) stdfs::copy_symlink(path, copy);
    if (!S_ISREG(status.st_mode)) return;
    write_file(copy, read_file(path));
    set_modified(copy, status.st_mtim.tv_sec);
  });
}

void give_tree(const std::string& path, uid_t owner) {
  walk(path, "", [&](const std::string& entry, const std::string&, const struct stat&) {
    check(::lchown(entry.c_str(), owner, owner) == 0, "lchown " + entry);
  });
}

void make_fifo(const std::string& path) { check(::mkfifo(path.c_str(), 0644) == 0, "mkfifo " + path); }

void make_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd >= 0, "socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  check(path.size() < sizeof address.sun_path, "a socket's path is too long");
  std::memcpy(&address.sun_path[0], path.c_str(), path.size() + 1);
  const int result = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  check(result == 0, "bind " + path);
}

bool make_null_device(const std::string& path) { return ::mknod(path.c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0; }

std::vector<Entry> snapshot(const std::string& root) {
  std::vector<Entry> entries;
  walk(root, "", [&](const std::string& path, const std::string& below, const struct stat& status) {
    Entry entry;
    entry.path = below;
    entry.kind = kind_of(status.st_mode);
    entry.mode = status.st_mode & 07777U;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.links = status.st_nlink;
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.modified_ns = nanoseconds(status.st_mtim);
    entry.accessed_ns = nanoseconds(status.st_atim);
    entry.inode = status.st_ino;
    if (entry.kind == 'f' && entry.size <= largest_hashed) entry.content = content_of(path, true);
    if (entry.kind == 'l') {
      entry.content = stdfs::read_symlink(path).string();
      entry.accessed_ns = 0;  // reading where it points is what we just did
    }
    entries.push_back(std::move(entry));
  });
  return entries;
}

std::string difference(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  const auto by_path = [](const std::vector<Entry>& entries) {
    std::map<std::string, const Entry*> map;
    for (const Entry& entry : entries) map.emplace(entry.path, &entry);
    return map;
  };
  const auto old_ones = by_path(before);
  const auto new_ones = by_path(after);
  std::string text;
  for (const auto& [path, entry] : old_ones) {
    const auto now = new_ones.find(path);
    if (now == new_ones.end()) {
      text += "gone: " + path + "\n";
      continue;
    }
    const Entry& was = *entry;
    const Entry& is = *now->second;
    if (was == is) continue;
    text += "changed: " + path + ":";
    if (was.kind != is.kind || was.inode != is.inode) text += " another file";
    if (was.mode != is.mode) text += " mode";
    if (was.uid != is.uid || was.gid != is.gid) text += " owner";
    if (was.links != is.links) text += " links";
    if (was.size != is.size) text += " size";
    if (was.modified_ns != is.modified_ns) text += " mtime";
    if (was.accessed_ns != is.accessed_ns) text += " atime";
    if (was.content != is.content) text += " content";
    text += "\n";
  }
  for (const auto& [path, entry] : new_ones)
    if (old_ones.count(path) == 0) text += "appeared: " + path + "\n";
  return text;
}

void make_reads_visible(const std::string& root) {
  walk(root, "", [](const std::string& path, const std::string&, const struct stat& status) {
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return;
    const std::array<timespec, 2> times{timespec{1'000'000'000, 0}, timespec{0, UTIME_OMIT}};
    ::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  });
}

bool tree_holds(const std::string& root, std::string_view needle) {
  bool found = false;
  walk(root, "", [&](const std::string& path, const std::string&, const struct stat& status) {
    found = found || (S_ISREG(status.st_mode) && read_file(path).find(needle) != std::string::npos);
  });
  return found;
}

}  // namespace mailhaul::black_box
