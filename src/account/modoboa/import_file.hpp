#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The CSV file that `modo import` takes (targets.md 1.1): `;` between cells, blanks around them mean nothing, the
/// first cell says what the row is, in exactly these words; any other row is skipped without a word. Rows are imported
/// one after the other, and what one names must be there already.
namespace mailhaul::account::modoboa {

/// In the order in which they must come.
enum class RowClass { domain, domain_alias, account, alias };

/// What a row is about: a name in lower case; "@example.com" of the rest of a domain.
struct RowKey {
  RowClass row_class{};
  std::string name{};
  auto operator<=>(const RowKey&) const = default;
};

struct ImportRow {
  std::optional<RowKey> key{};       ///< unset: the importer skips it, or ends with an error
  std::vector<std::string> cells{};  ///< without the blanks around them
  std::string text{};                ///< as it stands there, with its line end
};

struct ImportFile {
  std::vector<ImportRow> rows{};
  std::string problem{};  ///< why nothing can be read behind them; empty: it is whole
};

/// A mark of UTF-8 at the beginning is not part of the first row.
[[nodiscard]] ImportFile parse_import(std::string_view text);

/// `true`, `1`, `yes`, `y` in any case.
[[nodiscard]] bool is_true(std::string_view cell);

/// Rows of one account: by key their cells.
using Rows = std::map<RowKey, std::vector<std::string>>;

/// Changes to a file; each row that no change names stays octet for octet, and in its place.
struct ImportChanges {
  Rows set{};
  std::set<RowKey> removed{};
  std::vector<RowKey> alias_order{};  ///< of all aliases of the account: each behind those it leads to
};
/// A row that is there changes in its place, as long as it leads to nothing that stands behind it; a new one comes
/// behind all that it may name.
[[nodiscard]] std::string with_changes(const ImportFile& file, const ImportChanges& changes);

}  // namespace mailhaul::account::modoboa
