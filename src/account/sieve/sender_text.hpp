#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::account::sieve {

/// What stands in a From: header as one address that Sieve takes: `"Jo" <info@example.com>`, a name beyond ASCII as
/// encoded words (RFC 2047), since Pigeonhole encodes it with a quote in it. UTF-8; nothing where there is no address
/// in it that a script may name.
[[nodiscard]] std::optional<std::string> sender_text(std::string_view from);

}  // namespace mailhaul::account::sieve
