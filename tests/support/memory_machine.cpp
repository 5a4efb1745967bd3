// MemoryKernel as its tests see it: the machine and its tree from outside. The calls are in memory_kernel.cpp.

#include <stdexcept>

#include "support/memory_kernel.hpp"

namespace mailhaul::support {

using fs::EntryKind;
using fs::FileTime;
using fs::Owner;
using fs::Status;

MemoryKernel::MemoryKernel(uid_t user, gid_t group)
    : user_(user), group_(group), time_(std::chrono::sys_days(std::chrono::year(2024) / 3 / 1)) {}

// ---- the machine

void MemoryKernel::lose_power() {
  const std::lock_guard lock(mutex_);
  open_.clear();
  locks_.clear();
  tree_.lose_power();
}

void MemoryKernel::lose_dirty_files(int fd) {
  const std::lock_guard lock(mutex_);
  if (const MemoryInode* inode = inode_of(fd)) tree_.lose_dirty(inode->device);
}

void MemoryKernel::lose_dirty_file(int fd) {
  const std::lock_guard lock(mutex_);
  if (MemoryInode* inode = inode_of(fd)) inode->lost = inode->kind != EntryKind::directory;
}

void MemoryKernel::become(uid_t user, gid_t group) {
  const std::lock_guard lock(mutex_);
  user_ = user;
  group_ = group;
}

void MemoryKernel::set_umask(mode_t mask) {
  const std::lock_guard lock(mutex_);
  umask_ = mask;
}

void MemoryKernel::set_time(FileTime time) {
  const std::lock_guard lock(mutex_);
  time_ = time;
}

void MemoryKernel::advance(std::chrono::nanoseconds time) {
  const std::lock_guard lock(mutex_);
  time_ += time;
}

FileTime MemoryKernel::time() const {
  const std::lock_guard lock(mutex_);
  return time_;
}

void MemoryKernel::set_abilities(const Abilities& abilities) {
  const std::lock_guard lock(mutex_);
  abilities_ = abilities;
}

/// Every change has its own time, so that "changed since" is always seen.
FileTime MemoryKernel::tick() { return time_ += std::chrono::microseconds(1); }

// ---- the tree from outside

MemoryInode& MemoryKernel::put(const std::string& path, EntryKind kind, Owner owner, mode_t mode) {
  const std::size_t slash = path.rfind('/');
  MemoryInode* const directory = tree_.at(std::string_view(path).substr(0, slash));
  if (slash == std::string::npos || directory == nullptr || directory->kind != EntryKind::directory) {
    throw std::logic_error("no directory to put it in: " + path);
  }
  const std::string name = path.substr(slash + 1);
  tree_.unlink_durably(*directory, name, tick());
  MemoryInode& made = tree_.make(kind, directory->device, owner, mode, time_);
  tree_.link_durably(*directory, name, made, time_);
  MemoryTree::make_durable(made);
  return made;
}

void MemoryKernel::put_directory(const std::string& path, Owner owner, mode_t mode) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(put(path, EntryKind::directory, owner, mode));
}

void MemoryKernel::put_mount(const std::string& path, Owner owner) {
  const std::lock_guard lock(mutex_);
  put(path, EntryKind::directory, owner, 0755).device = next_device_++;
}

void MemoryKernel::put_file(const std::string& path, const std::string& octets, Owner owner, mode_t mode) {
  const std::lock_guard lock(mutex_);
  MemoryInode& made = put(path, EntryKind::regular, owner, mode);
  made.now.write(0, octets);
  MemoryTree::make_durable(made);
}

void MemoryKernel::put_symlink(const std::string& path, const std::string& target, Owner owner) {
  const std::lock_guard lock(mutex_);
  MemoryInode& made = put(path, EntryKind::symlink, owner, 0777);
  made.now.octets = target;
  MemoryTree::make_durable(made);
}

void MemoryKernel::put_special(const std::string& path, EntryKind kind, Owner owner) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(put(path, kind, owner, 0666));
}

void MemoryKernel::put_link(const std::string& path, const std::string& existing) {
  const std::lock_guard lock(mutex_);
  MemoryInode* const inode = tree_.at(existing);
  const std::size_t slash = path.rfind('/');
  MemoryInode* const directory = tree_.at(std::string_view(path).substr(0, slash));
  if (inode == nullptr || directory == nullptr) throw std::logic_error("nothing to link: " + existing);
  tree_.link_durably(*directory, path.substr(slash + 1), *inode, tick());
}

void MemoryKernel::give_to(const std::string& path, Owner owner) {
  const std::lock_guard lock(mutex_);
  MemoryInode* const inode = tree_.at(path);
  if (inode == nullptr) throw std::logic_error("nothing to give away: " + path);
  inode->now.owner = inode->durable.owner = owner;
  inode->now.changed = tick();
}

void MemoryKernel::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::size_t slash = path.rfind('/');
  MemoryInode* const directory = tree_.at(std::string_view(path).substr(0, slash));
  if (directory == nullptr) throw std::logic_error("nothing to remove: " + path);
  tree_.unlink_durably(*directory, path.substr(slash + 1), tick());
}

void MemoryKernel::exchange(const std::string& path, const std::string& other) {
  const std::size_t slash = path.rfind('/');
  const std::size_t other_slash = other.rfind('/');
  const std::lock_guard lock(mutex_);
  MemoryInode* const directory = tree_.at(std::string_view(path).substr(0, slash));
  MemoryInode* const other_directory = tree_.at(std::string_view(other).substr(0, other_slash));
  MemoryInode* const one = tree_.at(path);
  MemoryInode* const two = tree_.at(other);
  if (one == nullptr || two == nullptr) throw std::logic_error("nothing to exchange: " + path);
  tree_.unlink_durably(*directory, path.substr(slash + 1), tick());
  tree_.unlink_durably(*other_directory, other.substr(other_slash + 1), time_);
  tree_.link_durably(*directory, path.substr(slash + 1), *two, time_);
  tree_.link_durably(*other_directory, other.substr(other_slash + 1), *one, time_);
}

bool MemoryKernel::exists(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return tree_.at(path) != nullptr;
}

Status MemoryKernel::status_of(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const MemoryInode* const inode = tree_.at(path);
  if (inode == nullptr) throw std::logic_error("not there: " + path);
  Status status;
  describe(*inode, status);
  return status;
}

std::string MemoryKernel::octets_of(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const MemoryInode* const inode = tree_.at(path);
  if (inode == nullptr) throw std::logic_error("not there: " + path);
  return inode->now.octets;
}

std::vector<std::string> MemoryKernel::names_in(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const MemoryInode* const inode = tree_.at(path);
  if (inode == nullptr) throw std::logic_error("not there: " + path);
  std::vector<std::string> names;
  for (const auto& [name, slot] : inode->now.names.by_name()) names.push_back(name);
  return names;
}

std::map<std::string, std::string> MemoryKernel::files() const {
  const std::lock_guard lock(mutex_);
  return tree_.files();
}

std::size_t MemoryKernel::open_descriptors() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

std::size_t MemoryKernel::devices_opened() const {
  const std::lock_guard lock(mutex_);
  return devices_opened_;
}

}  // namespace mailhaul::support
