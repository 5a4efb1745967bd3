#pragma once

#include <string>

#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats::mboxdir {

/// The first file with a postmark, in the order of names, among the first thousand entries of a directory and then of
/// each directory in it; "Sent" or "Work/2024", empty when there is none. What can't be read proves nothing.
[[nodiscard]] std::string first_mbox(const fs::Directory& directory);

}  // namespace mailhaul::formats::mboxdir
