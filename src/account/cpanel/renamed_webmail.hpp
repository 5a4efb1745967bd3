#pragma once

#include <string>
#include <vector>

#include "mailhaul/store/renaming.hpp"

struct sqlite3;

namespace mailhaul::account::cpanel {

/// Roundcube's users and their identities as the target calls them (cpanel.md 5), where there are tables that have
/// these columns. Appends "users.username: OLD -> NEW" for each, and one line where a row has to keep its name.
/// Gives SQLite's result code.
[[nodiscard]] int rename_webmail_users(sqlite3* database, const store::Renaming& renaming,
                                       std::vector<std::string>& changes);

}  // namespace mailhaul::account::cpanel
