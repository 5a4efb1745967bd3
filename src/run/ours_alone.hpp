#pragma once

#include "mailhaul/fs/status.hpp"

namespace mailhaul::run {

/// Root's or the runner's: nobody else can put something of his own in the place of what is in such a directory.
[[nodiscard]] inline bool is_ours(const fs::Status& status, fs::Owner runner) {
  return status.owner.uid == 0 || status.owner.uid == runner.uid;
}

/// And nobody else may write to it.
[[nodiscard]] inline bool is_ours_alone(const fs::Status& status, fs::Owner runner) {
  constexpr mode_t writable_by_others = 022;
  return is_ours(status, runner) && (status.permissions & writable_by_others) == 0;
}

}  // namespace mailhaul::run
