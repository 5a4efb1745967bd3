#pragma once

#include "mailhaul/fs/kernel.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

/// S7: gives an open inode its owner, then its mode, since a change of owner takes set-id bits away; what is right
/// already is not asked for. `permissions` at most 0777. `now` is what fstat said of it, and is again afterwards but
/// for the time of its change. 0 or the negative errno.
[[nodiscard]] int dress(Kernel& kernel, int fd, Status& now, Owner owner, mode_t permissions);

}  // namespace mailhaul::fs
