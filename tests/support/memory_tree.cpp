#include "support/memory_tree.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace mailhaul::support {

using fs::EntryKind;

std::uint64_t MemoryNames::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? 0 : found->second.inode;
}

void MemoryNames::add(const std::string& name, std::uint64_t inode) {
  remove(name);
  by_name_[name] = {inode, next_cookie_};
  by_cookie_[next_cookie_] = name;
  ++next_cookie_;
}

void MemoryNames::remove(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  by_cookie_.erase(found->second.cookie);
  by_name_.erase(found);
}

namespace {
constexpr std::uint64_t block_octets = 4096;
constexpr std::uint64_t blocks_for(std::uint64_t octets) { return (octets + block_octets - 1) / block_octets; }
}  // namespace

void MemoryImage::write(std::uint64_t offset, std::string_view text) {
  if (text.empty()) return;
  const std::uint64_t end = offset + text.size();
  if (end > octets.size()) octets.resize(static_cast<std::size_t>(end));
  octets.replace(static_cast<std::size_t>(offset), text.size(), text);
  std::uint64_t first = offset / block_octets;
  std::uint64_t last = blocks_for(end);
  // Joins with every extent it meets or touches.
  auto at = extents.upper_bound(last);
  while (at != extents.begin() && std::prev(at)->second >= first) {
    --at;
    first = std::min(first, at->first);
    last = std::max(last, at->second);
    at = extents.erase(at);
  }
  extents[first] = last;
}

void MemoryImage::resize(std::uint64_t size_octets) {
  octets.resize(static_cast<std::size_t>(size_octets));
  const std::uint64_t end = blocks_for(size_octets);
  extents.erase(extents.lower_bound(end), extents.end());
  if (!extents.empty()) extents.rbegin()->second = std::min(extents.rbegin()->second, end);
}

std::uint64_t MemoryImage::allocated_octets() const {
  std::uint64_t blocks = 0;
  for (const auto& [first, last] : extents) blocks += last - first;
  return blocks * block_octets;
}

MemoryTree::MemoryTree() {
  MemoryInode& top = make(EntryKind::directory, 1, {}, 0755, {});
  top.parent = top.number;
  top.links = 2;
}

MemoryInode* MemoryTree::find(std::uint64_t number) {
  const auto found = inodes_.find(number);
  return found == inodes_.end() ? nullptr : &found->second;
}

const MemoryInode* MemoryTree::find(std::uint64_t number) const {
  const auto found = inodes_.find(number);
  return found == inodes_.end() ? nullptr : &found->second;
}

MemoryInode& MemoryTree::make(EntryKind kind, std::uint64_t device, fs::Owner owner, mode_t permissions,
                              fs::FileTime time) {
  MemoryInode& inode = inodes_[next_];
  inode.number = next_++;
  inode.device = device;
  inode.kind = kind;
  inode.now.owner = owner;
  inode.now.permissions = permissions;
  inode.now.modified = time;
  inode.now.changed = time;
  inode.durable = inode.now;
  return inode;
}

void MemoryTree::link(MemoryInode& directory, const std::string& name, MemoryInode& inode, fs::FileTime time) {
  directory.now.names.add(name, inode.number);
  directory.now.modified = time;
  directory.now.changed = time;
  inode.now.changed = time;
  inode.was_linked = true;
  if (inode.kind == EntryKind::directory) {
    inode.parent = directory.number;
    inode.links = 2;  // its own "." and this name; each child's ".." is one more (a moved directory brings its own)
    for (const auto& [child, slot] : inode.now.names.by_name()) {
      if (find(slot.inode)->kind == EntryKind::directory) ++inode.links;
    }
    ++directory.links;
  } else {
    ++inode.links;
  }
}

void MemoryTree::unlink(MemoryInode& directory, const std::string& name, fs::FileTime time) {
  MemoryInode* const inode = find(directory.now.names.find(name));
  if (inode == nullptr) return;
  directory.now.names.remove(name);
  directory.now.modified = time;
  directory.now.changed = time;
  inode->now.changed = time;
  if (inode->kind == EntryKind::directory) {
    inode->links = 0;
    --directory.links;
  } else {
    --inode->links;
  }
}

void MemoryTree::link_durably(MemoryInode& directory, const std::string& name, MemoryInode& inode, fs::FileTime time) {
  link(directory, name, inode, time);
  directory.durable.names.add(name, inode.number);
  directory.durable.modified = directory.durable.changed = time;
}

void MemoryTree::unlink_durably(MemoryInode& directory, const std::string& name, fs::FileTime time) {
  unlink(directory, name, time);
  directory.durable.names.remove(name);
  directory.durable.modified = directory.durable.changed = time;
}

void MemoryTree::forget_unnamed(std::uint64_t number) {
  const MemoryInode* const inode = find(number);
  if (inode != nullptr && inode->open == 0 && inode->links == 0 && !inode->was_linked) inodes_.erase(number);
}

void MemoryTree::make_durable(MemoryInode& inode) {
  // D3: after a failed sync the next one says yes and does nothing.
  if (!inode.lost) inode.durable = inode.now;
}

void MemoryTree::make_all_durable(std::uint64_t device) {
  for (auto& [number, inode] : inodes_) {
    if (inode.device == device) make_durable(inode);
  }
}

void MemoryTree::lose_dirty(std::uint64_t device) {
  for (auto& [number, inode] : inodes_) {
    // Directories are written by the journal: their next sync takes the changes made since.
    if (inode.device == device && inode.kind != EntryKind::directory) inode.lost = true;
  }
}

void MemoryTree::lose_power() {
  for (auto& [number, inode] : inodes_) {
    inode.now = inode.durable;
    inode.links = 0;
    inode.open = 0;
    inode.lost = false;
  }
  std::set<std::uint64_t> reached{root()};
  std::vector<std::uint64_t> directories{root()};
  inodes_.at(root()).links = 2;
  while (!directories.empty()) {
    MemoryInode& directory = inodes_.at(directories.back());
    directories.pop_back();
    std::vector<std::string> gone;
    for (const auto& [name, slot] : directory.now.names.by_name()) {
      MemoryInode* const child = find(slot.inode);
      // A directory that was moved and only one side of it synced stays at the first place found.
      if (child == nullptr || (child->kind == EntryKind::directory && reached.contains(slot.inode))) {
        gone.push_back(name);
        continue;
      }
      if (child->kind == EntryKind::directory) {
        child->parent = directory.number;
        child->links = 2;
        ++directory.links;
        directories.push_back(slot.inode);
      } else {
        ++child->links;
      }
      reached.insert(slot.inode);
    }
    for (const std::string& name : gone) directory.now.names.remove(name);
    directory.durable = directory.now;
  }
  std::erase_if(inodes_, [&](const auto& entry) { return !reached.contains(entry.first); });
}

MemoryInode* MemoryTree::at(std::string_view path) {
  const MemoryInode* const found = static_cast<const MemoryTree&>(*this).at(path);
  return found == nullptr ? nullptr : find(found->number);
}

const MemoryInode* MemoryTree::at(std::string_view path) const {
  const MemoryInode* inode = find(root());
  while (inode != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string component(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (!component.empty()) inode = find(inode->now.names.find(component));
  }
  return inode;
}

std::map<std::string, std::string> MemoryTree::files() const {
  std::map<std::string, std::string> all;
  std::vector<std::pair<std::string, std::uint64_t>> directories{{"", root()}};
  while (!directories.empty()) {
    const auto [path, number] = directories.back();
    directories.pop_back();
    for (const auto& [name, slot] : inodes_.at(number).now.names.by_name()) {
      const MemoryInode& child = inodes_.at(slot.inode);
      if (child.kind == EntryKind::directory) directories.emplace_back(path + "/" + name, slot.inode);
      if (child.kind == EntryKind::regular) all[path + "/" + name] = child.now.octets;
    }
  }
  return all;
}

}  // namespace mailhaul::support
