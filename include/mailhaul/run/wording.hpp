#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailhaul::run {

/// "155 313": groups of three, as people read counts.
[[nodiscard]] std::string with_groups(std::uint64_t number);
/// "1 message", "2 messages".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);
/// "1.5 MiB", "840 B".
[[nodiscard]] std::string readable_octets(std::uint64_t octets);

}  // namespace mailhaul::run
