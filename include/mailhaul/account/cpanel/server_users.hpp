#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"

/// Users of the machine that an account is on, by the etc/passwd and etc/group below its root: that of a mounted disk
/// is not that of this machine.
namespace mailhaul::account::cpanel {

/// A path of that machine as this one reaches it.
[[nodiscard]] std::string below_root(const std::string& server_root, const std::string& path);

/// The home of a user, below `server_root`. Error(not_found).
[[nodiscard]] std::string home_of_user(formats::Context& context, const std::string& user,
                                       const std::string& server_root, Side side);

/// The homes that etc/passwd says, by user.
[[nodiscard]] std::map<std::string, std::string> homes_in_passwd(formats::Context& context,
                                                                 const std::string& server_root, Side side);

/// The home that etc/passwd says, without `server_root`; empty: none.
[[nodiscard]] std::string home_in_passwd(formats::Context& context, const std::string& user,
                                         const std::string& server_root, Side side);

/// Whose home it is; where etc/passwd does not tell, what the directory is called.
[[nodiscard]] std::string user_of_home(formats::Context& context, const std::string& home,
                                       const std::string& server_root, Side side);

/// The number of a group.
[[nodiscard]] std::optional<gid_t> group_of_server(formats::Context& context, const std::string& name,
                                                   const std::string& server_root, Side side);

}  // namespace mailhaul::account::cpanel
