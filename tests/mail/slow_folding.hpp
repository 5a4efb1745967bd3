#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::mail::test {

[[nodiscard]] inline bool begins_with_store_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::size_t name = line.substr(0, colon).find_last_not_of(" \t") + 1;
  return colon - name <= blanks_before_colon_limit && is_store_header(line.substr(0, name));
}

/// The folding as its definition says it: the whole text at once, line by line, no state but where the header ends.
[[nodiscard]] inline std::string slowly_folded(std::string_view text) {
  std::string out;
  bool in_header = true;
  bool dropping = false;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const bool ended = newline != std::string_view::npos;
    std::string line(text.substr(0, newline));
    text.remove_prefix(line.size() + (ended ? 1 : 0));
    if (ended && !line.empty() && line.back() == '\r') line.pop_back();
    if (ended && line.empty()) in_header = false;
    const bool continues = !line.empty() && (line[0] == ' ' || line[0] == '\t');
    if (in_header && !continues) dropping = begins_with_store_header(line);
    if (in_header && dropping) continue;
    const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    if (line.compare(quotes, 5, "From ") == 0) line.erase(0, quotes);
    out += line;
    if (ended) out += '\n';
  }
  return out.erase(out.find_last_not_of("\r\n") + 1);
}

}  // namespace mailhaul::mail::test
