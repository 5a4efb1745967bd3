#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace mailhaul {

/// Octets as they are: never NUL-ended, never assumed to be text.
using Bytes = std::span<const std::byte>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace mailhaul
