#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "mailhaul/mail/date.hpp"

namespace mailhaul::mail {

/// A longer date is none (S13).
inline constexpr std::size_t date_time_limit_octets = 1000;

/// RFC 5322 3.3 with the old forms of 4.3: "Thu, 29 Nov 2001 22:33:52 -0500 (EST)". Weekday and seconds may be missing
/// and are not compared; years of two and three digits, zone names and comments are taken; an unknown zone is UTC, as
/// the RFC says. Nothing before 1970.
[[nodiscard]] std::optional<InternalDate> parse_date_time(std::string_view text);

/// When the last server took the message: behind the last ';' of the topmost Received: of a header block.
[[nodiscard]] std::optional<InternalDate> received_date(std::string_view header_block);
/// What the sender wrote: Date:.
[[nodiscard]] std::optional<InternalDate> date_field(std::string_view header_block);

}  // namespace mailhaul::mail
