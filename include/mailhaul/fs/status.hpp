#pragma once

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace mailhaul::fs {

using FileTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Whole seconds as a file's time; what 64 bits of nanoseconds can't hold (before 1678, after 2261) is cut to the ends.
[[nodiscard]] constexpr FileTime file_time(std::chrono::sys_seconds time) {
  constexpr std::chrono::seconds most{std::chrono::nanoseconds::max().count() / 1'000'000'000 - 1};
  const auto since = time.time_since_epoch();
  return FileTime{since > most ? most : since < -most ? -most : since};
}

/// Same file as long as both are equal and the file lives.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
  auto operator<=>(const Owner&) const = default;
};

enum class EntryKind : std::uint8_t { unknown, regular, directory, symlink, fifo, socket, device };

/// What fstat says, of an open file only (S5).
struct Status {
  FileId id{};
  EntryKind kind = EntryKind::unknown;
  Owner owner{};
  mode_t permissions = 0;  ///< 07777 bits
  std::uint64_t links = 0;
  std::uint64_t size_octets = 0;
  std::uint64_t allocated_octets = 0;
  FileTime modified{};
  FileTime changed{};
};

/// Whether `now` is the file of `before`, and nobody wrote to it. Not by ctime, which a new name changes as well.
[[nodiscard]] inline bool is_unchanged(const Status& now, const Status& before) {
  return now.id == before.id && now.size_octets == before.size_octets && now.modified == before.modified;
}

/// A directory entry as listed; the kind is a hint (d_type) and may be `unknown`.
struct Entry {
  std::string name;
  EntryKind kind = EntryKind::unknown;
};

}  // namespace mailhaul::fs
