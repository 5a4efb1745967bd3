#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/fs/file.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::fs {

/// Whether the kernel may be given `path` below a root: relative, no NUL, no component "", "." or ".." (S2: openat2
/// itself would take "a/../b").
[[nodiscard]] bool is_plain_relative(std::string_view path);
/// The same, of one component.
[[nodiscard]] bool is_single_name(std::string_view name);

/// Opens paths below a directory without following any symlink or, unless told, crossing a mount point: by openat2
/// (S2), or component by component where that is missing (S3). Any number of threads.
class Resolver {
 public:
  explicit Resolver(bool cross_mounts) : cross_mounts_(cross_mounts) {}

  /// A descriptor or the negative errno; `path` is plain. ELOOP: a symlink, EXDEV: another mount.
  [[nodiscard]] int open(Kernel& kernel, int dir, const std::string& path, int flags, mode_t mode);

 private:
  [[nodiscard]] int walk(Kernel& kernel, int dir, const std::string& path, int flags, mode_t mode) const;
  [[nodiscard]] int open_component(Kernel& kernel, int dir, std::uint64_t device, const std::string& name, int flags,
                                   mode_t mode) const;

  bool cross_mounts_;
  std::atomic<bool> only_walk_{false};  ///< S2: only the failure of openat2 is remembered
};

}  // namespace mailhaul::fs
