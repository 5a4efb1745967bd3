#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/run/location.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::run {

/// What the operator said of mailboxes.
struct MailboxOptions {
  std::string mailbox{};                                       ///< --mailbox; empty: all of them
  std::vector<std::pair<std::string, std::string>> users{};    ///< --map-user
  std::vector<std::pair<std::string, std::string>> domains{};  ///< --map-domain
};

/// "OLD=NEW", where either may be a user or an address. Error(usage).
void add_user_map(MailboxOptions& options, std::string_view text);
/// "OLD=NEW". Error(usage) unless both are domains.
void add_domain_map(MailboxOptions& options, std::string_view text);

/// The source with its mailboxes under the names that they have at the target, and only those that take part. Where one
/// of the two holds a single mailbox, --mailbox says which one of the other it is; the mailbox of a cPanel account
/// itself is that of the other account, whatever its user is called. Error(usage) where it has to be said, and where
/// an address of --map-user is nobody's.
///
/// `own_domains`: whose mailboxes may go to a store of many accounts (own_domains() of account_source.hpp); empty: all.
/// Others take part only where the operator names them, and are told as failed: anybody can make a directory of any
/// name in his home.
[[nodiscard]] std::unique_ptr<store::MessageSource>
choose_mailboxes(std::unique_ptr<store::MessageSource> source, const Store& from, const Store& to,
                 const MailboxOptions& options, const std::set<std::string>& own_domains, Findings& findings);

/// What tells two runs of one pair of locations apart that bring different mailboxes into one place: added to the name
/// of the end with many.
struct PairSuffix {
  std::string source{};
  std::string target{};
};
[[nodiscard]] PairSuffix pair_suffix(const Store& from, const Store& to, const MailboxOptions& options);

}  // namespace mailhaul::run
