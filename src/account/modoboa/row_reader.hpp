#pragma once

#include <string>
#include <vector>

#include "account/modoboa/row_writer.hpp"

namespace mailhaul::account::modoboa {

/// What rows of other accounts make local.
[[nodiscard]] Others others_in(const ImportFile& file, const AccountFacts& facts);

/// Rows of the account's own domains, the first of each key.
[[nodiscard]] Rows own_rows(const ImportFile& file, const AccountFacts& facts);

/// What those say, sorted by id, none twice. Where the row of a setting of the facts is the very one that is there, it
/// is that setting.
[[nodiscard]] std::vector<store::Setting> read_rows(const Rows& rows, const AccountFacts& facts, const Others& others);

/// Without what no row says because it can't be imported.
[[nodiscard]] AccountFacts without_what_cant_be(AccountFacts facts, const Others& others);

/// Whether two rows of one key say the same.
[[nodiscard]] bool is_same(RowClass row_class, const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace mailhaul::account::modoboa
