#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job_context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::run {

/// Held: no other run of this program writes to the same target, to a part of it, or to what it is a part of (D8).
/// Given back by closing, also when we are killed.
class RunLock {
 public:
  RunLock() = default;  ///< holds nothing
  explicit RunLock(std::vector<fs::File> files) : files_(std::move(files)) {}

 private:
  std::vector<fs::File> files_{};
};

/// Two runs that compare the same target at the same time would both find a message missing and copy it twice.
///
/// Open-file-description locks on files in a directory that only the runner may write to (root: /run/mailhaul, or
/// --state). Each part that the target writes to is locked for us alone, and each directory above it is shared, with
/// the runs that write elsewhere below it: so a run into a folder and one into the tree around it wait for each other.
/// The files are named by device and inode of a directory, and for an mbox also by its name in there. Never on a file
/// of the customer, who could hold it. The files stay: removing one would let two runs hold two files of one name.
///
/// Taken in the order of their names, the same in every run, so no two wait for each other. Waits as long as for a
/// mailbox, then Error(locked) naming the holder where there is just one.
[[nodiscard]] RunLock take_run_lock(const Machine& machine, formats::Context& context, const Store& target,
                                    const Request& request);

/// One directory, in which small files of several accounts are changed: opened before the sandbox, held as briefly as
/// it takes.
class PlaceLock {
 public:
  PlaceLock() = default;  ///< locks nothing
  /// Of a dry run, or where no directory for locks is known: locks nothing.
  PlaceLock(const Machine& machine, const Request& request, const std::optional<fs::Directory>& directory);
  /// Waits as long as for a mailbox, then Error(locked).
  void lock(formats::Context& context, const std::string& place) const;
  void unlock() const;

 private:
  std::optional<fs::File> file_{};
};

}  // namespace mailhaul::run
