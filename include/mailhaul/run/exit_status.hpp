#pragma once

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {

/// What the program ends with; the README's table says the same.
enum class ExitStatus : int {
  ok = 0,
  other_error = 1,
  run_again = 2,         ///< the source changed while it was read
  settings_missing = 3,  ///< all mail is there; subscriptions or access lists are not
  stopped = 20,          ///< by a signal: run again
  some_failed = 23,      ///< some messages failed, listed
  guarded = 25,          ///< more is missing at the target, or would be removed there, than goes unasked
  usage = 64,
  no_such_store = 66,
  cannot_create = 73,
  target_io_error = 74,
  locked = 75,
  permission = 77,
  target_full = 113,
};

/// How bad it is, among several runs: 3, all mail is there, and 2 and 20, run again, before what needs somebody; those
/// by number.
[[nodiscard]] int gravity(ExitStatus status);

/// The status of an Error that ended a run.
[[nodiscard]] ExitStatus exit_status_of(const Error& error);

/// The status of a run that gave up one folder and went on: a source folder that can't be read is so many messages that
/// failed.
[[nodiscard]] ExitStatus exit_status_of_folder(const Error& error);

}  // namespace mailhaul::run
