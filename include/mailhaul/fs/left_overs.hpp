#pragma once

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

/// S11, D6: takes away what a killed run left in `directory` under a random name of create_file() or place_file():
/// ordinary files that nobody changed for an hour before `now`, for a younger one may be another run's. Error of scope
/// folder: it can't be listed.
void remove_left_overs(const Directory& directory, FileTime now);

}  // namespace mailhaul::fs
