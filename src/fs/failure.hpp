#pragma once

#include <cerrno>
#include <string_view>

#include "mailhaul/base/error.hpp"

namespace mailhaul::fs {

/// The Error of a system call that answered `result` (a negative errno).
///
/// `scope` holds unless the errno itself reaches further: at the target a full disk or a failing one ends the run and
/// a quota its mailbox (D7); too few descriptors or memory end the run on either side.
[[nodiscard]] Error failure(Side side, Scope scope, std::int64_t result, std::string_view doing,
                            std::string_view place);

/// Repeats a call that a signal cut short. Bounded, so that a kernel that only ever says EINTR ends in an Error.
/// Not for close (D5) nor for fsync (D3), nor for calls that are not the same when done twice.
template <typename Call>
[[nodiscard]] auto uninterrupted(const Call& call) {
  constexpr int most_interruptions = 1000;
  auto result = call();
  for (int i = 0; i < most_interruptions && result == -EINTR; ++i) result = call();
  return result;
}

}  // namespace mailhaul::fs
