#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul {

/// Splits a text into words as a POSIX shell does (XCU 2.2), and does nothing else a shell does: blanks and line ends
/// separate, quotes and backslashes take away a meaning; `$`, backticks, globs, `~`, `#`, `;` and `>` are text.
/// Nothing where a quote is never closed or a backslash is the last octet.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view text);

/// One line that split_words(), or a shell, reads as these words.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);

}  // namespace mailhaul
