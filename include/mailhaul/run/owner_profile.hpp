#pragma once

#include <sys/types.h>

#include <array>
#include <string_view>

namespace mailhaul::run {

/// Who owns the mail of a kind of server, and with which modes it is born: one row a kind.
///
/// Two files have modes of their own everywhere: Dovecot's `dovecot-uidvalidity.*` is written 0444, `maildirsize` is
/// never written.
struct OwnerProfile {
  std::string_view name;
  /// USER:GROUP of this machine, who owns all mail; empty: whoever owns the home that DST lies in.
  std::string_view owner;
  mode_t directory_mode;
  mode_t file_mode;
};

/// Facts: targets.md section 8 (user, vmail), cpanel.md section 2 rows 2 and 6 (Exim and the panel read with the
/// account's group, and pass through the directories as others).
inline constexpr std::array owner_profiles{
    OwnerProfile{"user", "", 0700, 0600},
    OwnerProfile{"vmail", "vmail:vmail", 0700, 0600},
    OwnerProfile{"cpanel", "", 0751, 0640},
};

/// Error(usage) that names the known ones.
[[nodiscard]] const OwnerProfile& find_owner_profile(std::string_view name);

}  // namespace mailhaul::run
