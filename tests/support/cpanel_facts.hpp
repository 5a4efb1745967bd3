#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/cpanel_account.hpp"

/// Looks at a cPanel home by itself, in the simplest way, and says how it differs from the facts.
namespace mailhaul::support {

enum class Uids : std::uint8_t { ignored, compared };

/// One Maildir folder, inflated, with the UIDs of its dovecot-uidlist; sorted by path. `path` is below `directory`.
[[nodiscard]] std::vector<ExpectedMessage> read_cpanel_folder(const std::string& directory);

/// A line each: mailboxes, folders and messages that are missing, differ or are too many below `home`. A folder's name
/// may be spelled in either encoding; messages are compared as a multiset. The mailbox of the account itself may be
/// known by another user.
[[nodiscard]] std::vector<std::string> mail_differences(const AccountFacts& facts, const std::string& home,
                                                        Uids uids = Uids::compared);

/// Settings that only one side has, or that are not the same; what is as good as not said (no quota, not suspended)
/// counts as absent.
[[nodiscard]] std::vector<std::string> setting_differences(const std::vector<store::Setting>& wanted,
                                                           const std::vector<store::Setting>& found);

/// Files below `directory` that hold AccountFacts::poison, inflated where need be.
[[nodiscard]] std::vector<std::string> poisoned_files(const std::string& directory);

/// A file whole; inflated when it is gzip.
[[nodiscard]] std::string inflated_content(const std::string& path);

}  // namespace mailhaul::support
