#pragma once

#include <string>
#include <string_view>

namespace mailhaul::formats {

/// 16 hex digits that a name which had to be changed carries, the same in every run. FNV-1a: whoever wants two names
/// with one hash can have them, so nothing may depend on there being none.
[[nodiscard]] std::string name_hash(std::string_view text);

}  // namespace mailhaul::formats
