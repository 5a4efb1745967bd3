#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

enum class LockKind { shared, exclusive };

/// The seam between this program and the operating system: one method a system call, nothing decided here.
///
/// Every call returns what the system call returns, or the negative errno. The rules of safety.md are kept one floor
/// up, in Directory, File and NewFile, so the doubles of the tests (memory, faults) run exactly the same rules.
/// Any number of threads; distinct descriptors, distinct threads.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  /// openat2(2) with RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS, and NO_XDEV unless `cross_mounts`.
  virtual int open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) = 0;
  /// openat(2) of one component, of "/" or "." with AT_FDCWD at the very start of a walk.
  virtual int open_at(int dir, const std::string& name, int flags, mode_t mode) = 0;
  virtual int close(int fd) = 0;
  virtual int status(int fd, Status& out) = 0;
  /// fstatat(2) with AT_SYMLINK_NOFOLLOW.
  virtual int status_at(int dir, const std::string& name, Status& out) = 0;
  /// Target of the symlink that `fd` (O_PATH|O_NOFOLLOW) is.
  virtual int read_link(int fd, std::string& out) = 0;
  /// getdents64(2): appends the next entries, "." and ".." among them; returns how many, 0 at the end.
  virtual int read_directory(int fd, std::vector<Entry>& out) = 0;

  virtual std::int64_t read_at(int fd, std::span<std::byte> into, std::uint64_t offset) = 0;
  virtual std::int64_t write_at(int fd, Bytes from, std::uint64_t offset) = 0;
  virtual int truncate(int fd, std::uint64_t size_octets) = 0;

  /// linkat(2) of an open unnamed file: AT_EMPTY_PATH, on ENOENT or EPERM through /proc/self/fd (S8).
  virtual int link_open_file(int fd, int dir, const std::string& name) = 0;
  virtual int link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) = 0;
  /// renameat2(2); flags RENAME_NOREPLACE, RENAME_EXCHANGE or 0.
  virtual int rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) = 0;
  /// unlinkat(2); flags 0 or AT_REMOVEDIR.
  virtual int unlink(int dir, const std::string& name, int flags) = 0;
  virtual int make_directory(int dir, const std::string& name, mode_t mode) = 0;
  virtual int make_symlink(const std::string& target, int dir, const std::string& name) = 0;

  virtual int change_owner(int fd, Owner owner) = 0;
  virtual int change_mode(int fd, mode_t mode) = 0;
  /// Sets the modification time, leaves the access time.
  virtual int set_modified(int fd, FileTime time) = 0;

  virtual int sync(int fd) = 0;
  virtual int sync_file_system(int fd) = 0;
  /// Whether syncfs on this file system reports write errors: Linux >= 5.8 and a local file system (D2).
  virtual bool sync_file_system_is_sound(int fd) = 0;
  /// Whether the file system lies on a disk, or in the memory, of this machine: then the times of a directory tell of
  /// each change of its entries at once. Over a network they may come from a cache.
  virtual bool is_local_file_system(int fd) = 0;
  /// fstatfs(2): f_fsid as one number, 0 where the file system has none.
  virtual int file_system_id(int fd, std::uint64_t& out) = 0;
  /// F_OFD_SETLK on the whole file, without waiting; conflicts with the fcntl locks of mail programs. -EAGAIN: held.
  virtual int try_lock(int fd, LockKind kind) = 0;
  virtual int unlock(int fd) = 0;
  /// fgetxattr(2) of security.selinux, "user:role:type:level". -ENODATA or -EOPNOTSUPP: it has none.
  virtual int security_label(int fd, std::string& out) = 0;

  /// Whom files belong to that are made.
  virtual uid_t user() const = 0;

  /// S9: the same files for whoever takes names as `owner`; uid 0: as the runner. Lives as long as this one. Itself
  /// where that is not possible (the runner is not root). Where root may not either, the first name it takes is an
  /// Error(permission, run).
  virtual Kernel& acting_as(Owner owner);
  /// Whom it takes names as; nothing: always as the runner, whatever acting_as is asked for.
  [[nodiscard]] virtual std::optional<Owner> acts_as() const { return std::nullopt; }
};

/// The real one. `forbid_openat2` makes open_beneath answer -ENOSYS, as an old kernel does.
///
/// A call that takes a name is made under the identity that this kernel acts as, where the runner is root: the calling
/// thread changes to it first and keeps it until another one needs another. What has only a descriptor needs none.
class PosixKernel final : public Kernel {
 public:
  explicit PosixKernel(bool forbid_openat2 = false) : forbid_openat2_(forbid_openat2) {}

  int open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) override;
  int open_at(int dir, const std::string& name, int flags, mode_t mode) override;
  int close(int fd) override;
  int status(int fd, Status& out) override;
  int status_at(int dir, const std::string& name, Status& out) override;
  int read_link(int fd, std::string& out) override;
  int read_directory(int fd, std::vector<Entry>& out) override;
  std::int64_t read_at(int fd, std::span<std::byte> into, std::uint64_t offset) override;
  std::int64_t write_at(int fd, Bytes from, std::uint64_t offset) override;
  int truncate(int fd, std::uint64_t size_octets) override;
  int link_open_file(int fd, int dir, const std::string& name) override;
  int link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) override;
  int rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) override;
  int unlink(int dir, const std::string& name, int flags) override;
  int make_directory(int dir, const std::string& name, mode_t mode) override;
  int make_symlink(const std::string& target, int dir, const std::string& name) override;
  int change_owner(int fd, Owner owner) override;
  int change_mode(int fd, mode_t mode) override;
  int set_modified(int fd, FileTime time) override;
  int sync(int fd) override;
  int sync_file_system(int fd) override;
  bool sync_file_system_is_sound(int fd) override;
  bool is_local_file_system(int fd) override;
  int file_system_id(int fd, std::uint64_t& out) override;
  int try_lock(int fd, LockKind kind) override;
  int unlock(int fd) override;
  int security_label(int fd, std::string& out) override;
  uid_t user() const override;
  Kernel& acting_as(Owner owner) override;
  [[nodiscard]] std::optional<Owner> acts_as() const override;

 private:
  PosixKernel(PosixKernel& runners, Owner owner)
      : forbid_openat2_(runners.forbid_openat2_), owner_(owner), runners_(&runners) {}
  /// Makes the calling thread act as this kernel does. Error(permission, run) where root may not.
  void settle() const;
  template <typename Call>
  [[nodiscard]] int as_owner_or_runner(const Call& call) const;

  bool forbid_openat2_;
  std::optional<Owner> owner_{};
  PosixKernel* runners_ = this;
  std::atomic<bool> may_link_by_empty_path_{true};
  std::mutex mutex_{};
  std::map<Owner, std::unique_ptr<PosixKernel>> others_{};  ///< only in the runner's own
};

}  // namespace mailhaul::fs
