#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mailhaul/run/ownership.hpp"

namespace mailhaul::cli {

/// Options about owners and modes as typed, before they mean anything.
struct TypedOwners {
  std::string chown, usermap, groupmap, profile, chmod;
  bool numeric_ids = false;
};

/// Those that say whose mail is read and written: for `sync` and `verify`.
void add_owner_options(CLI::App& command, TypedOwners& typed);
/// Those about what is made: for `sync`.
void add_mode_options(CLI::App& command, TypedOwners& typed);

/// Error(usage). Names are looked up here, before anything is opened.
[[nodiscard]] run::OwnershipOptions read_owner_options(const TypedOwners& typed);

/// Whom `fix` may take from: users of this machine, or numbers; root too, when it is said. Error(usage).
[[nodiscard]] std::vector<uid_t> read_from_owners(const std::vector<std::string>& users, const TypedOwners& typed);

}  // namespace mailhaul::cli
