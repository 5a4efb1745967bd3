#pragma once

#include <cstdint>

namespace mailhaul {

/// What the calling thread, and those it makes later, may still open by name (S18): landlock, by raw system calls.
///
/// Only the directories that were allowed, by descriptors that are open. What is open stays usable, paths may still be
/// walked with O_PATH. From ABI 2 on only (Linux 5.19): before it nothing can be moved or linked from one directory to
/// another, so no message would come from tmp/ to cur/. One thread.
class Landlock {
 public:
  /// The ABI of this kernel; 0: none, or switched off.
  [[nodiscard]] static int kernel_abi();

  enum class Access {
    read,            ///< read files, list directories
    write,           ///< all that a store does: read, make, write, cut, rename, link and remove files and directories
    write_and_link,  ///< symbolic links too: a cPanel home has them
  };

  Landlock();  ///< allows nothing yet
  ~Landlock();
  Landlock(const Landlock&) = delete;
  Landlock& operator=(const Landlock&) = delete;

  /// Of the directory that `descriptor` is, or of that one file, and what is below. Several add up.
  void allow(int descriptor, Access access);
  /// From here on. The ABI in use; 0 when nothing is confined: the kernel has no landlock, or a step failed.
  [[nodiscard]] int enter() const;

 private:
  int abi_ = 0;
  int ruleset_ = -1;
  std::uint64_t handled_ = 0;
};

}  // namespace mailhaul
