#pragma once

#include "mailhaul/fs/directory.hpp"

namespace mailhaul::fs {

/// Why a file below a root was not opened.
[[nodiscard]] constexpr const char* reason_of(Refusal refusal) {
  switch (refusal) {
  case Refusal::symlink: return "it is a symbolic link";
  case Refusal::special: return "it is a special file";
  case Refusal::directory: return "it is a directory";
  case Refusal::foreign_owner: return "it belongs to another owner";
  case Refusal::sparse: return "it is sparse";
  case Refusal::other_mount: return "it is on another file system";
  default: return "it is not there";
  }
}

}  // namespace mailhaul::fs
