#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::formats::dovecot {

/// A folder name as it stands in a list: its levels in the spelling of the disk.
using StoredName = std::vector<std::string>;

/// Dovecot's list of subscribed folders: `subscriptions` of a Maildir, `.subscriptions` of a tree of mboxes.
///
///   file = v1 | v2
///   v1   = *( name LF )                       levels joined by the separator of the layout
///   v2   = "V" TAB "2" LF LF *( level *( TAB level ) LF )
///          in a level SOH "1", SOH "t", SOH "n", SOH "r" and SOH "0" stand for SOH, TAB, LF, CR and NUL
///
/// Sources: dovecot/core:src/lib-storage/list/subscription-file.c, src/lib/strescape.c. Empty names and levels are read
/// over, in v1 too; a missing last LF does not matter.
[[nodiscard]] std::vector<StoredName> parse_subscriptions(std::string_view text, char separator);

/// `text` with those of `names` behind it that are not in it; the same text when all are. A list stays of its version,
/// but becomes v2 when a level holds what v1 can't say.
[[nodiscard]] std::string add_subscriptions(std::string_view text, const std::vector<StoredName>& names,
                                            char separator);

}  // namespace mailhaul::formats::dovecot
