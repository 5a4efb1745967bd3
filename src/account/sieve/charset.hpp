#pragma once

#include <string>
#include <string_view>

namespace mailhaul::account::sieve {

struct Utf8Text {
  std::string text{};
  bool is_guess = false;  ///< the octets are not in their charset: taken for what is most likely
  bool is_lost = false;   ///< nobody here can read that charset; the text is empty
};

/// The octets, which are in that charset (empty: not said), as UTF-8. Charsets of one octet a character are read here;
/// those of East Asia by iconv(3), where its modules can be loaded. What says no charset, or one that it is not in, is
/// UTF-8 if it can be, else windows-1252, in which few octets mean nothing.
[[nodiscard]] Utf8Text as_utf8(std::string_view octets, std::string_view charset);

}  // namespace mailhaul::account::sieve
