#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "mailhaul/account/address.hpp"

namespace mailhaul::account {

/// As one word of a command that the admin copies into a shell.
[[nodiscard]] inline std::string shell_word(std::string_view text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("/._+-=@:,").find(c) != std::string_view::npos;
  });
  if (is_plain) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

}  // namespace mailhaul::account
