#include "support/faulty_kernel.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace mailhaul::support {
namespace {

constexpr std::size_t index_of(Call call) { return static_cast<std::size_t>(call); }
static_assert(index_of(Call::unlock) + 1 == call_kinds);

/// Those that a signal really interrupts, and that may be made again.
bool can_be_interrupted(Call call) {
  switch (call) {
  case Call::open_beneath:
  case Call::open_at:
  case Call::read_at:
  case Call::write_at:
  case Call::truncate: return true;
  default: return false;
  }
}

}  // namespace

const char* name_of(Call call) {
  constexpr std::array<const char*, call_kinds> names{"open_beneath",
                                                      "open_at",
                                                      "close",
                                                      "status",
                                                      "status_at",
                                                      "read_link",
                                                      "read_directory",
                                                      "read_at",
                                                      "write_at",
                                                      "truncate",
                                                      "link_open_file",
                                                      "link_at",
                                                      "rename",
                                                      "unlink",
                                                      "make_directory",
                                                      "make_symlink",
                                                      "change_owner",
                                                      "change_mode",
                                                      "set_modified",
                                                      "sync",
                                                      "sync_file_system",
                                                      "sync_file_system_is_sound",
                                                      "is_local_file_system",
                                                      "file_system_id",
                                                      "try_lock",
                                                      "unlock"};
  return names.at(index_of(call));
}

void FaultyKernel::inject(const Fault& fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(fault);
}

void FaultyKernel::heal() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  turns_.clear();
  shortening_.reset();
  interrupting_.reset();
}

void FaultyKernel::count_anew() {
  const std::lock_guard lock(mutex_);
  counts_.fill(0);
  total_ = 0;
  hit_ = 0;
}

void FaultyKernel::make_short(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  shortening_.emplace(seed);
}

void FaultyKernel::interrupt(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  interrupting_.emplace(seed);
}

void FaultyKernel::forbid_unnamed_files(int errno_value) {
  const std::lock_guard lock(mutex_);
  unnamed_files_ = errno_value;
}

void FaultyKernel::before(Call call, std::uint64_t nth, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  turns_.push_back({call, nth, std::move(action)});
}

void FaultyKernel::when_sync_fails(std::function<void(Call call, int fd)> action) {
  const std::lock_guard lock(mutex_);
  sync_failed_ = std::move(action);
}

std::uint64_t FaultyKernel::calls(Call call) const {
  const std::lock_guard lock(mutex_);
  return counts_[index_of(call)];
}

std::uint64_t FaultyKernel::calls() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

std::uint64_t FaultyKernel::faults_hit() const {
  const std::lock_guard lock(mutex_);
  return hit_;
}

std::uint64_t FaultyKernel::repeated_syncs() const {
  const std::lock_guard lock(mutex_);
  return repeated_syncs_;
}

FaultyKernel::Verdict FaultyKernel::judge(Call call) {
  std::vector<std::function<void()>> turns;
  Verdict verdict;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t of_kind = ++counts_[index_of(call)];
    const std::uint64_t of_all = ++total_;
    for (const Turn& turn : turns_) {
      if (turn.call == call && turn.nth == of_kind) turns.push_back(turn.action);
    }
    for (const Fault& fault : faults_) {
      if (fault.call && *fault.call != call) continue;
      const std::uint64_t number = fault.call ? of_kind : of_all;
      if (number != fault.nth && !(fault.and_all_later && number > fault.nth)) continue;
      verdict.fails = true;
      verdict.answer = -fault.errno_value;
      verdict.make_the_call = fault.after_it_was_done || call == Call::close;
      ++hit_;
      break;
    }
    constexpr std::uint64_t one_in = 4;
    if (!verdict.fails && interrupting_ && can_be_interrupted(call) && (*interrupting_)() % one_in == 0) {
      verdict = {true, -EINTR, false};
    }
  }
  // Outside the lock: the action may call this kernel, as another program would.
  for (const auto& turn : turns) turn();
  return verdict;
}

std::size_t FaultyKernel::cut(std::size_t octets) {
  const std::lock_guard lock(mutex_);
  if (!shortening_ || octets < 2 || (*shortening_)() % 2 == 0) return octets;
  return 1 + static_cast<std::size_t>((*shortening_)() % (octets - 1));
}

template <typename Make>
auto FaultyKernel::pass(Call call, const Make& make) {
  const Verdict verdict = judge(call);
  using Result = decltype(make());
  if (!verdict.fails) return make();
  if (verdict.make_the_call) {
    const Result done = make();
    // An open whose answer is lost leaves no descriptor behind.
    if ((call == Call::open_at || call == Call::open_beneath) && done >= 0) inner_.close(static_cast<int>(done));
  }
  return static_cast<Result>(verdict.answer);
}

template <typename Make>
int FaultyKernel::pass_sync(Call call, int fd, const Make& make) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_to_sync_.contains(fd)) ++repeated_syncs_;
  }
  const Verdict verdict = judge(call);
  if (!verdict.fails) return make();
  std::function<void(Call, int)> told;
  {
    const std::lock_guard lock(mutex_);
    failed_to_sync_.insert(fd);
    told = sync_failed_;
  }
  if (told) told(call, fd);
  return verdict.answer;
}

int FaultyKernel::open_beneath(int dir, const std::string& path, int flags, mode_t mode, bool cross_mounts) {
  return pass(Call::open_beneath, [&] { return inner_.open_beneath(dir, path, flags, mode, cross_mounts); });
}

int FaultyKernel::open_at(int dir, const std::string& name, int flags, mode_t mode) {
  return pass(Call::open_at, [&] {
    if (unnamed_files_ != 0 && (flags & O_TMPFILE) == O_TMPFILE) return -unnamed_files_;
    return inner_.open_at(dir, name, flags, mode);
  });
}

int FaultyKernel::close(int fd) {
  {
    const std::lock_guard lock(mutex_);
    failed_to_sync_.erase(fd);  // the number may come again for another file
  }
  return pass(Call::close, [&] { return inner_.close(fd); });
}

int FaultyKernel::status(int fd, fs::Status& out) {
  return pass(Call::status, [&] { return inner_.status(fd, out); });
}

int FaultyKernel::status_at(int dir, const std::string& name, fs::Status& out) {
  return pass(Call::status_at, [&] { return inner_.status_at(dir, name, out); });
}

int FaultyKernel::read_link(int fd, std::string& out) {
  return pass(Call::read_link, [&] { return inner_.read_link(fd, out); });
}

int FaultyKernel::read_directory(int fd, std::vector<fs::Entry>& out) {
  return pass(Call::read_directory, [&] { return inner_.read_directory(fd, out); });
}

std::int64_t FaultyKernel::read_at(int fd, std::span<std::byte> into, std::uint64_t offset) {
  return pass(Call::read_at, [&] { return inner_.read_at(fd, into.first(cut(into.size())), offset); });
}

std::int64_t FaultyKernel::write_at(int fd, Bytes from, std::uint64_t offset) {
  return pass(Call::write_at, [&] { return inner_.write_at(fd, from.first(cut(from.size())), offset); });
}

int FaultyKernel::truncate(int fd, std::uint64_t size_octets) {
  return pass(Call::truncate, [&] { return inner_.truncate(fd, size_octets); });
}

int FaultyKernel::link_open_file(int fd, int dir, const std::string& name) {
  return pass(Call::link_open_file, [&] { return inner_.link_open_file(fd, dir, name); });
}

int FaultyKernel::link_at(int from_dir, const std::string& from, int to_dir, const std::string& to) {
  return pass(Call::link_at, [&] { return inner_.link_at(from_dir, from, to_dir, to); });
}

int FaultyKernel::rename(int from_dir, const std::string& from, int to_dir, const std::string& to, unsigned flags) {
  return pass(Call::rename, [&] { return inner_.rename(from_dir, from, to_dir, to, flags); });
}

int FaultyKernel::unlink(int dir, const std::string& name, int flags) {
  return pass(Call::unlink, [&] { return inner_.unlink(dir, name, flags); });
}

int FaultyKernel::make_directory(int dir, const std::string& name, mode_t mode) {
  return pass(Call::make_directory, [&] { return inner_.make_directory(dir, name, mode); });
}

int FaultyKernel::make_symlink(const std::string& target, int dir, const std::string& name) {
  return pass(Call::make_symlink, [&] { return inner_.make_symlink(target, dir, name); });
}

int FaultyKernel::change_owner(int fd, fs::Owner owner) {
  return pass(Call::change_owner, [&] { return inner_.change_owner(fd, owner); });
}

int FaultyKernel::change_mode(int fd, mode_t mode) {
  return pass(Call::change_mode, [&] { return inner_.change_mode(fd, mode); });
}

int FaultyKernel::set_modified(int fd, fs::FileTime time) {
  return pass(Call::set_modified, [&] { return inner_.set_modified(fd, time); });
}

int FaultyKernel::sync(int fd) {
  return pass_sync(Call::sync, fd, [&] { return inner_.sync(fd); });
}

int FaultyKernel::sync_file_system(int fd) {
  return pass_sync(Call::sync_file_system, fd, [&] { return inner_.sync_file_system(fd); });
}

bool FaultyKernel::sync_file_system_is_sound(int fd) {
  return !judge(Call::sync_file_system_is_sound).fails && inner_.sync_file_system_is_sound(fd);
}

bool FaultyKernel::is_local_file_system(int fd) {
  return !judge(Call::is_local_file_system).fails && inner_.is_local_file_system(fd);
}

int FaultyKernel::file_system_id(int fd, std::uint64_t& out) {
  return pass(Call::file_system_id, [&] { return inner_.file_system_id(fd, out); });
}

int FaultyKernel::try_lock(int fd, fs::LockKind kind) {
  return pass(Call::try_lock, [&] { return inner_.try_lock(fd, kind); });
}

int FaultyKernel::unlock(int fd) {
  return pass(Call::unlock, [&] { return inner_.unlock(fd); });
}

}  // namespace mailhaul::support
