#pragma once

#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/run/location.hpp"

namespace mailhaul::run {

/// Whether the path of a `cpanel:` location is the name of a user: one word. A directory of that name here is "./name".
[[nodiscard]] bool names_a_user(const Location& location);

/// The home of a user of the machine whose files are below `server_root`, by etc/passwd there. Error(not_found).
[[nodiscard]] std::string home_of_user(formats::Context& context, const std::string& user,
                                       const std::string& server_root, Side side);

/// Whose home it is, by etc/passwd below `server_root`; where that does not tell, what the directory is called.
[[nodiscard]] std::string user_of_home(formats::Context& context, const std::string& home,
                                       const std::string& server_root, Side side);

/// The home that etc/passwd below `server_root` says, without that root; empty: none.
[[nodiscard]] std::string home_in_passwd(formats::Context& context, const std::string& user,
                                         const std::string& server_root, Side side);

/// The number of a group by etc/group below `server_root`.
[[nodiscard]] std::optional<gid_t> group_on_machine(formats::Context& context, const std::string& name,
                                                    const std::string& server_root, Side side);

}  // namespace mailhaul::run
