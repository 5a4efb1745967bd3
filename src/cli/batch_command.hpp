#pragma once

#include "command_line.hpp"
#include "mailhaul/run/jobs.hpp"
#include "output.hpp"

namespace mailhaul::cli {

/// `mailhaul batch`. All lines of the list are checked before anything runs, by the parser of the command line itself.
[[nodiscard]] run::ExitStatus carry_out_batch(const BatchOptions& options, const run::Machine& machine, Output& output);

}  // namespace mailhaul::cli
