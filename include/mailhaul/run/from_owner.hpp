#pragma once

#include <sys/types.h>

#include <string_view>

namespace mailhaul::run {

/// A user of this machine, or a number: whom `fix` may take from. Root too, when it is said. Error(usage) for an
/// unknown name and a number that does not fit (S7).
[[nodiscard]] uid_t parse_from_owner(std::string_view text);

}  // namespace mailhaul::run
