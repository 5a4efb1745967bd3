#pragma once

#include <string>

#include "mailhaul/fs/file.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::fs {

/// How the walk along an operator's path ended.
struct WalkedPath {
  Descriptor descriptor{};  ///< of the directory, O_PATH; closed when `result` is not 0
  int result = 0;           ///< 0 or the negative errno
  std::string refused{};    ///< when ELOOP: which symlink was not followed, and why
};

/// S1: goes along an operator's own path component by component. Symlinks are followed only when uid 0 or the runner
/// owns them, at most 40 of them. ".." is the parent of the directory reached, as the kernel has it.
[[nodiscard]] WalkedPath walk_operator_path(Kernel& kernel, const std::string& path);

}  // namespace mailhaul::fs
