#pragma once

#include "mailhaul/fs/adoption.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats {

/// How a store that is there is mended.
struct RepairOptions {
  fs::AdoptionRules adoption{};
  bool drop_indexes = false;  ///< remove every index of a server, not only those known to be of another folder

  /// What is made anew: never wider than what was there may stay.
  [[nodiscard]] fs::Birth birth() const {
    return {adoption.owner, adoption.file_mode.value_or(0600), adoption.directory_mode.value_or(0700)};
  }
};

}  // namespace mailhaul::formats
