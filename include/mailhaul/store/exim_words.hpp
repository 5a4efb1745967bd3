#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace mailhaul::store {

/// A word of an Exim filter; brackets are words of their own. Views into the text.
struct EximWord {
  std::size_t begin = 0;
  std::size_t end = 0;     ///< behind the last octet, the closing quote included
  bool is_quoted = false;  ///< "…"; backslashes in it stand as they are
};

/// Words in their order, without the comments: `#` at the beginning of a word, to the end of the line (Exim's interface
/// to mail filtering, 3.2). A quote that is not closed ends with the text.
[[nodiscard]] std::vector<EximWord> exim_words(std::string_view text);

/// Exim takes a file for a filter by its first line alone: `# Exim filter`, in any case.
[[nodiscard]] bool is_exim_filter(std::string_view text);

}  // namespace mailhaul::store
