#include "mailhaul/fs/dotlock.hpp"

#include <utility>

namespace mailhaul::fs {
namespace {

constexpr std::chrono::seconds touch_interval{10};
constexpr std::size_t longest_name = 255;

std::string lock_name(const std::string& locked_name) { return locked_name + ".lock"; }

/// The last sign of life: a time that is still to come says nothing, but only the kernel sets when the file changed.
FileTime last_touched(const Status& file, FileTime now) { return file.modified > now ? file.changed : file.modified; }

/// Whether the lock was left by a dead program: neither it nor what it locks has changed for `stale_after`.
/// Something else than a file under the name is nobody's lock that we may judge, so it holds.
bool is_stale(const Directory& directory, const std::string& locked_name, const Status& lock, const Clock& clock) {
  if (lock.kind != EntryKind::regular) return false;
  const FileTime now = clock.now();
  const FileTime limit = now - Dotlock::stale_after;
  if (last_touched(lock, now) > limit) return false;
  const std::optional<Status> locked = directory.look_at(locked_name);
  return !locked || last_touched(*locked, now) <= limit;
}

}  // namespace

std::optional<Dotlock> Dotlock::try_take(const Directory& directory, const std::string& locked_name,
                                         const std::string& pid_and_host, const Birth& birth, const Clock& clock) {
  constexpr int tries = 4;
  const std::string name = lock_name(locked_name);
  if (name.size() > longest_name)
    throw Error(Cause::cannot_create, Scope::run, "locking a file")
        .at(directory.place() + "/" + locked_name)
        .because("its name is so long that no lock file fits beside it")
        .hint("give it a shorter name")
        .on(directory.rules().side);
  // Linked when it is written and dressed: as exclusive as O_EXCL, and nobody ever reads an empty lock.
  NewFile file = directory.create_file();
  file.append(as_bytes(pid_and_host));
  file.dress(birth, std::nullopt);
  for (int i = 0; i < tries; ++i) {
    if (file.link(directory, name) == LinkResult::done) return Dotlock(directory, name, std::move(file), clock);
    const std::optional<Status> lock = directory.look_at(name);
    if (!lock) continue;  // given back at this moment
    if (!is_stale(directory, locked_name, *lock, clock)) return std::nullopt;
    static_cast<void>(directory.remove(name, lock->id));  // S11; false: another one was faster, and may hold it now
  }
  return std::nullopt;
}

bool Dotlock::is_held(const Directory& directory, const std::string& locked_name, const Clock& clock) {
  if (lock_name(locked_name).size() > longest_name) return false;  // nobody can have made it
  const std::optional<Status> lock = directory.look_at(lock_name(locked_name));
  return lock && !is_stale(directory, locked_name, *lock, clock);
}

Dotlock::Dotlock(Directory directory, std::string name, NewFile file, const Clock& clock)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      file_(std::move(file)),
      id_(file_.status_now().id),
      clock_(&clock),
      touched_(clock.now()) {}

Dotlock::Dotlock(Dotlock&& other) noexcept
    : directory_(std::move(other.directory_)),
      name_(std::exchange(other.name_, {})),
      file_(std::move(other.file_)),
      id_(other.id_),
      clock_(other.clock_),
      touched_(other.touched_) {}

Dotlock::~Dotlock() {
  if (name_.empty()) return;
  try {
    static_cast<void>(directory_.remove(name_, id_));
  } catch (const Error&) {
    // It goes stale by itself.
  }
}

void Dotlock::touch() {
  const Instant now = clock_->now();
  if (now - touched_ < touch_interval) return;
  const std::optional<Status> lock = directory_.look_at(name_);
  if (!lock || lock->id != id_) {
    throw Error(Cause::locked, Scope::folder, "keeping a lock")
        .at(directory_.place() + "/" + name_)
        .because("another program took it for dead and removed it")
        .on(directory_.rules().side);
  }
  file_.set_modified(now);
  touched_ = now;
}

}  // namespace mailhaul::fs
