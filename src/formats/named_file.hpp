#pragma once

#include <string>

#include "mailhaul/fs/directory.hpp"

/// A file that the operator named: an mbox, an archive.
namespace mailhaul::formats {

/// Why it was not opened, and what to do about it; empty: there is nothing to say.
[[nodiscard]] const char* reason_of(fs::Refusal refusal);
[[nodiscard]] const char* hint_of(fs::Refusal refusal);

/// The directory that it is in, with its owner allowed where that says nothing: in a directory of root's or the
/// runner's anybody's file was put there by them, or with their leave. `runner`: Context::kernel's user; the
/// directory's own kernel acts as its owner (S9), whoever that is.
[[nodiscard]] fs::Directory allowing_owner(const fs::Directory& directory, const std::string& name, uid_t runner);

}  // namespace mailhaul::formats
