#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account {

/// One line of a text, as views of it.
struct TextLine {
  std::string_view content{};  ///< without its end
  std::string_view end{};      ///< "\n" or "\r\n"; of the last line also "" or "\r"
};
[[nodiscard]] std::vector<TextLine> text_lines(std::string_view text);

/// Which lines of a text change; numbers from 0.
struct LineEdits {
  std::map<std::size_t, std::optional<std::string>> changed{};  ///< what stands there instead; unset: the line goes
  std::vector<std::string> added{};                             ///< at the end
};
/// All other lines stay octet for octet, and a line that changes keeps its end; what is added ends as the first line
/// does. Given lines have no end.
[[nodiscard]] std::string edited(std::string_view text, const LineEdits& edits);

/// C0 (TAB too) or DEL: never written into a file that a server reads line by line (S14).
[[nodiscard]] bool has_control_octet(std::string_view text);

[[nodiscard]] bool is_blank(char c);
/// Without blanks, CR and TAB among them, at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace mailhaul::account
