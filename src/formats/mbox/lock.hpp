#pragma once

#include <optional>
#include <utility>

#include "mailbox_file.hpp"
#include "mailhaul/fs/dotlock.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// Opens the mailbox for reading with a shared fcntl lock and no other program's dotlock beside it (mbox.md section 8),
/// waiting up to Context::lock_wait; the file that has the name when all is locked. Nothing is created. The lock lasts
/// as long as the file is open, or until unlock(). Nothing when the file is missing. Error(locked) naming the lock, of
/// the mailbox's scope.
[[nodiscard]] std::optional<fs::File> open_locked(const MailboxFile& mailbox);

/// The mailbox open for writing, under the locks of Dovecot's order: dotlock, then fcntl. All are taken without
/// waiting; when one is held all are given back, so no order of other programs can make a deadlock. (mbox.md section 8)
class WriteLock {
 public:
  /// Nothing when the file is missing. Error(locked, folder) naming the lock after Context::lock_wait.
  [[nodiscard]] static std::optional<WriteLock> take(const MailboxFile& mailbox, const fs::Birth& birth);

  [[nodiscard]] const fs::File& file() const { return file_; }
  /// Goes on with another file, which has the mailbox's name and which we have locked; gives back the one that had it.
  [[nodiscard]] fs::File replace(fs::File file) { return std::exchange(file_, std::move(file)); }
  /// Tells others that we live; cheap when called often. Error(locked) when the dotlock was taken from us.
  void keep() { dotlock_.touch(); }

 private:
  WriteLock(fs::Dotlock dotlock, fs::File file) : dotlock_(std::move(dotlock)), file_(std::move(file)) {}

  fs::Dotlock dotlock_;  // given back last
  fs::File file_;
};

}  // namespace mailhaul::formats::mbox
