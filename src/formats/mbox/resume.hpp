#pragma once

#include <string>
#include <string_view>

#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// Where a whole walk of a file ended: its size, its inode, and a digest of its last octets, as text. mbox.md
/// section 8.
[[nodiscard]] std::string resume_point(const fs::File& file, const fs::Status& status);

/// The file has only grown since `resume` was taken, as far as its end then shows: the same inode, no shorter, and the
/// octets before the old end are the same. Messages before it may still have been changed in place.
[[nodiscard]] bool has_only_grown(const fs::File& file, std::string_view resume);

}  // namespace mailhaul::formats::mbox
