#pragma once

#include <optional>
#include <string>
#include <vector>

#include "batch_options.hpp"
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

/// How `scan` lists accounts.
struct ListOptions {
  bool csv = false;  ///< as a list for `batch`
  std::string to{};  ///< run::TargetPattern
};

/// A command line that makes sense.
struct Command {
  enum class Kind { scan, sync, verify, fix, settings, list_runs, show_runs, batch, list_accounts };
  Kind kind{};
  std::vector<run::Location> locations{};
  std::optional<run::SettingsPlace> settings_source{};  ///< of `settings`, where it is no account
  run::Request request{};
  run::FixOptions fix{};
  BatchOptions batch{};
  ListOptions list{};
  std::string log_file{};  ///< empty: none
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
