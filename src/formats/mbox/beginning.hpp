#pragma once

#include <string>
#include <string_view>

#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::mbox {

/// What the first octets of a file say to Dovecot, and so to whoever shall append to it. What can be read all the same
/// is told by Opening.
struct Beginning {
  bool is_mbox = false;  ///< empty, or the first line is a postmark
  bool is_empty = false;
  bool is_other_format = false;  ///< it begins as another known format does
  std::string text{};            ///< one sentence, what was seen; may hold octets of the file
};

/// Error(io_error, message).
[[nodiscard]] Beginning look_at_beginning(const fs::File& file);

/// The same of octets in memory; `whole` when the file holds no others.
[[nodiscard]] Beginning judge_beginning(std::string_view text, bool whole);

/// Whether the first two lines end in CR alone, as on old Macs. One alone may be an accident.
[[nodiscard]] bool has_cr_line_ends(std::string_view text);

}  // namespace mailhaul::formats::mbox
