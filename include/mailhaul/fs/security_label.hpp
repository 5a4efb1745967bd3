#pragma once

#include <optional>
#include <string>

#include "mailhaul/fs/directory.hpp"

namespace mailhaul::fs {

/// The SELinux type of an open directory, "mail_spool_t"; nothing where the system has none, or an odd one.
[[nodiscard]] std::optional<std::string> security_type(const Directory& directory);

}  // namespace mailhaul::fs
