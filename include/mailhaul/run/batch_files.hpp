#pragma once

#include <optional>
#include <string>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// The text of a list of pairs, or of a report: what it says is done with the rights of who runs this. So it must be a
/// plain file of root's or the runner's that nobody else may write to (Error(permission)), and no link
/// (Error(refused)). Error(not_found), Error(limit) above 64 MiB.
[[nodiscard]] std::string read_operators_file(const Machine& machine, const std::string& path);

/// A report that is written anew in one step, mode 0600, each time it is. One thread.
class ReportFile {
 public:
  /// Error: what lies there is no report of ours, a link or somebody else's; the directory can't be opened.
  ReportFile(const Machine& machine, const std::string& path);
  void write(const std::string& text);

 private:
  [[nodiscard]] Error fail(Cause cause, std::string_view reason) const;

  fs::Directory directory_;
  std::string path_;
  std::string name_;
  fs::Birth birth_;
  std::optional<fs::Status> there_{};
};

}  // namespace mailhaul::run
