#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailhaul::formats {

/// The name with "\" and two hexadecimal digits for each octet at a place that `is_unfit(place)` names, and for each
/// "\": so that two names never become one.
template <typename IsUnfit>
[[nodiscard]] std::string escaped_name(std::string_view name, const IsUnfit& is_unfit) {
  static constexpr char escape_sign = '\\';
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != escape_sign && !is_unfit(i)) {
      out += name[i];
      continue;
    }
    const auto octet = static_cast<unsigned char>(name[i]);
    out += escape_sign;
    out += digits[octet >> 4U];
    out += digits[octet & 0xfU];
  }
  return out;
}

}  // namespace mailhaul::formats
