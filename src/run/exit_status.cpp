#include "mailhaul/run/exit_status.hpp"

namespace mailhaul::run {

int gravity(ExitStatus status) {
  switch (status) {
  case ExitStatus::ok: return 0;
  case ExitStatus::settings_missing: return 1;
  case ExitStatus::run_again: return 2;
  case ExitStatus::stopped: return 3;
  default: return static_cast<int>(status) + 3;
  }
}

ExitStatus exit_status_of(const Error& error) {
  const bool at_target = error.side() == Side::target;
  switch (error.cause()) {
  case Cause::usage: return ExitStatus::usage;
  case Cause::not_found:
  case Cause::not_a_store:
    return at_target && error.cause() == Cause::not_found ? ExitStatus::cannot_create : ExitStatus::no_such_store;
  case Cause::refused: return at_target ? ExitStatus::cannot_create : ExitStatus::no_such_store;
  case Cause::permission: return ExitStatus::permission;
  case Cause::cannot_create: return ExitStatus::cannot_create;
  case Cause::io_error:
    if (error.side() == Side::none) return ExitStatus::other_error;  // the machine's own: no random octets
    return at_target ? ExitStatus::target_io_error : ExitStatus::some_failed;
  case Cause::no_space:
  case Cause::quota: return at_target ? ExitStatus::target_full : ExitStatus::other_error;
  case Cause::locked: return ExitStatus::locked;
  case Cause::source_changed: return ExitStatus::run_again;
  case Cause::guard: return ExitStatus::guarded;
  case Cause::stopped: return ExitStatus::stopped;
  case Cause::damaged:
  case Cause::unsupported:
    // The ledger's: it is at no side, and no message failed.
    if (error.side() == Side::none && error.scope() == Scope::run) return ExitStatus::other_error;
    return ExitStatus::some_failed;
  case Cause::limit: return ExitStatus::some_failed;
  }
  return ExitStatus::other_error;
}

ExitStatus exit_status_of_folder(const Error& error) {
  const bool only_failed =
      error.side() != Side::target && error.cause() != Cause::locked && error.cause() != Cause::source_changed;
  return only_failed ? ExitStatus::some_failed : exit_status_of(error);
}

}  // namespace mailhaul::run
