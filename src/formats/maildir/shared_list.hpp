#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "mailhaul/fs/status.hpp"

namespace mailhaul::formats::maildir {

/// S13: one file can stand as a list in every folder of a tree and cost its size once, but be read for each. A server
/// renames its lists into place, so they have one name; copies that were made of links may have more, and pass while
/// they are small.
inline constexpr std::uint64_t largest_shared_list = std::uint64_t{4} << 20U;
inline constexpr const char* shared_list_reason = "it is larger than 4 MiB and has other names (hard links)";
[[nodiscard]] inline bool is_too_large_to_share(const fs::Status& status) {
  return status.links > 1 && status.size_octets > largest_shared_list;
}

/// Which folder reads a list that is too large to be read for each: the first one, in all of a run, so that a backup
/// made of links (rsnapshot, `cp -al`) keeps its UIDs. Any number of threads.
class SharedLists {
 public:
  [[nodiscard]] bool may_read(const fs::Status& list, const fs::FileId& folder) {
    if (!is_too_large_to_share(list)) return true;
    const std::lock_guard guard(mutex_);
    return readers_.emplace(list.id, folder).first->second == folder;
  }

 private:
  std::mutex mutex_;
  std::map<fs::FileId, fs::FileId> readers_;
};

}  // namespace mailhaul::formats::maildir
