#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "account/cpanel/account_owner.hpp"
#include "account/cpanel/account_places.hpp"
#include "account/text/edited_files.hpp"
#include "account/text/result.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::cpanel {

/// The account that settings are written to, as its writers see it.
struct WriteTarget {
  const AccountPlaces& places;  ///< as planned
  EditedFiles& home;
  EditedFiles* server = nullptr;  ///< null: not within reach
  AccountOwner account{};
  std::string home_path{};          ///< "/home/bob"
  std::set<std::string> domains{};  ///< that the server knows as this account's; in lower case
  bool is_suspended = false;        ///< the whole account, by its own server

  /// Whether a file of the server may be written for it: a directory of that name in the home proves nothing, for the
  /// customer can make one for any domain.
  [[nodiscard]] bool serves(const std::string& domain) const { return domains.count(domain) != 0; }
};

/// A change and its place among all of them.
struct NumberedChange {
  const store::SettingChange& change;
  std::size_t number = 0;
};

/// Whose mailbox it is about, checked (S14). Error(refused, folder): it can't stand in a server's files.
[[nodiscard]] Address require_mailbox(std::string_view address);

[[nodiscard]] inline store::SettingResult no_server() {
  return not_carried("what the server keeps beside the home is not within reach", "say where it is with --dst-root");
}
[[nodiscard]] inline store::SettingResult no_domain(const std::string& domain) {
  return not_carried("the server does not know " + domain + " as a domain of this account",
                     "create the domain in the panel, then run again");
}

}  // namespace mailhaul::account::cpanel
