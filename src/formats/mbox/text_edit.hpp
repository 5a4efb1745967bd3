#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace mailhaul::formats::mbox {

/// Octets [at, at + length) become `text`; with length 0 it is put in before them.
struct TextEdit {
  std::uint64_t at = 0;
  std::uint64_t length = 0;
  std::string text{};
};

/// Ascending, none over another; of those at one place the first comes first.
using TextEdits = std::vector<TextEdit>;

inline void sort_edits(TextEdits& edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) { return a.at < b.at; });
}

/// By how much they make the text longer; less than 0: shorter.
[[nodiscard]] inline std::int64_t growth_of(const TextEdits& edits) {
  std::int64_t growth = 0;
  for (const TextEdit& edit : edits)
    growth += static_cast<std::int64_t>(edit.text.size()) - static_cast<std::int64_t>(edit.length);
  return growth;
}

}  // namespace mailhaul::formats::mbox
