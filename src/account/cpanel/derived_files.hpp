#pragma once

#include <span>
#include <vector>

#include "account/cpanel/write_target.hpp"
#include "mailhaul/base/finding.hpp"

namespace mailhaul::account::cpanel {

/// After the writes: what a server makes of them by itself. Caches of what has changed go (a mailbox's login in
/// `@pwcache`, `filter.cache`), and a mailbox that is new, and has a Maildir, gets its shortcut among the folders of
/// the account's own mailbox, `mail/.LOCAL_PART@DOMAIN_TLD`. What of this can't be done is told, and nothing is lost.
void renew_derived_files(const WriteTarget& target, const fs::Directory& home,
                         std::span<const store::SettingChange> changes,
                         const std::vector<store::SettingResult>& results, Findings& findings);

}  // namespace mailhaul::account::cpanel
