#pragma once

#include <cstdint>
#include <optional>

#include "lock.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// What of staged messages stands in a mailbox.
struct FoundAppend {
  struct Cut {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< with what else has no other owner: line ends, blank octets
  };
  /// The one that stands there without its end.
  std::optional<Cut> cut{};
  /// How many stand there whole, one behind the other; those that were removed since are not seen.
  std::uint64_t whole = 0;
  /// Without a cut one: whether there may be one all the same.
  bool is_doubtful = false;
};

/// A server that only looked at a mailbox may have put lines of its own into each header (Status, X-UID), and all
/// octets behind them have moved. So messages are compared, in the order in which they were staged: by their postmarks,
/// their headers without those lines (mbox.md section 5), and their bodies' octets. Only what stands behind the octets
/// that the mailbox had, and right behind the staged message before it, is taken for a cut one. Reads the mailbox once.
[[nodiscard]] FoundAppend find_append(WriteLock& lock, const fs::File& stage, std::uint64_t old_octets);

}  // namespace mailhaul::formats::mbox
