#pragma once

#include <cstdint>

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

}  // namespace mailhaul::formats::maildir
