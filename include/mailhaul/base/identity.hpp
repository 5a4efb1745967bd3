#pragma once

#include <sys/types.h>

#include <compare>

namespace mailhaul {

/// Whose permissions the kernel asks for when a thread takes a name: fsuid and fsgid, and no other group.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  auto operator<=>(const Identity&) const = default;
};

/// Who started the program.
[[nodiscard]] uid_t runner_uid();

/// Whether this process may take names as somebody else at all: it runs as root.
[[nodiscard]] bool can_act_as_others();

/// S9: from now on the calling thread, and no other, takes names as `identity`, until it is told otherwise. What was
/// set is read back. Returns 0, or the negative errno of what the kernel refused: then it acts as the runner.
/// Open files need no identity: reading, writing and syncing go on as before.
[[nodiscard]] int act_as(const Identity& identity);

/// The calling thread takes names as who started the program, with all of its groups. A thread that can't come back
/// would do root's work as a customer, or a customer's with root's groups: that aborts the program.
void act_as_runner();

}  // namespace mailhaul
