#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "mailhaul/base/escape.hpp"

namespace mailhaul::formats {

/// The longest beginning of whole characters that takes at most `room` octets on disk; `size_on_disk(text)` says how
/// many a text takes.
template <typename SizeOnDisk>
[[nodiscard]] std::string beginning_of(std::string_view text, std::size_t room, const SizeOnDisk& size_on_disk) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text), 1);
    const std::string longer = out + std::string(text.substr(0, length));
    if (size_on_disk(longer) > room) break;
    out = longer;
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace mailhaul::formats
