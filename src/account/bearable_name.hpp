#pragma once

#include <algorithm>
#include <string_view>

namespace mailhaul::account {

/// May be the name of a mailbox's directory, and stand in a line: what else is in it is its owner's choice.
[[nodiscard]] inline bool is_bearable_local_part(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= 64 && text != "." && text != ".." &&
         text.find_first_of("/:@") == std::string_view::npos && std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace mailhaul::account
