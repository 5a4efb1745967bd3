#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mailhaul/mail/content_key.hpp"

namespace mailhaul::mail {

inline constexpr std::size_t keyed_digest_octets = 32;

/// So many octets that stand for a text: two XXH3-128 under the two secrets, of the octets as they are. What is
/// remembered of a setting, which may be a password: without the secrets it tells nothing (H1, H2).
[[nodiscard]] std::string keyed_digest(const KeySecrets& secrets, std::string_view text);

}  // namespace mailhaul::mail
