#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "mailhaul/store/message.hpp"

namespace mailhaul::formats::mbox {

/// The handle of a message is where its postmark stands: it holds for as long as nothing before it changes.
[[nodiscard]] inline store::Handle handle_of(std::uint64_t offset) { return {std::to_string(offset)}; }

[[nodiscard]] inline std::optional<std::uint64_t> offset_of(const store::Handle& handle) {
  std::uint64_t offset = 0;
  const char* const end = handle.token.data() + handle.token.size();
  const auto [stopped, error] = std::from_chars(handle.token.data(), end, offset);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return offset;
}

}  // namespace mailhaul::formats::mbox
