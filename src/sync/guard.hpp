#pragma once

#include <cstdint>
#include <optional>

namespace mailhaul::sync {

/// R5: so many messages that both ends had are missing at the target that a loss, or a restore of an old backup, is
/// likelier than their user. At least 10, and more than a fifth of the folder: of a small folder all may be gone on a
/// quiet afternoon. But where the store itself is another one than it was, or not there at all, no number is small.
[[nodiscard]] constexpr bool is_alarming(std::uint64_t missing, std::uint64_t rows, bool is_another_store = false) {
  constexpr std::uint64_t fewest = 10;
  constexpr std::uint64_t part = 5;
  return (missing >= fewest || is_another_store) && missing * part > rows;
}

/// R2: how many messages of a folder one run may remove at the target unless told otherwise: a tenth, at most 100, and
/// one always.
[[nodiscard]] constexpr std::uint64_t most_removals(std::uint64_t rows) {
  constexpr std::uint64_t most = 100;
  constexpr std::uint64_t part = 10;
  const std::uint64_t tenth = rows / part;
  return tenth < 1 ? 1 : tenth < most ? tenth : most;
}

}  // namespace mailhaul::sync
