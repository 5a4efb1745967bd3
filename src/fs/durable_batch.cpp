// Order of D1: data durable, then names, then the directories that hold the names. Two ways to make things durable:
// fsync of each file and directory, or syncfs of the whole file system once for each of the two steps (D2), which is
// more than twice as fast for small files but tells of errors only on some systems.

#include "mailhaul/fs/durable_batch.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "failure.hpp"

namespace mailhaul::fs {

DurableBatch::DurableBatch(const Directory& home) : home_(home) { open_sync_descriptor(); }

void DurableBatch::open_sync_descriptor() {
  sync_through_ = Descriptor();
  if (home_.rules().durability != Durability::batch) return;
  Kernel& kernel = home_.kernel();
  if (!kernel.sync_file_system_is_sound(home_.descriptor())) return;
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const int fd = uninterrupted([&] { return kernel.open_at(home_.descriptor(), ".", flags, 0); });
  if (fd >= 0) sync_through_ = Descriptor(kernel, fd);  // without one: fsync of each, which is as safe
}

bool DurableBatch::covered_by_syncfs(const Directory& directory) const {
  return sync_through_.is_open() && directory.opened_as().id.device == home_.opened_as().id.device;
}

std::size_t DurableBatch::add(NewFile file, const Directory& directory, std::string name) {
  octets_ += file.size_octets();
  waiting_.push_back({std::move(file), directory, std::move(name)});
  return waiting_.size() - 1;
}

void DurableBatch::also_sync(const Directory& directory) {
  const FileId id = directory.opened_as().id;
  const bool known =
      std::any_of(touched_.begin(), touched_.end(), [&](const Directory& other) { return other.opened_as().id == id; });
  if (!known) touched_.push_back(directory);
}

std::vector<std::string> DurableBatch::flush(const AnotherName& another_name) {
  std::vector<std::string> names;
  try {
    for (const Waiting& one : waiting_) also_sync(one.directory);
    settle_data();
    names.reserve(waiting_.size());
    for (std::size_t i = 0; i < waiting_.size(); ++i) names.push_back(link(i, another_name));
    for (Waiting& one : waiting_) one.file.close();  // D5
    settle_directories();
  } catch (...) {
    drop();
    // A new batch hears of new errors only.
    open_sync_descriptor();
    throw;
  }
  drop();
  return names;
}

void DurableBatch::drop() {
  waiting_.clear();
  touched_.clear();
  octets_ = 0;
}

void DurableBatch::sync_file_system() {
  const int result = home_.kernel().sync_file_system(sync_through_.value());
  if (result < 0) throw failure(Side::target, Scope::run, result, "making a batch durable", home_.place());
}

void DurableBatch::settle_data() {
  if (home_.rules().durability == Durability::none || waiting_.empty()) return;
  bool whole_file_system = false;
  for (Waiting& one : waiting_) {
    if (covered_by_syncfs(one.directory)) {
      whole_file_system = true;
    } else {
      one.file.sync();
    }
  }
  if (whole_file_system) sync_file_system();
}

std::string DurableBatch::link(std::size_t index, const AnotherName& another_name) {
  constexpr int tries = 64;
  Waiting& one = waiting_[index];
  std::string name = std::move(one.name);
  for (int i = 0; i < tries; ++i) {
    try {
      if (one.file.link(one.directory, name) == LinkResult::done) return name;
    } catch (const Error& error) {
      // A file system with shorter names than most: one name must not end the batch.
      if (error.system_error() != ENAMETOOLONG || i > 0) throw;
    }
    name = another_name(index);
  }
  throw Error(Cause::refused, Scope::folder, "giving a file its name")
      .at(one.directory.place() + "/" + name)
      .because("every name that was tried is taken")
      .on(Side::target);
}

void DurableBatch::settle_directories() {
  if (home_.rules().durability == Durability::none) return;
  bool whole_file_system = false;
  for (const Directory& directory : touched_) {
    if (covered_by_syncfs(directory)) {
      whole_file_system = true;
    } else {
      directory.sync();
    }
  }
  if (whole_file_system) sync_file_system();
}

}  // namespace mailhaul::fs
