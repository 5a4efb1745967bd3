#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/run/fix_job.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::cli {

/// How much is said, and in which form.
struct Saying {
  int verbose = 0;
  bool quiet = false;
  bool itemize = false;
  bool json = false;
  bool stats = false;
  std::optional<bool> progress{};  ///< unset: on a terminal
  bool audit = false;              ///< doubtful `From ` lines are listed one by one
};

/// A command line that makes sense.
struct Command {
  enum class Kind { scan, sync, verify, fix, settings, list_runs, show_runs };
  Kind kind{};
  std::vector<run::Location> locations{};
  std::optional<run::SettingsPlace> settings_source{};  ///< of `settings`, where it is no account
  run::Request request{};
  run::FixOptions fix{};
  Saying saying{};
  bool forbid_openat2 = false;  ///< paths are resolved as on an old kernel (S3)
};

/// The command, or what to print and end with (`--help`, `--version`).
struct Parsed {
  std::optional<Command> command{};
  std::string text{};
};

/// Error(usage) with one line that says what, where and what to do.
[[nodiscard]] Parsed parse_command_line(int argc, const char* const* argv, const Clock& clock);

}  // namespace mailhaul::cli
