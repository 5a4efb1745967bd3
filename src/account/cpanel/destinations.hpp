#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// What stands behind the key of an alias: destinations with commas between them (cpanel.md 1.4; Exim's specification,
/// "Redirection lists").
struct DestinationList {
  std::vector<store::Destination> to{};
  std::vector<std::string> remarks{};  ///< one sentence each
};

/// Splits and unquotes as Exim does: commas within double quotes, comments and angle brackets do not end an item;
/// `\` escapes within an item that is quoted as a whole and is a pipe or a file; `:fail:` takes the rest of the line,
/// commas and all; '#' at the beginning of an item ends the list. Beyond Exim, an item in single quotes is unquoted.
///
/// A pipe's text has no '|' and no blanks around it. A discard's text is "" for `:blackhole:` and "/dev/null" for that
/// file: alone they are the same, but beside others only the second leaves them their mail. Linear in the text.
[[nodiscard]] DestinationList parse_destinations(std::string_view text);

/// The list as one line, quoted as Exim needs it, such that parse_destinations() gives the same list. A responder's
/// directory is `responder_directory`, "/home/user/.autorespond".
///
/// Error(refused, folder), for the one that can't be written (S14): a control octet; an address or user that would be
/// read as something else, or has a '/', '|', ':', '"' or '\'; `:fail:` that is not the last; `unknown`.
[[nodiscard]] std::string destinations_text(const std::vector<store::Destination>& to,
                                            const std::string& responder_directory);

}  // namespace mailhaul::account::cpanel
