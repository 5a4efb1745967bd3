#pragma once

namespace mailhaul::cli {

/// The whole program: parses, runs, prints; returns the exit status. Never throws.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace mailhaul::cli
