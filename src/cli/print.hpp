#pragma once

#include <cstdio>
#include <string_view>

namespace mailhaul::cli {

/// A line and its end. A reader that went away (`| head`) or a full disk must not end a copy: the stream remembers its
/// error, and the program looks at it at the end.
inline void print_line(std::FILE* stream, std::string_view line) {
  (void)std::fwrite(line.data(), 1, line.size(), stream);
  (void)std::fputc('\n', stream);
}

}  // namespace mailhaul::cli
