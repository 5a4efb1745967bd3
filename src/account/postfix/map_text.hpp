#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The text that postmap(1) makes a table of (targets.md section 4, postmap(1) "INPUT FORMAT"):
///
///     logical = key blanks value, over several lines where the further ones begin with a blank
///     comment = line whose first octet that is no blank is '#'; also between the lines of a logical one
///
/// Nothing is a comment behind a value. A key may have blanks within double quotes, and is the same in any case. Of two
/// with one key the first counts; a line without a value, or with a quote that is not closed, is nobody's.
namespace mailhaul::account::postfix {

struct MapEntry {
  std::string key{};  ///< in lower case
  std::string value{};
  std::vector<std::size_t> lines{};  ///< from 0, ascending
};

/// In the order of the text, later ones of the same key too.
[[nodiscard]] std::vector<MapEntry> parse_map(std::string_view text);

/// By key what counts.
[[nodiscard]] std::map<std::string, std::string> map_values(std::string_view text);

/// `text` with these values, by key in lower case; unset: without the key, wherever it is. A row stands where the first
/// of its key did, a new one at the end. All other lines stay octet for octet.
///
/// Error(refused, folder): a key or value that postmap would read otherwise (S14).
[[nodiscard]] std::string with_rows(std::string_view text,
                                    const std::map<std::string, std::optional<std::string>>& rows);

}  // namespace mailhaul::account::postfix
