#pragma once

#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"

namespace mailhaul::account::cpanel {

/// An account of a server, by the server's own files.
struct ServerAccount {
  std::string user{};
  std::string main_domain{};  ///< empty: its file does not say
  bool is_suspended = false;
};

/// Those with a file in var/cpanel/users below `server_root` (cpanel.md 1.6) and a user in etc/passwd there, by name. A
/// file without such a user is a finding; `system` is none of an account. Error(not_found) where there is no such
/// directory.
[[nodiscard]] std::vector<ServerAccount> accounts_of_server(formats::Context& context, const std::string& server_root);

}  // namespace mailhaul::account::cpanel
