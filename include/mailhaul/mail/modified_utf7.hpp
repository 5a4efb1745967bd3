#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::mail {

/// UTF-8 to the modified UTF-7 of IMAP (RFC 3501 5.1.3). Nothing when the input is not valid UTF-8.
[[nodiscard]] std::optional<std::string> to_modified_utf7(std::string_view utf8);

/// The way back. Nothing unless the input is the one canonical spelling: 7-bit, no needless base64, no lone surrogate,
/// no stray bits. So for all x: to_modified_utf7(*from_modified_utf7(x)) == x.
[[nodiscard]] std::optional<std::string> from_modified_utf7(std::string_view encoded);

}  // namespace mailhaul::mail
