#include "mailhaul/fs/directory.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "directory_handle.hpp"
#include "dress.hpp"
#include "operator_path.hpp"

namespace mailhaul::fs {
namespace {

/// S4: how a directory is opened that is then listed, synced or dressed.
constexpr int reading_directory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

constexpr std::string_view opening_root = "opening a directory";

/// -ENOTEMPTY, or another negative errno; 0: it has no entries.
int check_empty(Kernel& kernel, int fd) {
  std::vector<Entry> entries;
  if (const int result = kernel.read_directory(fd, entries); result < 0) return result;
  const bool is_empty = std::all_of(entries.begin(), entries.end(),
                                    [](const Entry& entry) { return entry.name == "." || entry.name == ".."; });
  return is_empty ? 0 : -ENOTEMPTY;
}

/// Opens the directory at the end of an operator's path for reading; negative errno in `walked.result`.
WalkedPath open_operator_directory(Kernel& kernel, const std::string& path) {
  WalkedPath walked = walk_operator_path(kernel, path);
  if (walked.result < 0) return walked;
  const int fd = uninterrupted([&] { return kernel.open_at(walked.descriptor.value(), ".", reading_directory, 0); });
  walked.result = std::min(fd, 0);
  walked.descriptor = fd < 0 ? Descriptor() : Descriptor(kernel, fd);
  return walked;
}

Error root_failure(const WalkedPath& walked, const std::string& path, Side side) {
  Error error = failure(side, Scope::run, walked.result, opening_root, path);
  if (walked.result == -ENOTDIR) error.because("not a directory");
  if (!walked.refused.empty()) error.because(walked.refused);
  return error;
}

}  // namespace

Directory::Directory(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}

Directory::Handle::Leaf Directory::Handle::leaf_of(const std::string& path, std::string_view doing) const {
  if (!is_plain_relative(path)) throw refuse(Scope::message, doing, path, "not a plain name below a root");
  Leaf leaf;
  leaf.dir = descriptor->value();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    leaf.name = path;
    return leaf;
  }
  leaf.name = path.substr(slash + 1);
  const int fd =
      resolver->open(*kernel, leaf.dir, path.substr(0, slash), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) {
    leaf.result = fd;
    return leaf;
  }
  leaf.parent = Descriptor(*kernel, fd);
  leaf.dir = fd;
  return leaf;
}

int Directory::Handle::take(Descriptor opened) {
  descriptor = std::make_shared<const Descriptor>(std::move(opened));
  const int result = kernel->status(descriptor->value(), opened_as);
  if (result == 0 && !rules.as_runner) kernel = &kernel->acting_as(opened_as.owner);
  return result;
}

bool Directory::Handle::allows(uid_t owner) const {
  const std::vector<uid_t>& more = rules.more_owners;
  return owner == root_owner || std::find(more.begin(), more.end(), owner) != more.end();
}

bool Directory::Handle::acts_as_root() const {
  const auto acts_as = kernel->acts_as();
  return acts_as && acts_as->uid == 0 && !rules.as_runner;
}

bool Directory::Handle::allows_anybody_but_root() const {
  const auto& more = rules.more_owners;
  return root_owner != 0 || std::any_of(more.begin(), more.end(), [](uid_t owner) { return owner != 0; });
}

Kernel& Directory::Handle::kernel_for_both(const Handle& other) const {
  const auto acts_as = kernel->acts_as();
  const auto other_acts_as = other.kernel->acts_as();
  const bool is_one = !acts_as || !other_acts_as || acts_as->uid == other_acts_as->uid;
  return is_one ? *kernel : kernel->acting_as({});
}

int Directory::Handle::open_as_its_owner(const Leaf& leaf, int flags) const {
  const auto acts_as = kernel->acts_as();
  Status seen;
  if (leaf.result < 0 || !acts_as || kernel->status_at(leaf.dir, leaf.name, seen) < 0) return -EACCES;
  if (seen.owner.uid == acts_as->uid || !allows(seen.owner.uid)) return -EACCES;
  const int fd = resolver->open(kernel->acting_as(seen.owner), leaf.dir, leaf.name, flags, 0);
  // Its owner may read it but not enter where it lies: that is another's, or root's. Root opens it for him, and fstat
  // says whether it was his.
  constexpr mode_t readable_by_owner = 0400;
  const bool is_shut_out = fd == -EACCES && (seen.permissions & readable_by_owner) != 0;
  return is_shut_out ? resolver->open(kernel->acting_as({}), leaf.dir, leaf.name, flags, 0) : fd;
}

bool Directory::Handle::is_foreign(const Leaf& leaf) const {
  Status seen;
  return leaf.result == 0 && kernel->acts_as() && kernel->status_at(leaf.dir, leaf.name, seen) == 0 &&
         !allows(seen.owner.uid);
}

std::string Directory::Handle::place_of(std::string_view name) const {
  if (name.empty()) return place;
  std::string full = place;
  if (full.empty() || full.back() != '/') full += '/';
  return full.append(name);
}

Error Directory::Handle::fail(Scope scope, std::int64_t result, std::string_view doing, std::string_view name) const {
  return failure(rules.side, scope, result, doing, place_of(name));
}

Error Directory::Handle::refuse(Scope scope, std::string_view doing, std::string_view name,
                                std::string_view reason) const {
  return Error(Cause::refused, scope, doing).at(place_of(name)).because(reason).on(rules.side);
}

Directory Directory::open_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path, const Rules& rules) {
  WalkedPath walked = open_operator_directory(kernel, operator_path);
  if (walked.result < 0) throw root_failure(walked, operator_path, rules.side);
  auto handle = std::make_shared<Handle>();
  handle->kernel = &kernel;
  handle->entropy = &entropy;
  handle->rules = rules;
  handle->resolver = std::make_shared<Resolver>(rules.cross_mounts);
  handle->place = operator_path;
  const int result = handle->take(std::move(walked.descriptor));
  if (result < 0) throw failure(rules.side, Scope::run, result, opening_root, operator_path);
  handle->root_owner = handle->opened_as.owner.uid;
  return Directory(std::move(handle));
}

std::optional<Directory> Directory::find_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path,
                                              const Rules& rules) {
  try {
    return open_root(kernel, entropy, operator_path, rules);
  } catch (const Error& error) {
    if (error.system_error() == ENOENT) return std::nullopt;
    throw;
  }
}

Directory Directory::make_root(Kernel& kernel, Entropy& entropy, const std::string& operator_path, const Rules& rules,
                               const Birth& birth) {
  if (auto found = find_root(kernel, entropy, operator_path, rules)) return *found;
  const auto [parent_path, name] = split_operator_path(operator_path);
  std::optional<Directory> parent = find_root(kernel, entropy, parent_path, rules);
  if (!parent || !is_plain_relative(name)) {
    throw Error(Cause::cannot_create, Scope::run, "making a directory")
        .at(operator_path)
        .because(parent ? "not a name that can be made" : "the directory that shall hold it is not there")
        .on(rules.side);
  }
  try {
    const Directory made = parent->make_directory(name, birth);
    if (rules.durability != Durability::none) parent->sync();  // D1: nobody else holds this parent
    auto handle = std::make_shared<Handle>(*made.handle_);
    handle->root_owner = handle->opened_as.owner.uid;
    handle->place = operator_path;
    return Directory(std::move(handle));
  } catch (const Error& error) {
    const bool is_full = error.cause() == Cause::no_space || error.cause() == Cause::quota;  // it can be made then
    Error why(is_full ? error.cause() : Cause::cannot_create, Scope::run, "making a directory");
    why.at(operator_path).on(rules.side);
    if (error.system_error() != 0) why.because(error.system_error());
    throw why.because(error.reason());
  }
}

const Status& Directory::opened_as() const { return handle_->opened_as; }
const std::string& Directory::place() const { return handle_->place; }
const Rules& Directory::rules() const { return handle_->rules; }
Kernel& Directory::kernel() const { return *handle_->kernel; }
Entropy& Directory::entropy() const { return *handle_->entropy; }
int Directory::descriptor() const { return handle_->descriptor->value(); }

Status Directory::status_now() const {
  Status now;
  const int result = handle_->kernel->status(descriptor(), now);
  if (result < 0) throw handle_->fail(Scope::folder, result, "looking at a directory");
  return now;
}

std::uint64_t Directory::file_system() const {
  std::uint64_t id = 0;
  if (handle_->kernel->file_system_id(descriptor(), id) < 0 || id == 0) return opened_as().id.device;
  return id;
}

bool Directory::has_exact_times() const { return handle_->kernel->is_local_file_system(descriptor()); }

bool Directory::allows(uid_t owner) const { return handle_->allows(owner); }

Directory Directory::with_owner(uid_t root_owner) const {
  auto handle = std::make_shared<Handle>(*handle_);
  handle->root_owner = root_owner;
  return Directory(std::move(handle));
}

Directory Directory::open_directory(const std::string& path) const {
  if (auto found = find_directory(path)) return *found;
  throw handle_->fail(Scope::folder, -ENOENT, "opening a directory", path);
}

std::optional<Directory> Directory::find_directory(const std::string& path) const {
  constexpr std::string_view doing = "opening a directory";
  if (!is_plain_relative(path)) {
    throw handle_->refuse(Scope::folder, doing, path, "not a plain name below a root");
  }
  int fd = handle_->resolver->open(*handle_->kernel, descriptor(), path, reading_directory, 0);
  if (fd == -EACCES) {
    const Handle::Leaf leaf = handle_->leaf_of(path, doing);
    fd = handle_->open_as_its_owner(leaf, reading_directory);
    if (fd == -EACCES && handle_->is_foreign(leaf))
      throw handle_->refuse(Scope::folder, doing, path, "it belongs to somebody else");
  }
  switch (fd) {
  case -ENOENT: return std::nullopt;
  case -ENOTDIR:
  case -ELOOP: {
    Error error = handle_->refuse(Scope::folder, doing, path, "").because(-fd);
    throw error.because("a symbolic link or a file is where a directory should be");
  }
  case -EXDEV: {
    Error error = handle_->refuse(Scope::folder, doing, path, "").because(-fd);
    throw error.because("it is on another file system");
  }
  default: break;
  }
  if (fd < 0) throw handle_->fail(Scope::folder, fd, doing, path);
  auto handle = std::make_shared<Handle>(*handle_);
  handle->place = handle_->place_of(path);
  const int result = handle->take(Descriptor(*handle->kernel, fd));
  if (result < 0) throw handle->fail(Scope::folder, result, doing);
  const uid_t owner = handle->opened_as.owner.uid;
  if (!allows(owner)) {  // S4: also a foreign directory that was renamed into the tree
    throw handle->refuse(Scope::folder, doing, "", "it belongs to uid " + std::to_string(owner));
  }
  return Directory(std::move(handle));
}

Directory Directory::make_directory(const std::string& name, const Birth& birth) const {
  constexpr std::string_view doing = "making a directory";
  Kernel& kernel = *handle_->kernel;
  const Handle::Leaf leaf = handle_->leaf_of(name, doing);
  if (leaf.result < 0) throw handle_->fail(Scope::folder, leaf.result, doing, name);
  const int made = kernel.make_directory(leaf.dir, leaf.name, 0700);
  if (made == -EEXIST) return open_directory(name);
  if (made < 0) throw handle_->fail(Scope::folder, made, doing, name);

  // Nothing stays under the name that later runs would refuse for its owner. By name, but only what is empty goes.
  const auto taken_back = [&](Error error) {
    static_cast<void>(kernel.unlink(leaf.dir, leaf.name, AT_REMOVEDIR));
    return error;
  };
  const int fd = handle_->resolver->open(kernel, leaf.dir, leaf.name, reading_directory, 0);
  if (fd < 0) throw taken_back(handle_->fail(Scope::folder, fd, doing, name));
  Descriptor made_directory(kernel, fd);
  Status made_as;
  int result = kernel.status(fd, made_as);
  if (result < 0) throw taken_back(handle_->fail(Scope::folder, result, doing, name));
  // S7: only what this call made is given away. What was exchanged meanwhile is taken as found, by the rules.
  if (made_as.owner.uid != kernel.user()) return open_directory(name);
  result = check_empty(kernel, fd);
  if (result == -ENOTEMPTY) return open_directory(name);
  auto handle = std::make_shared<Handle>(*handle_);
  handle->place = handle_->place_of(name);
  if (result == 0) result = dress(kernel, fd, made_as, birth.owner, birth.directory_mode & 0777U);
  if (result == 0) result = handle->take(std::move(made_directory));
  if (result < 0)
    throw taken_back(handle_->fail(Scope::folder, result, "giving a new directory its owner and mode", name));
  return Directory(std::move(handle));
}

}  // namespace mailhaul::fs
