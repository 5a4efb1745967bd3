#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::fs {

/// `FILE.lock` beside a file: made with O_EXCL, holds "pid:host" (mbox.md section 8, maildir.md section 4).
/// Removed when destroyed, if it still is ours.
class Dotlock {
 public:
  /// Older than this, with the locked file unchanged as long: left by a dead program, and replaced.
  static constexpr std::chrono::seconds stale_after{120};

  /// Without waiting. Nothing: somebody holds it.
  [[nodiscard]] static std::optional<Dotlock> try_take(const Directory& directory, const std::string& locked_name,
                                                       const std::string& pid_and_host, const Birth& birth,
                                                       const Clock& clock);
  /// Whether a fresh lock of another program stands there (for sources, where we create nothing).
  [[nodiscard]] static bool is_held(const Directory& directory, const std::string& locked_name, const Clock& clock);

  Dotlock(Dotlock&& other) noexcept;
  Dotlock& operator=(Dotlock&&) = delete;
  Dotlock(const Dotlock&) = delete;
  ~Dotlock();

  /// Tells others that we live: sets the lock's time to now. Call it as often as you like: it acts every 10 s at most.
  /// Error(Cause::locked, folder) when the lock is no longer ours.
  void touch();

 private:
  Dotlock(Directory directory, std::string name, NewFile file, const Clock& clock);
  Directory directory_;
  std::string name_;  ///< empty: moved from
  NewFile file_;
  FileId id_;
  const Clock* clock_;
  Instant touched_;
};

}  // namespace mailhaul::fs
