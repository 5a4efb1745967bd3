#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "mailhaul/fs/kernel.hpp"
#include "support/memory_tree.hpp"

namespace mailhaul::support {

/// A whole machine's files in memory, as strict as a disk may be: what was not synced is gone after `lose_power`, the
/// octets of a file as well as the names in a directory, each by its own sync.
///
/// It answers as Linux does, with permissions, owners, umask, symlinks, special files, mounts and locks. What the rules
/// of safety.md forbid fails loudly: a name with a slash where one component is meant (EINVAL), an open that would
/// follow a symlink (ENOTSUP), one that would hang on a FIFO (EDEADLK). Any number of threads.
class MemoryKernel final : public fs::Kernel {
 public:
  /// Descriptors begin here, so that none is mistaken for one of the real kernel.
  static constexpr int first_descriptor = 100000;

  explicit MemoryKernel(uid_t user = 0, gid_t group = 0);

  /// The cut: everything unsynced is dropped, all descriptors and locks are gone.
  void lose_power();
  /// D3: what is dirty now in the file system of `fd` (or in this one file) never reaches the disk, though a later
  /// sync will say so.
  void lose_dirty_files(int fd);
  void lose_dirty_file(int fd);

  // What machine this is.
  void become(uid_t user, gid_t group);
  void set_umask(mode_t mask);
  void set_time(fs::FileTime time);
  void advance(std::chrono::nanoseconds time);
  [[nodiscard]] fs::FileTime time() const;
  struct Abilities {
    int openat2 = 0;           ///< or what it answers: -ENOSYS, -EPERM
    int unnamed_files = 0;     ///< O_TMPFILE: or -EOPNOTSUPP …
    bool rename_flags = true;  ///< else EINVAL
    bool sound_syncfs = true;
    bool is_local = true;
    std::uint64_t file_system_id = 0;
    std::string security_label{};  ///< of everything; empty: there is no such thing
    bool entry_kinds = true;       ///< else d_type is always unknown
    std::size_t listed_at_once = 64;
  };
  void set_abilities(const Abilities& abilities);

  // The tree from outside, as another program changes it: absolute paths, no permissions asked, and durable at once.
  void put_directory(const std::string& path, fs::Owner owner = {}, mode_t mode = 0755);
  void put_mount(const std::string& path, fs::Owner owner = {});
  void put_file(const std::string& path, const std::string& octets, fs::Owner owner = {}, mode_t mode = 0644);
  void put_symlink(const std::string& path, const std::string& target, fs::Owner owner = {});
  void put_special(const std::string& path, fs::EntryKind kind, fs::Owner owner = {});
  void put_link(const std::string& path, const std::string& existing);
  void give_to(const std::string& path, fs::Owner owner);
  void remove(const std::string& path);
  void exchange(const std::string& path, const std::string& other);
  [[nodiscard]] bool exists(const std::string& path) const;
  [[nodiscard]] fs::Status status_of(const std::string& path) const;
  [[nodiscard]] std::string octets_of(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> names_in(const std::string& path) const;  ///< sorted
  /// Every regular file there is: path and octets.
  [[nodiscard]] std::map<std::string, std::string> files() const;
  [[nodiscard]] std::size_t open_descriptors() const;
  [[nodiscard]] std::size_t devices_opened() const;

  int open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) override;
  int open_at(int dir, const std::string& name, int flags, mode_t mode) override;
  int close(int fd) override;
  int status(int fd, fs::Status& out) override;
  int status_at(int dir, const std::string& name, fs::Status& out) override;
  int read_link(int fd, std::string& out) override;
  int read_directory(int fd, std::vector<fs::Entry>& out) override;
  std::int64_t read_at(int fd, std::span<std::byte> into, std::uint64_t offset) override;
  std::int64_t write_at(int fd, Bytes from, std::uint64_t offset) override;
  int truncate(int fd, std::uint64_t size_octets) override;
  int link_open_file(int fd, int dir, const std::string& name) override;
  int link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) override;
  int rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) override;
  int unlink(int dir, const std::string& name, int flags) override;
  int make_directory(int dir, const std::string& name, mode_t mode) override;
  int make_symlink(const std::string& target, int dir, const std::string& name) override;
  int change_owner(int fd, fs::Owner owner) override;
  int change_mode(int fd, mode_t mode) override;
  int set_modified(int fd, fs::FileTime time) override;
  int sync(int fd) override;
  int sync_file_system(int fd) override;
  bool sync_file_system_is_sound(int fd) override;
  bool is_local_file_system(int fd) override;
  int file_system_id(int fd, std::uint64_t& out) override;
  int try_lock(int fd, fs::LockKind kind) override;
  int unlock(int fd) override;
  int security_label(int fd, std::string& out) override;
  uid_t user() const override;

 private:
  struct OpenFile {
    std::uint64_t inode = 0;
    int flags = 0;
    std::uint64_t cookie = 0;  ///< how far a listing has come
    bool dots_listed = false;
  };
  struct Lock {
    int fd = -1;
    std::uint64_t inode = 0;
    fs::LockKind kind = fs::LockKind::shared;
  };
  /// A directory and a name to be made or removed in it.
  struct Target {
    MemoryInode* directory = nullptr;
    MemoryInode* inode = nullptr;  ///< nullptr: the name is free
    int result = 0;
  };

  OpenFile* file(int fd);
  MemoryInode* inode_of(int fd);
  MemoryInode* directory_of(int dir, int& result);
  [[nodiscard]] bool may(const MemoryInode& inode, mode_t rwx) const;
  [[nodiscard]] bool is_within(const MemoryInode& directory, const MemoryInode& above) const;
  Target look_up(int dir, const std::string& name);
  Target look_up_to_change(int dir, const std::string& name);
  int open_found(MemoryInode& inode, int flags);
  int open_in(MemoryInode& directory, const std::string& name, int flags, mode_t mode);
  int open_unnamed(MemoryInode& directory, int flags, mode_t mode);
  MemoryInode& make(fs::EntryKind kind, const MemoryInode& directory, mode_t mode);
  int writable(int fd, MemoryInode*& inode);
  int changeable(int fd, MemoryInode*& inode);
  fs::FileTime tick();
  MemoryInode& put(const std::string& path, fs::EntryKind kind, fs::Owner owner, mode_t mode);
  static void describe(const MemoryInode& inode, fs::Status& out);

  mutable std::mutex mutex_;
  MemoryTree tree_{};
  std::map<int, OpenFile> open_{};
  std::vector<Lock> locks_{};
  Abilities abilities_{};
  uid_t user_;
  gid_t group_;
  mode_t umask_ = 022;
  fs::FileTime time_;
  int next_descriptor_ = first_descriptor;
  std::uint64_t next_device_ = 2;
  std::size_t devices_opened_ = 0;
};

}  // namespace mailhaul::support
