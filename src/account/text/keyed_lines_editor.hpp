#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account {

/// Many changes of one such list (keyed_lines.hpp), for which it is read once and made anew once.
class KeyedLinesEditor {
 public:
  explicit KeyedLinesEditor(std::string text);

  /// As with_line() does.
  void set(std::string_view local_part, const std::vector<std::string>& fields);
  /// As without_line() does.
  void remove(std::string_view local_part);

  [[nodiscard]] std::string text() const;

 private:
  std::string text_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> stored_{};  ///< by local part its lines, from 0
  std::map<std::string, std::optional<std::string>> changes_{};            ///< the new line; unset: removed
  std::vector<std::string> added_{};                                       ///< local parts, in the order of the calls
};

}  // namespace mailhaul::account
