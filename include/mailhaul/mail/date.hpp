#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::mail {

/// When the message arrived in the store (RFC 9051 2.3.3); not the `Date:` header.
using InternalDate = std::chrono::sys_seconds;

/// Month number of "Jan" … "Dec", any case; nothing else.
[[nodiscard]] std::optional<unsigned> month_of(std::string_view three_letters);
/// "Thu", "Jan" by number (weekday 0 = Sunday, month 1 = January).
[[nodiscard]] std::string_view weekday_name(unsigned weekday);
[[nodiscard]] std::string_view month_name(unsigned month);

/// "2024-05-01 12:34:56Z".
[[nodiscard]] std::string to_iso(InternalDate date);

}  // namespace mailhaul::mail
