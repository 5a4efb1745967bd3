#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account::cpanel {

/// One line of a text, as views of it.
struct TextLine {
  std::string_view content{};  ///< without its end
  std::string_view end{};      ///< "\n" or "\r\n"; of the last line also "" or "\r"
};
[[nodiscard]] std::vector<TextLine> text_lines(std::string_view text);

/// `text` without the lines of these numbers (from 0, ascending), and with `line` in the place of the first of them, or
/// at the end where none is given. All other lines stay octet for octet; a new last line ends as the first one does.
[[nodiscard]] std::string with_lines_replaced(std::string_view text, const std::vector<std::size_t>& numbers,
                                              const std::optional<std::string>& line);

/// C0 (TAB too) or DEL: never written into a file that a server reads line by line (S14).
[[nodiscard]] bool has_control_octet(std::string_view text);

[[nodiscard]] bool is_blank(char c);
/// Without blanks, CR and TAB among them, at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace mailhaul::account::cpanel
