#pragma once

#include <string>
#include <string_view>

namespace mailhaul::mail {

/// XXH3-128 in hex, to see whether a file that this program wrote is still octet for octet the same. No secret is in
/// it: who wants can make another file with the same digest (F1), so nothing that could harm anybody hangs on it.
[[nodiscard]] std::string digest_of(std::string_view octets);

}  // namespace mailhaul::mail
