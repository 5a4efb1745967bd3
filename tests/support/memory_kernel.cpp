// The calls of MemoryKernel: each answers as Linux does. The machine around them is in memory_machine.cpp.

#include "support/memory_kernel.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace mailhaul::support {

using fs::EntryKind;
using fs::FileTime;
using fs::Owner;
using fs::Status;

namespace {

constexpr mode_t read_permission = 4;
constexpr mode_t write_permission = 2;
constexpr mode_t search_permission = 1;
constexpr mode_t set_group_bit = 02000;
constexpr std::size_t longest_name = 255;

bool has(int flags, int wanted) { return (flags & wanted) == wanted; }

int check_component(const std::string& name) {
  if (name.empty()) return -ENOENT;
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos) return -EINVAL;
  return name.size() > longest_name ? -ENAMETOOLONG : 0;
}

}  // namespace

// ---- helpers of the calls; the mutex is held

MemoryKernel::OpenFile* MemoryKernel::file(int fd) {
  const auto found = open_.find(fd);
  return found == open_.end() ? nullptr : &found->second;
}

MemoryInode* MemoryKernel::inode_of(int fd) {
  const OpenFile* const opened = file(fd);
  return opened == nullptr ? nullptr : tree_.find(opened->inode);
}

MemoryInode* MemoryKernel::directory_of(int dir, int& result) {
  MemoryInode* const inode = dir == AT_FDCWD ? tree_.find(tree_.root()) : inode_of(dir);
  result = 0;
  if (inode == nullptr) {
    result = -EBADF;
  } else if (inode->kind != EntryKind::directory) {
    result = -ENOTDIR;
  } else if (!may(*inode, search_permission)) {
    result = -EACCES;
  }
  return result == 0 ? inode : nullptr;
}

bool MemoryKernel::may(const MemoryInode& inode, mode_t rwx) const {
  if (user_ == 0) return true;
  constexpr unsigned owner_shift = 6;
  constexpr unsigned group_shift = 3;
  mode_t granted = inode.now.permissions;
  if (inode.now.owner.uid == user_) {
    granted >>= owner_shift;
  } else if (inode.now.owner.gid == group_) {
    granted >>= group_shift;
  }
  return (granted & rwx) == rwx;
}

MemoryKernel::Target MemoryKernel::look_up(int dir, const std::string& name) {
  Target target;
  target.result = check_component(name);
  if (target.result == 0) target.directory = directory_of(dir, target.result);
  if (target.result == 0) target.inode = tree_.find(target.directory->now.names.find(name));
  return target;
}

MemoryKernel::Target MemoryKernel::look_up_to_change(int dir, const std::string& name) {
  Target target = look_up(dir, name);
  if (target.result == 0 && !may(*target.directory, write_permission)) target.result = -EACCES;
  if (target.result == 0 && target.directory->links == 0) target.result = -ENOENT;  // removed, but still open
  return target;
}

MemoryInode& MemoryKernel::make(EntryKind kind, const MemoryInode& directory, mode_t mode) {
  const bool inherits_group = (directory.now.permissions & set_group_bit) != 0;
  const Owner owner{user_, inherits_group ? directory.now.owner.gid : group_};
  mode_t permissions = mode & 01777U & ~umask_;
  if (inherits_group && kind == EntryKind::directory) permissions |= set_group_bit;
  return tree_.make(kind, directory.device, owner, permissions, tick());
}

int MemoryKernel::open_found(MemoryInode& inode, int flags) {
  const int access = flags & O_ACCMODE;
  const bool only_path = has(flags, O_PATH);
  const bool nonblocking = has(flags, O_NONBLOCK);
  if (has(flags, O_DIRECTORY) && inode.kind != EntryKind::directory) return -ENOTDIR;
  if (!only_path) {
    if (inode.kind == EntryKind::symlink) return -ELOOP;
    if (inode.kind == EntryKind::directory && access != O_RDONLY) return -EISDIR;
    if (access != O_WRONLY && !may(inode, read_permission)) return -EACCES;
    if (access != O_RDONLY && !may(inode, write_permission)) return -EACCES;
    if (has(flags, O_NOATIME) && user_ != 0 && user_ != inode.now.owner.uid) return -EPERM;
    if (inode.kind == EntryKind::socket) return -ENXIO;
    if (inode.kind == EntryKind::fifo && access == O_WRONLY && nonblocking) return -ENXIO;
    if (inode.kind == EntryKind::fifo && access != O_RDWR && !nonblocking) return -EDEADLK;
    if (inode.kind == EntryKind::device) ++devices_opened_;
  }
  const int fd = next_descriptor_++;
  open_[fd] = {inode.number, flags};
  ++inode.open;
  return fd;
}

int MemoryKernel::open_unnamed(MemoryInode& directory, int flags, mode_t mode) {
  if (abilities_.unnamed_files < 0) return abilities_.unnamed_files;
  if ((flags & O_ACCMODE) == O_RDONLY) return -EINVAL;
  if (!may(directory, write_permission | search_permission)) return -EACCES;
  MemoryInode& made = make(EntryKind::regular, directory, mode);
  const int fd = next_descriptor_++;
  open_[fd] = {made.number, flags & ~O_TMPFILE};
  ++made.open;
  return fd;
}

int MemoryKernel::open_in(MemoryInode& directory, const std::string& name, int flags, mode_t mode) {
  MemoryInode* found = nullptr;
  if (name == ".") {
    found = &directory;
  } else if (name == "..") {
    found = tree_.find(directory.parent);
  } else {
    if (const int result = check_component(name); result < 0) return result;
    found = tree_.find(directory.now.names.find(name));
  }
  if (has(flags, O_TMPFILE)) {
    if (found == nullptr) return -ENOENT;
    return found->kind == EntryKind::directory ? open_unnamed(*found, flags, mode) : -ENOTDIR;
  }
  if (found != nullptr) {
    if (has(flags, O_CREAT | O_EXCL)) return -EEXIST;
    // No rule of ours ever follows one: a forgotten flag shall fail every test.
    if (found->kind == EntryKind::symlink && !has(flags, O_NOFOLLOW)) return -ENOTSUP;
    return open_found(*found, flags);
  }
  if (!has(flags, O_CREAT)) return -ENOENT;
  if (!may(directory, write_permission)) return -EACCES;
  if (directory.links == 0) return -ENOENT;
  MemoryInode& made = make(EntryKind::regular, directory, mode);
  tree_.link(directory, name, made, time_);
  const int fd = next_descriptor_++;
  open_[fd] = {made.number, flags};  // the mode of a file just made does not stop its maker
  ++made.open;
  return fd;
}

// ---- the calls

int MemoryKernel::open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) {
  const std::lock_guard lock(mutex_);
  if (abilities_.openat2 < 0) return abilities_.openat2;
  // openat2 is strict where openat looks away.
  if (has(flags, O_PATH) && (flags & ~(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) != 0) return -EINVAL;
  if (path.empty()) return -ENOENT;
  if (path.front() == '/') return -EXDEV;
  int result = 0;
  MemoryInode* directory = directory_of(dir, result);
  if (directory == nullptr) return result;
  const std::uint64_t start = directory->number;
  const std::uint64_t device = directory->device;
  for (std::size_t at = 0;;) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string component = path.substr(at, slash - at);
    const bool last = slash == path.size();
    if (component == ".." && directory->number == start) return -EXDEV;
    MemoryInode* next = nullptr;
    if (component.empty() || component == ".") {
      next = directory;
    } else if (component == "..") {
      next = tree_.find(directory->parent);
    } else {
      if (const int bad = check_component(component); bad < 0) return bad;
      next = tree_.find(directory->now.names.find(component));
    }
    if (next != nullptr) {
      if (!cross_mounts && next->device != device) return -EXDEV;
      if (next->kind == EntryKind::symlink && !(last && has(flags, O_NOFOLLOW))) return -ELOOP;
    }
    if (last) return open_in(*directory, component.empty() ? "." : component, flags | O_NOFOLLOW, mode);
    if (next == nullptr) return -ENOENT;
    if (next->kind != EntryKind::directory) return -ENOTDIR;
    if (!may(*next, search_permission)) return -EACCES;
    directory = next;
    at = slash + 1;
  }
}

int MemoryKernel::open_at(int dir, const std::string& name, int flags, mode_t mode) {
  const std::lock_guard lock(mutex_);
  int result = 0;
  MemoryInode* const directory = name == "/" ? tree_.find(tree_.root()) : directory_of(dir, result);
  return directory == nullptr ? result : open_in(*directory, name == "/" ? "." : name, flags, mode);
}

int MemoryKernel::close(int fd) {
  const std::lock_guard lock(mutex_);
  MemoryInode* const inode = inode_of(fd);
  if (open_.erase(fd) == 0) return -EBADF;
  std::erase_if(locks_, [fd](const Lock& held) { return held.fd == fd; });
  if (inode != nullptr) {
    --inode->open;
    tree_.forget_unnamed(inode->number);
  }
  return 0;
}

void MemoryKernel::describe(const MemoryInode& inode, Status& out) {
  out.id = {inode.device, inode.number};
  out.kind = inode.kind;
  out.owner = inode.now.owner;
  out.permissions = inode.now.permissions;
  out.links = inode.links;
  out.size_octets = inode.kind == EntryKind::directory ? 4096 : inode.now.octets.size();
  out.allocated_octets = inode.kind == EntryKind::directory ? 4096 : inode.now.allocated_octets();
  out.modified = inode.now.modified;
  out.changed = inode.now.changed;
}

int MemoryKernel::status(int fd, Status& out) {
  const std::lock_guard lock(mutex_);
  const MemoryInode* const inode = inode_of(fd);
  if (inode == nullptr) return -EBADF;
  describe(*inode, out);
  return 0;
}

int MemoryKernel::status_at(int dir, const std::string& name, Status& out) {
  const std::lock_guard lock(mutex_);
  const Target target = look_up(dir, name);
  if (target.result < 0) return target.result;
  if (target.inode == nullptr) return -ENOENT;
  describe(*target.inode, out);
  return 0;
}

int MemoryKernel::read_link(int fd, std::string& out) {
  const std::lock_guard lock(mutex_);
  const MemoryInode* const inode = inode_of(fd);
  if (inode == nullptr) return -EBADF;
  if (inode->kind != EntryKind::symlink) return -ENOENT;
  out = inode->now.octets;
  return 0;
}

int MemoryKernel::read_directory(int fd, std::vector<fs::Entry>& out) {
  const std::lock_guard lock(mutex_);
  OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH)) return -EBADF;
  const MemoryInode* const inode = tree_.find(opened->inode);
  if (inode->kind != EntryKind::directory) return -ENOTDIR;
  int count = 0;
  if (!opened->dots_listed) {
    out.push_back({".", EntryKind::directory});
    out.push_back({"..", EntryKind::directory});
    opened->dots_listed = true;
    count = 2;
  }
  const auto& names = inode->now.names.by_cookie();
  for (auto at = names.upper_bound(opened->cookie);
       at != names.end() && static_cast<std::size_t>(count) < abilities_.listed_at_once; ++at, ++count) {
    const MemoryInode* const child = tree_.find(inode->now.names.find(at->second));
    out.push_back({at->second, abilities_.entry_kinds ? child->kind : EntryKind::unknown});
    opened->cookie = at->first;
  }
  return count;
}

std::int64_t MemoryKernel::read_at(int fd, std::span<std::byte> into, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH) || (opened->flags & O_ACCMODE) == O_WRONLY) return -EBADF;
  const MemoryInode* const inode = tree_.find(opened->inode);
  if (inode->kind == EntryKind::directory) return -EISDIR;
  if (inode->kind != EntryKind::regular) return -ESPIPE;
  const std::string& octets = inode->now.octets;
  if (offset >= octets.size() || into.empty()) return 0;
  const std::size_t count = std::min(into.size(), octets.size() - static_cast<std::size_t>(offset));
  std::memcpy(into.data(), octets.data() + offset, count);
  return static_cast<std::int64_t>(count);
}

int MemoryKernel::writable(int fd, MemoryInode*& inode) {
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH) || (opened->flags & O_ACCMODE) == O_RDONLY) return -EBADF;
  inode = tree_.find(opened->inode);
  return inode->kind == EntryKind::regular ? 0 : -EINVAL;
}

std::int64_t MemoryKernel::write_at(int fd, Bytes from, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  MemoryInode* inode = nullptr;
  if (const int result = writable(fd, inode); result < 0) return result;
  if (from.empty()) return 0;
  inode->now.write(offset, as_text(from));
  inode->now.modified = inode->now.changed = tick();
  inode->lost = false;
  return static_cast<std::int64_t>(from.size());
}

int MemoryKernel::truncate(int fd, std::uint64_t size_octets) {
  const std::lock_guard lock(mutex_);
  MemoryInode* inode = nullptr;
  if (const int result = writable(fd, inode); result < 0) return result;
  inode->now.resize(size_octets);
  inode->now.modified = inode->now.changed = tick();
  inode->lost = false;
  return 0;
}

int MemoryKernel::link_open_file(int fd, int dir, const std::string& name) {
  const std::lock_guard lock(mutex_);
  MemoryInode* const inode = inode_of(fd);
  if (inode == nullptr) return -EBADF;
  const Target target = look_up_to_change(dir, name);
  if (target.result < 0) return target.result;
  if (target.inode != nullptr) return -EEXIST;
  if (inode->kind == EntryKind::directory) return -EPERM;
  if (inode->links == 0 && inode->was_linked) return -ENOENT;
  if (inode->device != target.directory->device) return -EXDEV;
  tree_.link(*target.directory, name, *inode, tick());
  return 0;
}

int MemoryKernel::link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const Target source = look_up(from_dir, from);
  if (source.result < 0) return source.result;
  if (source.inode == nullptr) return -ENOENT;
  const Target target = look_up_to_change(to_dir, to);
  if (target.result < 0) return target.result;
  if (target.inode != nullptr) return -EEXIST;
  if (source.inode->kind == EntryKind::directory) return -EPERM;
  if (source.inode->device != target.directory->device) return -EXDEV;
  tree_.link(*target.directory, to, *source.inode, tick());
  return 0;
}

bool MemoryKernel::is_within(const MemoryInode& directory, const MemoryInode& above) const {
  for (const MemoryInode* at = &directory;; at = tree_.find(at->parent)) {
    if (at->number == above.number) return true;
    if (at->number == tree_.root()) return false;
  }
}

int MemoryKernel::rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) {
  const std::lock_guard lock(mutex_);
  if (flags != 0 && !abilities_.rename_flags) return -EINVAL;
  if (flags != 0 && flags != RENAME_NOREPLACE && flags != RENAME_EXCHANGE) {
    return -EINVAL;
  }
  const Target source = look_up_to_change(from_dir, from);
  if (source.result < 0) return source.result;
  const Target target = look_up_to_change(to_dir, to);
  if (target.result < 0) return target.result;
  if (source.inode == nullptr) return -ENOENT;
  if (source.inode->device != target.directory->device) return -EXDEV;
  if (target.inode != nullptr && flags == RENAME_NOREPLACE) return -EEXIST;
  if (target.inode == nullptr && flags == RENAME_EXCHANGE) return -ENOENT;
  if (is_within(*target.directory, *source.inode)) return -EINVAL;
  if (target.inode != nullptr && is_within(*source.directory, *target.inode)) {
    return flags == RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
  }
  if (source.inode == target.inode) return 0;
  const bool moves_directory = source.inode->kind == EntryKind::directory;
  if (target.inode != nullptr && flags == 0) {
    const bool onto_directory = target.inode->kind == EntryKind::directory;
    if (onto_directory && !moves_directory) return -EISDIR;
    if (!onto_directory && moves_directory) return -ENOTDIR;
    if (onto_directory && !target.inode->now.names.empty()) return -ENOTEMPTY;
  }
  const FileTime now = tick();
  tree_.unlink(*source.directory, from, now);
  if (target.inode != nullptr) tree_.unlink(*target.directory, to, now);
  tree_.link(*target.directory, to, *source.inode, now);
  if (flags == RENAME_EXCHANGE) tree_.link(*source.directory, from, *target.inode, now);
  return 0;
}

int MemoryKernel::unlink(int dir, const std::string& name, int flags) {
  const std::lock_guard lock(mutex_);
  const Target target = look_up_to_change(dir, name);
  if (target.result < 0) return target.result;
  if (target.inode == nullptr) return -ENOENT;
  const bool is_directory = target.inode->kind == EntryKind::directory;
  if (flags == AT_REMOVEDIR) {
    if (!is_directory) return -ENOTDIR;
    if (!target.inode->now.names.empty()) return -ENOTEMPTY;
  } else if (is_directory) {
    return -EISDIR;
  }
  tree_.unlink(*target.directory, name, tick());
  return 0;
}

int MemoryKernel::make_directory(int dir, const std::string& name, mode_t mode) {
  const std::lock_guard lock(mutex_);
  const Target target = look_up(dir, name);
  if (target.result < 0) return target.result;
  if (target.inode != nullptr) return -EEXIST;
  if (!may(*target.directory, write_permission)) return -EACCES;
  if (target.directory->links == 0) return -ENOENT;
  MemoryInode& made = make(EntryKind::directory, *target.directory, mode);
  tree_.link(*target.directory, name, made, time_);
  return 0;
}

int MemoryKernel::make_symlink(const std::string& target, int dir, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (target.empty()) return -ENOENT;
  const Target found = look_up(dir, name);
  if (found.result < 0) return found.result;
  if (found.inode != nullptr) return -EEXIST;
  if (!may(*found.directory, write_permission)) return -EACCES;
  if (found.directory->links == 0) return -ENOENT;
  MemoryInode& made = make(EntryKind::symlink, *found.directory, 0777);
  made.now.permissions = 0777;  // the umask has no say
  made.now.octets = target;
  tree_.link(*found.directory, name, made, time_);
  return 0;
}

int MemoryKernel::changeable(int fd, MemoryInode*& inode) {
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH)) return -EBADF;
  inode = tree_.find(opened->inode);
  return user_ == 0 || user_ == inode->now.owner.uid ? 0 : -EPERM;
}

int MemoryKernel::change_owner(int fd, Owner owner) {
  const std::lock_guard lock(mutex_);
  MemoryInode* inode = nullptr;
  if (const int result = changeable(fd, inode); result < 0) return result;
  const bool own_group = owner.gid == group_ || owner.gid == inode->now.owner.gid;
  if (user_ != 0 && (owner.uid != user_ || !own_group)) return -EPERM;
  inode->now.owner = owner;
  if (inode->kind != EntryKind::directory) inode->now.permissions &= 01777U;
  inode->now.changed = tick();
  return 0;
}

int MemoryKernel::change_mode(int fd, mode_t mode) {
  const std::lock_guard lock(mutex_);
  MemoryInode* inode = nullptr;
  if (const int result = changeable(fd, inode); result < 0) return result;
  inode->now.permissions = mode & 07777U;
  inode->now.changed = tick();
  return 0;
}

int MemoryKernel::set_modified(int fd, FileTime time) {
  const std::lock_guard lock(mutex_);
  MemoryInode* inode = nullptr;
  if (const int result = changeable(fd, inode); result < 0) return result;
  inode->now.modified = time;
  inode->now.changed = tick();
  return 0;
}

int MemoryKernel::sync(int fd) {
  const std::lock_guard lock(mutex_);
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH)) return -EBADF;
  MemoryTree::make_durable(*tree_.find(opened->inode));
  return 0;
}

int MemoryKernel::sync_file_system(int fd) {
  const std::lock_guard lock(mutex_);
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH)) return -EBADF;
  tree_.make_all_durable(tree_.find(opened->inode)->device);
  return 0;
}

bool MemoryKernel::sync_file_system_is_sound(int fd) {
  const std::lock_guard lock(mutex_);
  return abilities_.sound_syncfs && file(fd) != nullptr;
}

bool MemoryKernel::is_local_file_system(int fd) {
  const std::lock_guard lock(mutex_);
  return abilities_.is_local && file(fd) != nullptr;
}

int MemoryKernel::file_system_id(int fd, std::uint64_t& out) {
  const std::lock_guard lock(mutex_);
  if (file(fd) == nullptr) return -EBADF;
  out = abilities_.file_system_id;
  return 0;
}

int MemoryKernel::security_label(int fd, std::string& out) {
  const std::lock_guard lock(mutex_);
  if (file(fd) == nullptr) return -EBADF;
  if (abilities_.security_label.empty()) return -ENODATA;
  out = abilities_.security_label;
  return 0;
}

int MemoryKernel::try_lock(int fd, fs::LockKind kind) {
  const std::lock_guard lock(mutex_);
  const OpenFile* const opened = file(fd);
  if (opened == nullptr || has(opened->flags, O_PATH)) return -EBADF;
  const int access = opened->flags & O_ACCMODE;
  if (access == (kind == fs::LockKind::shared ? O_WRONLY : O_RDONLY)) return -EBADF;
  for (const Lock& held : locks_) {
    const bool conflicts = kind == fs::LockKind::exclusive || held.kind == fs::LockKind::exclusive;
    if (held.inode == opened->inode && held.fd != fd && conflicts) return -EAGAIN;
  }
  std::erase_if(locks_, [fd](const Lock& held) { return held.fd == fd; });
  locks_.push_back({fd, opened->inode, kind});
  return 0;
}

int MemoryKernel::unlock(int fd) {
  const std::lock_guard lock(mutex_);
  if (file(fd) == nullptr) return -EBADF;
  std::erase_if(locks_, [fd](const Lock& held) { return held.fd == fd; });
  return 0;
}

uid_t MemoryKernel::user() const {
  const std::lock_guard lock(mutex_);
  return user_;
}

}  // namespace mailhaul::support
