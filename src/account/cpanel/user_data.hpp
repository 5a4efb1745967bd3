#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// What cPanel says of an account's domains; names as they stand there.
struct UserData {
  std::string main_domain{};
  std::map<std::string, std::string> addon_domains{};  ///< each with the subdomain behind it
  std::vector<std::string> parked_domains{};
  std::vector<std::string> sub_domains{};
};

struct UserDataMain {
  std::optional<UserData> data{};  ///< nothing: the text can't be understood
  std::string problem{};           ///< why
};
/// /var/cpanel/userdata/USER/main, in an archive userdata/main: YAML (cpanel.md 1.6), bounded as yaml_text.hpp says.
[[nodiscard]] UserDataMain parse_user_data_main(std::string_view text);

/// The domains of `user` in /etc/userdatadomains: lines `DOMAIN: USER==OWNER==KIND==MAIN==…`, of all accounts.
[[nodiscard]] std::map<std::string, store::Domain::Kind> parse_user_data_domains(std::string_view text,
                                                                                 std::string_view user);

/// An archive's own lists: addons (`ADDON=SUB_MAIN`), pds (a parked domain a line), sds (`SUB_MAIN`). A '_' in the name
/// of a subdomain can't be told from the one before the main domain: the last one is taken for that.
[[nodiscard]] UserData parse_archive_lists(std::string_view addons, std::string_view parked, std::string_view subs);

}  // namespace mailhaul::account::cpanel
