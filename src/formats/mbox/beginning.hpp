#pragma once

#include <string>
#include <string_view>

#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// What the first octets of a file say.
struct Beginning {
  bool is_mbox = false;  ///< empty, or the first line is a postmark
  bool is_empty = false;
  std::string text{};  ///< one sentence, what was seen; may hold octets of the file
};

/// Error(io_error, message).
[[nodiscard]] Beginning look_at_beginning(const fs::File& file);

/// The same of octets in memory; `whole` when the file holds no others.
[[nodiscard]] Beginning judge_beginning(std::string_view text, bool whole);

}  // namespace mailhaul::formats::mbox
