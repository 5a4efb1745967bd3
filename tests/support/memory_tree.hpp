#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mailhaul/fs/status.hpp"

namespace mailhaul::support {

/// The names of one directory. Listed in the order they were made; a listing goes on after a cookie, so names that come
/// and go meanwhile are seen, missed or seen twice as on a real file system.
class MemoryNames {
 public:
  [[nodiscard]] std::uint64_t find(const std::string& name) const;  ///< inode; 0: not there
  void add(const std::string& name, std::uint64_t inode);
  void remove(const std::string& name);
  [[nodiscard]] bool empty() const { return by_name_.empty(); }

  struct Slot {
    std::uint64_t inode = 0;
    std::uint64_t cookie = 0;
  };
  [[nodiscard]] const std::map<std::string, Slot>& by_name() const { return by_name_; }
  [[nodiscard]] const std::map<std::uint64_t, std::string>& by_cookie() const { return by_cookie_; }

 private:
  std::map<std::string, Slot> by_name_{};
  std::map<std::uint64_t, std::string> by_cookie_{};
  std::uint64_t next_cookie_ = 1;
};

/// What one inode holds, in memory or on the disk.
struct MemoryImage {
  fs::Owner owner{};
  mode_t permissions = 0;
  std::string octets{};                              ///< of a file; of a symlink its target
  std::map<std::uint64_t, std::uint64_t> extents{};  ///< stored blocks of 4 KiB: first and one past the last
  MemoryNames names{};
  fs::FileTime modified{};
  fs::FileTime changed{};

  /// Takes the octets at `offset`; what was never written is a hole and takes no room.
  void write(std::uint64_t offset, std::string_view text);
  void resize(std::uint64_t size_octets);
  [[nodiscard]] std::uint64_t allocated_octets() const;
};

struct MemoryInode {
  std::uint64_t number = 0;
  std::uint64_t device = 0;
  fs::EntryKind kind = fs::EntryKind::regular;
  std::uint64_t parent = 0;  ///< of a directory
  std::uint64_t links = 0;
  std::uint64_t open = 0;  ///< descriptors
  bool was_linked = false;
  bool lost = false;  ///< D3: a sync failed; what was dirty counts as clean and is not written until it changes
  MemoryImage now{};
  MemoryImage durable{};  ///< as made, until it is synced
};

/// All inodes of one machine. A mount is a directory whose device is not that of its parent.
class MemoryTree {
 public:
  MemoryTree();

  [[nodiscard]] std::uint64_t root() const { return 1; }
  [[nodiscard]] MemoryInode* find(std::uint64_t number);
  [[nodiscard]] const MemoryInode* find(std::uint64_t number) const;
  MemoryInode& make(fs::EntryKind kind, std::uint64_t device, fs::Owner owner, mode_t permissions, fs::FileTime time);

  void link(MemoryInode& directory, const std::string& name, MemoryInode& inode, fs::FileTime time);
  void unlink(MemoryInode& directory, const std::string& name, fs::FileTime time);
  /// The same, on the disk as well.
  void link_durably(MemoryInode& directory, const std::string& name, MemoryInode& inode, fs::FileTime time);
  void unlink_durably(MemoryInode& directory, const std::string& name, fs::FileTime time);
  /// Forgets an inode that was never linked and that nobody has open.
  void forget_unnamed(std::uint64_t number);

  static void make_durable(MemoryInode& inode);
  void make_all_durable(std::uint64_t device);
  void lose_dirty(std::uint64_t device);
  /// Every inode is what it last was on the disk; those that no durable name leads to are gone.
  void lose_power();

  /// Absolute, without symlinks; nullptr when it is not there.
  [[nodiscard]] MemoryInode* at(std::string_view path);
  [[nodiscard]] const MemoryInode* at(std::string_view path) const;
  /// Path of every regular file, with its octets.
  [[nodiscard]] std::map<std::string, std::string> files() const;

 private:
  std::map<std::uint64_t, MemoryInode> inodes_{};
  std::uint64_t next_ = 1;
};

}  // namespace mailhaul::support
