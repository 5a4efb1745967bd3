#pragma once

#include <cstdint>
#include <span>

#include "sqlite.hpp"

namespace mailhaul::ledger {

/// "mhld": what file(1) and we know a ledger by.
inline constexpr std::int64_t application_id = 0x6d68'6c64;

/// The i-th takes a database from version i to i + 1; the first one makes the tables. Never change one that was
/// released: add another.
using MigrationSteps = std::span<const char* const>;
[[nodiscard]] MigrationSteps migration_steps();

/// What a database is, by application_id, user_version and tables.
enum class Recognised {
  empty,  ///< nothing was ever committed
  ledger,
};
/// Error(damaged) for a database of something else, Error(unsupported) for one that knows more steps.
[[nodiscard]] Recognised recognise(sqlite::Connection& connection, MigrationSteps steps);

/// Runs the steps that are missing, in the transaction that is open or in one of its own that stays open. Writes
/// nothing when none is missing.
void migrate(sqlite::Connection& connection, MigrationSteps steps);

}  // namespace mailhaul::ledger
