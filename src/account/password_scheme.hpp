#pragma once

#include <string>
#include <string_view>

namespace mailhaul::account {

/// What Dovecot calls a crypt(3) hash, by how it begins (targets.md 1.1, 3): "SHA512-CRYPT", "SHA256-CRYPT",
/// "MD5-CRYPT", "BLF-CRYPT", "ARGON2ID"; "CRYPT" of the oldest kind (DES) and of yescrypt, which have no name of their
/// own. "": nobody here knows it, or it could not stand in a server's file (S14): octets that are not printable ASCII,
/// blanks, ':', ';', '"', or more than 240 octets.
[[nodiscard]] std::string_view scheme_of(std::string_view hash);

/// Whether Dovecot 2.4 lets nobody in by it unless auth_allow_weak_schemes is set: MD5-CRYPT and DES.
[[nodiscard]] bool is_weak_scheme(std::string_view hash);

/// "{SHA512-CRYPT}$6$…"; "" where scheme_of() is.
[[nodiscard]] std::string with_scheme(std::string_view hash);

}  // namespace mailhaul::account
