#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailhaul::account {

/// ASCII, whatever the locale says.
[[nodiscard]] bool is_letter_or_digit(char c);

/// What may stand in a server's own files without quoting (S14): 1 to 64 of letters, digits and `._+-`, and neither "."
/// nor "..".
[[nodiscard]] bool is_safe_local_part(std::string_view text);

/// Labels of letters, digits and `-` (no label begins or ends with it) joined by dots, at least two, at most 253
/// octets.
[[nodiscard]] bool is_safe_domain(std::string_view text);

struct Address {
  std::string local_part{};
  std::string domain{};
};
/// Splits at the last '@'; nothing unless both halves are there. Says nothing of their being safe.
[[nodiscard]] std::optional<Address> split_address(std::string_view text);

/// An address that every server reads as that address, wherever it stands (S14): atoms of RFC 5322 with single dots
/// between them, at most 64 octets, none of `#|/` among them and not `-` or `'` first, at a domain as above; at most
/// 254.
[[nodiscard]] bool is_safe_address(std::string_view text);

/// ASCII letters in lower case: domains are compared so.
[[nodiscard]] std::string lower_case(std::string_view text);

/// In lower case, without what stands behind a '+': "bob+lists@example.com" reaches bob@example.com.
[[nodiscard]] std::string without_detail(std::string_view address);

}  // namespace mailhaul::account
