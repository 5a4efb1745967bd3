#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// /etc/localdomains, remotedomains and secondarymx: a domain a line. In lower case; those of all accounts.
[[nodiscard]] std::set<std::string> parse_domain_list(std::string_view text);

/// The texts that speak of an account's domains; unset where there is no such file.
struct DomainTexts {
  std::string user{};
  std::optional<std::string> user_data_main{};     ///< /var/cpanel/userdata/USER/main
  std::optional<std::string> user_data_domains{};  ///< /etc/userdatadomains
  std::optional<std::string> addons{};             ///< of an archive
  std::optional<std::string> parked{};             ///< of an archive: pds
  std::optional<std::string> subs{};               ///< of an archive: sds
  std::optional<std::string> account_file{};       ///< /var/cpanel/users/USER
  std::optional<std::string> user_domains{};       ///< /etc/userdomains
  std::optional<std::string> local_domains{};
  std::optional<std::string> remote_domains{};
  std::optional<std::string> secondary_mx{};
  std::set<std::string> alias_files{};  ///< of an archive: the names in va/
  std::set<std::string> directories{};  ///< real directories below mail/ and etc/; those with no domain's name are none
};

struct NamedDomain {
  std::string name{};  ///< in lower case
  store::Domain domain{};
};
struct AccountDomains {
  std::vector<NamedDomain> list{};  ///< the main domain first, then by name
  std::vector<Problem> problems{};
};

/// Who is believed first: userdata/main, /etc/userdatadomains, an archive's lists, the account's file,
/// /etc/userdomains, the alias files, directories (cpanel.md 6.3). A name that is no domain is left out and reported as
/// lost; "*.…", which has no mail, as a note.
///
/// The routing is what is set (MXCHECK in the account's file), else what the server's lists say.
[[nodiscard]] AccountDomains account_domains(const DomainTexts& texts);

}  // namespace mailhaul::account::cpanel
