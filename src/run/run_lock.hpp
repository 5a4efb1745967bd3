#pragma once

#include <string>

#include "job_context.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::run {

/// Held: no other run of this program writes to the same target (D8). Given back by closing, also when we are killed.
class RunLock {
 public:
  RunLock() = default;  ///< holds nothing
  explicit RunLock(fs::File file) : file_(std::move(file)) {}

 private:
  std::optional<fs::File> file_{};
};

/// Two runs that compare the same target at the same time would both find a message missing and copy it twice.
///
/// An open-file-description lock on a file in a directory that only the runner may write to (root: /run/mailhaul, or
/// --state), named by the target's root: device and inode of the directory, for an mbox those of the directory it is in
/// and its name. Never on a file of the customer, who could hold it. The file stays: removing it would let two runs
/// hold two files of one name. Waits as long as for a mailbox, then Error(locked) naming the holder.
[[nodiscard]] RunLock take_run_lock(const Machine& machine, formats::Context& context, const Store& target,
                                    const Request& request);

}  // namespace mailhaul::run
