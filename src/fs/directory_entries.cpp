// What a Directory does with the names in it.

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "directory_handle.hpp"

namespace mailhaul::fs {
namespace {

Refusal refusal_of(EntryKind kind) {
  switch (kind) {
  case EntryKind::regular: return Refusal::none;
  case EntryKind::symlink: return Refusal::symlink;
  case EntryKind::directory: return Refusal::directory;
  default: return Refusal::special;
  }
}

/// S13: more than 1 MiB that takes less than a 64th of that on the disk.
bool is_sparse(const Status& status) {
  constexpr std::uint64_t big = 1U << 20U;
  return status.size_octets > big && status.allocated_octets < status.size_octets / 64;
}

/// What the failure of an open says about the entry; `none` when it says nothing.
Refusal refusal_of_errno(int result) {
  switch (result) {
  case -ENOENT: return Refusal::missing;
  case -ELOOP: return Refusal::symlink;
  case -EISDIR: return Refusal::directory;
  case -EXDEV: return Refusal::other_mount;
  case -ENXIO:  // a socket, or a device that nothing drives
  case -ENODEV: return Refusal::special;
  default: return Refusal::none;
  }
}

}  // namespace

OpenResult Directory::open_leaf(const std::string& name, EntryKind hint, int access) const {
  constexpr std::string_view doing = "opening a file";
  Kernel& kernel = *handle_->kernel;
  OpenResult outcome;
  const auto refused = [&outcome](Refusal why) {
    outcome.refusal = why;
    return std::move(outcome);
  };
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  if (leaf.result < 0) {
    const Refusal why = leaf.result == -ENOTDIR ? Refusal::missing : refusal_of_errno(leaf.result);
    if (why != Refusal::none) return refused(why);
    throw handle_->fail(Scope::message, leaf.result, doing, name);
  }
  if (hint != EntryKind::unknown && hint != EntryKind::regular) return refused(refusal_of(hint));
  Kernel* opens = &kernel;
  // S9: in a directory of root's own (/var/mail) the file is a customer's.
  const bool is_somebodys = handle_->acts_as_root() && handle_->allows_anybody_but_root();
  if (hint == EntryKind::unknown || is_somebodys) {
    // S5: this look decides nothing but that a device is not opened just to find out what it is.
    Status seen;
    const int result = kernel.status_at(leaf.dir, leaf.name, seen);
    if (result == -ENOENT) return refused(Refusal::missing);
    if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
    if (seen.kind != EntryKind::regular) return refused(refusal_of(seen.kind));
    if (is_somebodys) opens = &kernel.acting_as(seen.owner);
  }

  const int flags = access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int fd = -EPERM;
  const auto open = [&](int more) { return handle_->resolver->open(*opens, leaf.dir, leaf.name, flags | more, 0); };
  if (handle_->rules.side == Side::source) {
    fd = open(O_NOATIME);  // for the owner and for root alone
    if (fd == -EPERM) fd = handle_->open_as_its_owner(leaf, flags | O_NOATIME);
    if (fd == -EACCES) fd = -EPERM;
  }
  if (fd == -EPERM) fd = open(0);
  if (fd == -EACCES) {
    if (handle_->is_foreign(leaf)) return refused(Refusal::foreign_owner);
    fd = handle_->open_as_its_owner(leaf, flags);
  }
  if (fd < 0) {
    const Refusal why = refusal_of_errno(fd);
    if (why != Refusal::none) return refused(why);
    throw handle_->fail(Scope::message, fd, doing, name);
  }

  Descriptor descriptor(kernel, fd);
  Status status;
  const int result = kernel.status(fd, status);
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  if (status.kind != EntryKind::regular) return refused(refusal_of(status.kind));
  if (!allows(status.owner.uid)) return refused(Refusal::foreign_owner);  // S6: never by the count of links
  if (!handle_->rules.allow_sparse && is_sparse(status)) return refused(Refusal::sparse);
  outcome.file.emplace(std::move(descriptor), status, handle_->place_of(name), handle_->rules.side);
  return outcome;
}

OpenResult Directory::open_file(const std::string& name, EntryKind hint) const {
  return open_leaf(name, hint, O_RDONLY);
}

OpenResult Directory::open_file_for_update(const std::string& name) const {
  return open_leaf(name, EntryKind::unknown, O_RDWR);
}

std::optional<Status> Directory::look_at(const std::string& name) const {
  constexpr std::string_view doing = "looking at a name";
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  Status status;
  const int result = leaf.result < 0 ? leaf.result : handle_->kernel->status_at(leaf.dir, leaf.name, status);
  if (result == -ENOENT) return std::nullopt;
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  return status;
}

std::optional<std::string> Directory::link_text(const std::string& name) const {
  constexpr std::string_view doing = "reading a symbolic link";
  Kernel& kernel = *handle_->kernel;
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  int result = leaf.result;
  // Not through the resolver: openat2 that follows no link does not open one either.
  constexpr int the_link_itself = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  if (result == 0) result = uninterrupted([&] { return kernel.open_at(leaf.dir, leaf.name, the_link_itself, 0); });
  if (result == -ENOENT) return std::nullopt;
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  const Descriptor link(kernel, result);
  Status status;
  std::string text;
  result = kernel.status(link.value(), status);
  if (result == 0 && status.kind != EntryKind::symlink) return std::nullopt;
  if (result == 0) result = kernel.read_link(link.value(), text);
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  return text;
}

LinkResult Directory::make_symlink(const std::string& name, const std::string& text) const {
  constexpr std::string_view doing = "making a symbolic link";
  if (!is_plain_relative(text))
    throw handle_->refuse(Scope::message, doing, name, "it would lead out of its directory");
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  const int result = leaf.result < 0 ? leaf.result : handle_->kernel->make_symlink(text, leaf.dir, leaf.name);
  if (result == -EEXIST) return LinkResult::exists;
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  return LinkResult::done;
}

void Directory::list(const std::function<void(const Entry&)>& take) const {
  constexpr std::string_view doing = "listing a directory";
  Kernel& kernel = *handle_->kernel;
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  // A descriptor of its own has an offset of its own.
  const auto open = [&](int more) {
    return uninterrupted([&] { return kernel.open_at(descriptor(), ".", flags | more, 0); });
  };
  int fd = handle_->rules.side == Side::source ? open(O_NOATIME) : -EPERM;
  if (fd == -EPERM) fd = open(0);
  if (fd < 0) throw handle_->fail(Scope::folder, fd, doing);
  const Descriptor listing(kernel, fd);
  std::vector<Entry> entries;
  for (;;) {
    entries.clear();
    const int count = kernel.read_directory(fd, entries);
    if (count < 0) throw handle_->fail(Scope::folder, count, doing);
    if (count == 0) return;
    for (const Entry& entry : entries) {
      if (entry.name != "." && entry.name != "..") take(entry);
    }
  }
}

std::optional<Directory::Handle::Way> Directory::Handle::way_between(const std::string& from, const FileId& expected,
                                                                     const Handle& to_handle, const std::string& to,
                                                                     std::string_view doing) const {
  Way way{leaf_of(from, doing), to_handle.leaf_of(to, doing)};
  if (way.to.result < 0) throw to_handle.fail(Scope::message, way.to.result, doing, to);
  Status seen;
  const int result = way.from.result < 0 ? way.from.result : kernel->status_at(way.from.dir, way.from.name, seen);
  if (result == -ENOENT || (result == 0 && seen.id != expected)) return std::nullopt;
  if (result < 0) throw fail(Scope::message, result, doing, from);
  return way;
}

Directory::RenameOutcome Directory::rename(const std::string& from, const FileId& expected,
                                           const Directory& to_directory, const std::string& to) const {
  constexpr std::string_view doing = "renaming";
  Kernel& kernel = handle_->kernel_for_both(*to_directory.handle_);
  const auto way = handle_->way_between(from, expected, *to_directory.handle_, to, doing);
  if (!way) return {};
  const auto& [source, target] = *way;
  int result = kernel.rename(source.dir, source.name, target.dir, target.name, RENAME_NOREPLACE);
  if (result == -EINVAL || result == -ENOSYS) {
    // A file system that knows no RENAME_NOREPLACE: a second name refuses to replace as well.
    result = kernel.link_at(source.dir, source.name, target.dir, target.name);
    if (result == 0) result = kernel.unlink(source.dir, source.name, 0);
  }
  if (result == -ENOENT) return {};
  if (result == -EEXIST) return {true, LinkResult::exists};
  if (result < 0) throw handle_->fail(Scope::message, result, doing, from);
  return {true, LinkResult::done};
}

Directory::RenameOutcome Directory::move(const std::string& from, const FileId& expected, const Directory& to_directory,
                                         const std::string& to) const {
  constexpr std::string_view doing = "moving a file to another directory";
  Kernel& kernel = handle_->kernel_for_both(*to_directory.handle_);
  const auto way = handle_->way_between(from, expected, *to_directory.handle_, to, doing);
  if (!way) return {};
  const auto& [source, target] = *way;
  const int result = kernel.rename(source.dir, source.name, target.dir, target.name, RENAME_NOREPLACE);
  switch (result) {
  case 0: break;
  case -ENOENT: return {};
  case -EEXIST: return {true, LinkResult::exists};
  case -EXDEV:
  case -EINVAL:
  case -ENOSYS:
    throw Error(Cause::unsupported, Scope::folder, doing)
        .at(handle_->place_of(from))
        .because(-result)
        .on(handle_->rules.side);
  default: throw handle_->fail(Scope::message, result, doing, from);
  }
  // Looked at and moved by name: another program may have been between the two. What it moved on from here is not ours
  // to follow.
  Status seen;
  if (kernel.status_at(target.dir, target.name, seen) == 0 && seen.id != expected) {
    static_cast<void>(kernel.rename(target.dir, target.name, source.dir, source.name, RENAME_NOREPLACE));
    return {};
  }
  return {true, LinkResult::done};
}

bool Directory::remove(const std::string& name, const FileId& expected) const {
  constexpr std::string_view doing = "removing a name";
  Kernel& kernel = *handle_->kernel;
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  Status seen;
  int result = leaf.result < 0 ? leaf.result : kernel.status_at(leaf.dir, leaf.name, seen);
  if (result == -ENOENT || (result == 0 && seen.id != expected)) return false;
  if (result == 0) result = kernel.unlink(leaf.dir, leaf.name, 0);
  if (result == -ENOENT) return false;
  if (result < 0) throw handle_->fail(Scope::message, result, doing, name);
  return true;
}

void Directory::sync() const {
  // D3: asked once and never again, whatever the answer.
  const int result = handle_->kernel->sync(descriptor());
  if (result < 0) throw handle_->fail(Scope::run, result, "making a directory durable");
}

}  // namespace mailhaul::fs
