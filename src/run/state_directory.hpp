#pragma once

#include <optional>
#include <string>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/run/jobs.hpp"

namespace mailhaul::run {

/// A directory for what must be ours alone (D8): made 0700 where it is missing; Error(permission) when others may write
/// to it, so that what is in it could be theirs.
[[nodiscard]] fs::Directory open_state_directory(const Machine& machine, const std::string& path);

/// The same, only to read from: nothing when it is not there.
[[nodiscard]] std::optional<fs::Directory> find_state_directory(const Machine& machine, const std::string& path);

}  // namespace mailhaul::run
