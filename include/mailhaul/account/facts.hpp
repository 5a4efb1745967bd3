#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account {

/// One account as a target is to hold it: what its source says, in the target's names. Where other servers keep one
/// list for all accounts, only what belongs to these domains is this account's.
struct AccountFacts {
  std::string user{};                                          ///< of the panel; what a destination "user" names
  std::string main_domain{};                                   ///< "" where it is not known
  std::map<store::SettingId, store::SettingValue> settings{};  ///< all of them
  std::set<std::string> domains{};                             ///< lower case

  bool has_all_domains = false;  ///< to look at what a server has: whatever is there is meant

  [[nodiscard]] bool serves(const std::string& domain) const { return has_all_domains || domains.count(domain) != 0; }
  /// Mailboxes with a login or a directory, "" (the account's own) not among them; sorted.
  [[nodiscard]] std::vector<std::string> mailboxes() const;
  /// Addresses whose mail reaches this mailbox: its own first, then those of forwarders, also of those that lead to
  /// others of them, and those of domains that stand for its own. Without catch-alls. Each once.
  [[nodiscard]] std::vector<std::string> addresses_of(const std::string& mailbox) const;
  /// Sets it; unset: takes it away.
  void put(const store::SettingId& id, const std::optional<store::SettingValue>& value);
  /// Domains of its mailboxes that `listing` has no setting for: their source has no list of domains.
  void add_domains_of_mailboxes(const AccountFacts& listing);
  /// "info@example.com" of the key of a forwarder ("info" or "info@example.com"), "@example.com" of "*"; lower case.
  [[nodiscard]] static std::string address_of(const store::SettingId& forwarder);
  /// Null: there is none.
  template <typename Value>
  [[nodiscard]] const Value* find(const store::SettingId& id) const {
    const auto there = settings.find(id);
    return there == settings.end() ? nullptr : std::get_if<Value>(&there->second);
  }
};

/// `settings` in the target's names; `user` as the target calls the account.
[[nodiscard]] AccountFacts facts_of(std::span<const store::Setting> settings, std::string user);

}  // namespace mailhaul::account
