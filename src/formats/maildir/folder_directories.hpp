#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::maildir {

/// The open directories of one folder. On reading any of new/ and cur/ may be missing.
struct FolderDirectories {
  fs::Directory home;
  std::optional<fs::Directory> fresh;  ///< new/
  std::optional<fs::Directory> cur;

  [[nodiscard]] const fs::Directory& holding(bool in_new) const { return in_new ? *fresh : *cur; }
};

/// When a folder last changed: its two message directories and its keyword file. maildir.md section 3: readers compare
/// times. ctime stands beside mtime, since a restore by rsync -t puts mtimes back.
class FolderTimes {
 public:
  [[nodiscard]] static FolderTimes of(const FolderDirectories& directories, const Clock& clock);

  [[nodiscard]] bool same_messages(const FolderTimes& other) const { return messages_ == other.messages_; }
  /// No change of the folder is so young that the next one could have the same time (D11).
  [[nodiscard]] bool is_settled() const;
  /// Equal tokens: nothing has changed. Young: changed less than 2 s before it was taken, or in the future (D11).
  [[nodiscard]] store::Stamp stamp() const;

 private:
  std::string messages_;
  std::string keywords_;
  fs::FileTime latest_{};
  Instant taken_at_{};
};

}  // namespace mailhaul::formats::maildir
