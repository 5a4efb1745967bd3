#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::account::sieve {

struct Utf8Text {
  std::string text{};
  bool is_guess = false;  ///< the octets are not what their charset says: taken for what is most likely
};

/// The octets, which are in that charset (empty: not said), as UTF-8. The common charsets of the web's responders are
/// read here, others by iconv(3); what neither can read is taken for windows-1252, which has few octets that mean
/// nothing.
[[nodiscard]] Utf8Text as_utf8(std::string_view octets, std::string_view charset);

}  // namespace mailhaul::account::sieve
