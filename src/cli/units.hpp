#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mailhaul::cli {

/// "840", "10K", "1.5M", "2G": octets, powers of 1024 as rsync has them. Nothing when it is no such number or too
/// large.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// "30", "30d" days; "45s", "10m", "6h", "2w", "1y" (365 days). Nothing when it is none of those.
[[nodiscard]] std::optional<std::chrono::seconds> parse_age(std::string_view text);

}  // namespace mailhaul::cli
