#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "account/postfix/map_rows.hpp"

namespace mailhaul::account::postfix {

/// What the rows of `facts`' domains say, sorted by id, none twice. What a setting of the facts is called and how it
/// was said at the source is not in a table: where its rows are the very ones that are there, it is that setting.
[[nodiscard]] std::vector<store::Setting> read_maps(const MapRows& there, const AccountFacts& facts);

/// Whether a row of transport or recipient_access may be of ours: what else stands there is the admin's.
[[nodiscard]] bool is_ours(Table table, const std::string& value);
/// Whether two values of a row say the same.
[[nodiscard]] bool is_same(Table table, const std::string& a, const std::string& b);

}  // namespace mailhaul::account::postfix
