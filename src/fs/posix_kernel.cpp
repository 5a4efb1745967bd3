#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>

#include "mailhaul/base/error.hpp"
#include "mailhaul/base/identity.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::fs {
namespace {

template <typename Number>
Number or_errno(Number result) {
  return result < 0 ? static_cast<Number>(-errno) : result;
}

EntryKind kind_of_mode(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFREG: return EntryKind::regular;
  case S_IFDIR: return EntryKind::directory;
  case S_IFLNK: return EntryKind::symlink;
  case S_IFIFO: return EntryKind::fifo;
  case S_IFSOCK: return EntryKind::socket;
  case S_IFCHR:
  case S_IFBLK: return EntryKind::device;
  default: return EntryKind::unknown;
  }
}

EntryKind kind_of_entry(unsigned char type) {
  // d_type is the S_IFMT part of the mode, shifted (getdents(2)); DT_UNKNOWN is 0.
  constexpr unsigned shift = 12;
  return type == 0 ? EntryKind::unknown : kind_of_mode(static_cast<mode_t>(type) << shift);
}

/// An owner may set any time; those beyond what nanoseconds in 64 bits hold (1677 to 2262) are cut to the ends.
FileTime time_of(const timespec& time) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / second - 1;
  const std::int64_t seconds = std::clamp<std::int64_t>(time.tv_sec, -most, most);
  return FileTime(std::chrono::nanoseconds(seconds * second + time.tv_nsec));
}

void translate(const struct stat& from, Status& out) {
  out.id = {static_cast<std::uint64_t>(from.st_dev), static_cast<std::uint64_t>(from.st_ino)};
  out.kind = kind_of_mode(from.st_mode);
  out.owner = {from.st_uid, from.st_gid};
  out.permissions = from.st_mode & 07777U;
  out.links = static_cast<std::uint64_t>(from.st_nlink);
  out.size_octets = static_cast<std::uint64_t>(from.st_size);
  out.allocated_octets = static_cast<std::uint64_t>(from.st_blocks) * 512;  // always of 512 (inode(7))
  out.modified = time_of(from.st_mtim);
  out.changed = time_of(from.st_ctim);
}

bool kernel_is_at_least(int major, int minor) {
  utsname name{};
  if (::uname(&name) != 0) return false;
  const std::string_view release(name.release);
  int found_major = 0;
  int found_minor = 0;
  const char* const end = release.data() + release.size();
  const auto [dot, bad_major] = std::from_chars(release.data(), end, found_major);
  if (bad_major != std::errc() || dot == end || *dot != '.') return false;
  if (std::from_chars(dot + 1, end, found_minor).ec != std::errc()) return false;
  return found_major > major || (found_major == major && found_minor >= minor);
}

/// File systems of this machine's own disks and memory; their syncfs waits for the data and tells of errors. Not
/// overlayfs, which passed no errors on for years, and nothing that another machine or a user process serves.
constexpr std::array<std::uint32_t, 6> local_file_systems{
    0x0000EF53U,  // ext2, ext3, ext4
    0x58465342U,  // xfs
    0x9123683EU,  // btrfs
    0x01021994U,  // tmpfs
    0x2FC12FC1U,  // zfs
    0xF2F52010U,  // f2fs
};

/// What a group of root's own is replaced by: that of nobody (S9, trap c).
constexpr gid_t no_group = 65534;

}  // namespace

Kernel& Kernel::acting_as(Owner /*owner*/) { return *this; }

Kernel& PosixKernel::acting_as(Owner owner) {
  if (owner.uid == 0 || !can_act_as_others()) return *runners_;
  if (owner.gid == 0) owner.gid = no_group;
  const std::lock_guard guard(runners_->mutex_);
  std::unique_ptr<PosixKernel>& other = runners_->others_[owner];
  if (!other) other.reset(new PosixKernel(*runners_, owner));  // its constructor is private
  return *other;
}

std::optional<Owner> PosixKernel::acts_as() const {
  if (owner_) return owner_;
  return can_act_as_others() ? std::optional(Owner{}) : std::nullopt;
}

void PosixKernel::settle() const {
  if (!owner_) return act_as_runner();
  if (const int result = act_as({owner_->uid, owner_->gid}); result < 0)
    throw Error(Cause::permission, Scope::run, "acting as uid " + std::to_string(owner_->uid))
        .because(-result)
        .hint("root needs CAP_SETUID and CAP_SETGID here, and the ids of the mail's owner");
}

template <typename Call>
int PosixKernel::as_owner_or_runner(const Call& call) const {
  settle();
  const int result = call();
  if (result != -EPERM || !owner_) return result;
  act_as_runner();
  return call();
}

int PosixKernel::open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) {
  if (forbid_openat2_) return -ENOSYS;
  settle();
  // By syscall(2): the C libraries of our targets have no wrapper (S2).
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags));
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  if (!cross_mounts) how.resolve |= RESOLVE_NO_XDEV;
  return static_cast<int>(or_errno(::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how)));
}

int PosixKernel::open_at(int dir, const std::string& name, int flags, mode_t mode) {
  settle();
  return or_errno(::openat(dir, name.c_str(), flags, mode));
}

int PosixKernel::close(int fd) { return or_errno(::close(fd)); }

int PosixKernel::status(int fd, Status& out) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) return -errno;
  translate(found, out);
  return 0;
}

int PosixKernel::status_at(int dir, const std::string& name, Status& out) {
  settle();
  struct stat found {};
  if (::fstatat(dir, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  translate(found, out);
  return 0;
}

int PosixKernel::read_link(int fd, std::string& out) {
  settle();
  std::array<char, 4097> target{};  // PATH_MAX and one, to see a cut
  const ssize_t length = ::readlinkat(fd, "", target.data(), target.size());
  if (length < 0) return -errno;
  if (static_cast<std::size_t>(length) == target.size()) return -ENAMETOOLONG;
  out.assign(target.data(), static_cast<std::size_t>(length));
  return 0;
}

int PosixKernel::read_directory(int fd, std::vector<Entry>& out) {
  // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, name ended by NUL.
  constexpr std::size_t length_at = 16;
  constexpr std::size_t type_at = 18;
  constexpr std::size_t name_at = 19;
  std::array<char, 32768> records;
  const long got = ::syscall(SYS_getdents64, fd, records.data(), records.size());
  if (got < 0) return -errno;
  int count = 0;
  for (std::size_t at = 0; at + name_at < static_cast<std::size_t>(got); ++count) {
    std::uint16_t length = 0;
    std::memcpy(&length, records.data() + at + length_at, sizeof length);
    const char* const name = records.data() + at + name_at;
    out.push_back({std::string(name, ::strnlen(name, length - name_at)),
                   kind_of_entry(static_cast<unsigned char>(records[at + type_at]))});
    at += length;
  }
  return count;
}

std::int64_t PosixKernel::read_at(int fd, std::span<std::byte> into, std::uint64_t offset) {
  return or_errno(::pread(fd, into.data(), into.size(), static_cast<off_t>(offset)));
}

std::int64_t PosixKernel::write_at(int fd, Bytes from, std::uint64_t offset) {
  return or_errno(::pwrite(fd, from.data(), from.size(), static_cast<off_t>(offset)));
}

int PosixKernel::truncate(int fd, std::uint64_t size_octets) {
  return or_errno(::ftruncate(fd, static_cast<off_t>(size_octets)));
}

int PosixKernel::link_open_file(int fd, int dir, const std::string& name) {
  settle();
  // Before 6.10 the empty path needs CAP_DAC_READ_SEARCH, which an owner does not have (S8); later on the descriptor
  // has to be opened under the very credentials of now. Once refused it is not asked for again.
  if (may_link_by_empty_path_.load(std::memory_order_relaxed)) {
    if (::linkat(fd, "", dir, name.c_str(), AT_EMPTY_PATH) == 0) return 0;
    if (errno != ENOENT && errno != EPERM) return -errno;
    if (owner_) may_link_by_empty_path_.store(false, std::memory_order_relaxed);
  }
  std::array<char, 32> own_path{};
  std::snprintf(own_path.data(), own_path.size(), "/proc/self/fd/%d", fd);
  return or_errno(::linkat(AT_FDCWD, own_path.data(), dir, name.c_str(), AT_SYMLINK_FOLLOW));
}

int PosixKernel::link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) {
  settle();
  return or_errno(::linkat(from_dir, from.c_str(), to_dir, to.c_str(), 0));
}

int PosixKernel::rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) {
  settle();
  return or_errno(::renameat2(from_dir, from.c_str(), to_dir, to.c_str(), flags));
}

int PosixKernel::unlink(int dir, const std::string& name, int flags) {
  settle();
  return or_errno(::unlinkat(dir, name.c_str(), flags));
}

int PosixKernel::make_directory(int dir, const std::string& name, mode_t mode) {
  settle();
  return or_errno(::mkdirat(dir, name.c_str(), mode));
}

int PosixKernel::make_symlink(const std::string& target, int dir, const std::string& name) {
  settle();
  return or_errno(::symlinkat(target.c_str(), dir, name.c_str()));
}

// Needed only where what was made belongs to another: giving away is root's.
int PosixKernel::change_owner(int fd, Owner owner) {
  act_as_runner();
  return or_errno(::fchown(fd, owner.uid, owner.gid));
}

// An owner may do the next two; what this run has given away already needs root again.
int PosixKernel::change_mode(int fd, mode_t mode) {
  return as_owner_or_runner([&] { return or_errno(::fchmod(fd, mode)); });
}

int PosixKernel::set_modified(int fd, FileTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  std::array<timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = static_cast<time_t>(seconds.time_since_epoch().count());
  times[1].tv_nsec = static_cast<long>((time - seconds).count());
  return as_owner_or_runner([&] { return or_errno(::futimens(fd, times.data())); });
}

int PosixKernel::sync(int fd) { return or_errno(::fsync(fd)); }

int PosixKernel::sync_file_system(int fd) { return or_errno(::syncfs(fd)); }

bool PosixKernel::sync_file_system_is_sound(int fd) { return kernel_is_at_least(5, 8) && is_local_file_system(fd); }

bool PosixKernel::is_local_file_system(int fd) {
  struct statfs found {};
  if (::fstatfs(fd, &found) != 0) return false;
  const auto type = static_cast<std::uint32_t>(found.f_type);
  return std::find(local_file_systems.begin(), local_file_systems.end(), type) != local_file_systems.end();
}

int PosixKernel::file_system_id(int fd, std::uint64_t& out) {
  struct statfs found {};
  if (::fstatfs(fd, &found) != 0) return -errno;
  std::array<std::uint32_t, 2> halves{};
  static_assert(sizeof halves == sizeof found.f_fsid);
  std::memcpy(halves.data(), &found.f_fsid, sizeof halves);  // its members have no portable names
  constexpr unsigned half_bits = 32;
  out = std::uint64_t{halves[1]} << half_bits | halves[0];
  return 0;
}

int PosixKernel::try_lock(int fd, LockKind kind) {
  struct flock lock {};  // whence start, start 0, length 0: the whole file, however it grows; pid must be 0
  lock.l_type = static_cast<short>(kind == LockKind::shared ? F_RDLCK : F_WRLCK);
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EACCES ? -EAGAIN : -errno;  // either may say "held" (fcntl(2))
}

int PosixKernel::unlock(int fd) {
  struct flock lock {};
  lock.l_type = static_cast<short>(F_UNLCK);
  lock.l_whence = SEEK_SET;
  return or_errno(::fcntl(fd, F_OFD_SETLK, &lock));
}

uid_t PosixKernel::user() const { return owner_ ? owner_->uid : runner_uid(); }

}  // namespace mailhaul::fs
