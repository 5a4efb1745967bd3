#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// A line `LOCAL_PART:HASH:DAY::::::` of etc/DOMAIN/shadow (cpanel.md 1.2).
///
/// A suspended account has the mark `*LOCKED*` before the hash and at the end of the line; a suspended login has `!!`
/// (or `!`) before the hash. Without a hash behind them, and for `*`, there is no password.
struct ShadowRecord {
  std::size_t line = 0;
  std::string local_part{};
  store::Password password{};
  store::Suspension suspension{};  ///< `account` and `login` only
};
struct ShadowFile {
  std::vector<ShadowRecord> records{};
  std::vector<Problem> problems{};
};
[[nodiscard]] ShadowFile parse_shadow(std::string_view text);

/// What stands behind the local part: also the one line `shadow` of an archive, which has none. `line` and `local_part`
/// are the caller's; what is odd is added to `problems`.
[[nodiscard]] ShadowRecord decode_shadow(std::string_view rest, std::vector<Problem>& problems);

/// The fields behind the local part, with the marks put back. No password is `*`: an empty field would let in everybody
/// at some servers.
///
/// Error(refused, folder): the hash is none (a control octet, a blank, a ':', or it begins with a mark).
[[nodiscard]] std::vector<std::string> shadow_fields(const store::Password& password,
                                                     const store::Suspension& suspension);

}  // namespace mailhaul::account::cpanel
