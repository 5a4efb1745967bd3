#pragma once

#include <string>
#include <string_view>

#include "mailhaul/base/entropy.hpp"

namespace mailhaul::fs {

/// NewFile::temporary_prefix and 64 random bits in 16 digits: nobody can have taken this name in advance (S8).
[[nodiscard]] std::string random_temporary_name(Entropy& entropy);

/// Whether a name is such a one. One that goes on otherwise may hold mail (a replaced mbox, which its own writer
/// knows).
[[nodiscard]] bool is_random_temporary_name(std::string_view name);

}  // namespace mailhaul::fs
