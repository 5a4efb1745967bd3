#pragma once

#include <string>
#include <string_view>

namespace mailhaul {

/// For terminals and logs (S14): C0, DEL, C1, invalid UTF-8, bidi controls and the backslash become \xNN of their
/// octets.
[[nodiscard]] std::string escape_for_terminal(std::string_view text);

/// For JSON values: valid UTF-8 stays, every other octet becomes U+FFFD; the JSON library quotes the rest.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Length of the valid UTF-8 sequence (RFC 3629) that `text` begins with; 0 when there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

}  // namespace mailhaul
