#include "resolver.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "failure.hpp"

namespace mailhaul::fs {
namespace {

/// Rename and mount races make openat2 give up; this often before the walk is taken (S2).
constexpr int tries_in_a_race = 64;

}  // namespace

bool is_plain_relative(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view component = path.substr(start, end - start);
    if (component.empty() || component == "." || component == "..") return false;
    start = end + 1;
  }
  return true;
}

bool is_single_name(std::string_view name) {
  return name.find('/') == std::string_view::npos && is_plain_relative(name);
}

int Resolver::open(Kernel& kernel, int dir, const std::string& path, int flags, mode_t mode) {
  if (only_walk_.load(std::memory_order_relaxed)) return walk(kernel, dir, path, flags, mode);
  // RESOLVE_NO_SYMLINKS refuses a symlink at the end too, as ELOOP; with O_NOFOLLOW it would be "not a directory".
  const int beneath_flags = (flags & O_DIRECTORY) != 0 ? flags & ~O_NOFOLLOW : flags;
  int result = -EAGAIN;
  for (int i = 0; i < tries_in_a_race && result == -EAGAIN; ++i) {
    result = uninterrupted([&] { return kernel.open_beneath(dir, path, beneath_flags, mode, cross_mounts_); });
  }
  // A path may be longer than the kernel takes at once, and each of its names short enough (A15).
  if (result != -EAGAIN && result != -ENOSYS && result != -EPERM && result != -ENAMETOOLONG) return result;
  const int walked = walk(kernel, dir, path, flags, mode);
  // EPERM may come from a seccomp filter or from the file itself (O_NOATIME on a foreign one): the walk can tell.
  if (result == -ENOSYS || (result == -EPERM && walked != -EPERM)) only_walk_.store(true, std::memory_order_relaxed);
  return walked;
}

int Resolver::walk(Kernel& kernel, int dir, const std::string& path, int flags, mode_t mode) const {
  Status start;
  if (const int result = kernel.status(dir, start); result < 0) return result;
  Descriptor parent;  // S3: never climbs, so the last one is all that is needed
  int parent_fd = dir;
  std::size_t at = 0;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', at)) {
    const int fd = open_component(kernel, parent_fd, start.id.device, path.substr(at, slash - at),
                                  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0) return fd;
    parent = Descriptor(kernel, fd);
    parent_fd = fd;
    at = slash + 1;
  }
  return open_component(kernel, parent_fd, start.id.device, path.substr(at), flags | O_NOFOLLOW, mode);
}

int Resolver::open_component(Kernel& kernel, int dir, std::uint64_t device, const std::string& name, int flags,
                             mode_t mode) const {
  const int fd = uninterrupted([&] { return kernel.open_at(dir, name, flags, mode); });
  if (fd == -ENOTDIR) {
    // With O_DIRECTORY a symlink looks like a file; openat2 tells them apart. Only messages depend on it.
    Status found;
    if (kernel.status_at(dir, name, found) == 0 && found.kind == EntryKind::symlink) return -ELOOP;
  }
  if (fd < 0 || cross_mounts_) return fd;
  Descriptor opened(kernel, fd);
  Status found;
  if (const int result = kernel.status(fd, found); result < 0) return result;
  if (found.id.device != device) return -EXDEV;
  return opened.release();
}

}  // namespace mailhaul::fs
