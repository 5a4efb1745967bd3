#pragma once

#include <string>

#include "mailhaul/base/error.hpp"

namespace mailhaul::store {

/// Whether it is one mailbox's own trouble. A full disk, a failing one and a signal are everybody's.
[[nodiscard]] inline bool is_of_one_mailbox(const Error& error) {
  switch (error.cause()) {
  case Cause::no_space:
  case Cause::stopped:
  case Cause::guard: return false;
  case Cause::io_error: return error.scope() != Scope::run;
  default: return true;
  }
}

/// Calls a store that knows its mailbox as "": what it throws names the mailbox before the folder, and does not reach
/// the others.
template <class Call>
decltype(auto) naming_mailbox(const std::string& mailbox, const Call& call) {
  try {
    return call();
  } catch (Error& error) {
    if (!mailbox.empty()) error.in(error.folder().empty() ? mailbox : mailbox + ": " + error.folder());
    const bool reaches_far = error.scope() == Scope::run || error.scope() == Scope::mailbox;
    if (reaches_far && is_of_one_mailbox(error)) error.reaching(Scope::folder);
    throw;
  }
}

}  // namespace mailhaul::store
