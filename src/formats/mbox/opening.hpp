#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/io/compression.hpp"
#include "split_rules.hpp"

namespace mailhaul::formats::mbox {

/// How a file is read as an mbox, and why. Dovecot opens a file only when its first line is a postmark; from a source
/// everything is taken that has a postmark at all.
struct Opening {
  /// What stands before the first message.
  enum class Before : std::uint8_t {
    nothing,
    blank,  ///< line ends, a byte order mark
    text,   ///< something else: not read, so it must be told
  };

  bool is_readable = false;
  std::string text{};  ///< one sentence, what was seen; may hold octets of the file
  SplitRules rules{};
  Before before = Before::nothing;
  std::optional<io::Compression> compression{};  ///< of the whole file; then offsets are those of the plain octets
};

/// How far is looked.
enum class Depth : std::uint8_t {
  beginning,  ///< for detection: a text is not taken for mail because of a line somewhere in it
  whole,      ///< the operator says that it is an mbox
};

/// What is compressed as a whole is judged by what is inside. Error(io_error, message); Error(usage, run) for a
/// FromLine that stands nowhere. With Depth::whole what decompression says, of scope message or folder, when no mail
/// came before.
[[nodiscard]] Opening look_for_mail(const fs::File& file, Side side, const SourceOptions& options, Depth depth);

/// What the first octets of a file say; `whole` when it holds no others. Without FromLines and searching.
[[nodiscard]] Opening judge_opening(std::string_view text, bool whole, PostmarkRule rule);

}  // namespace mailhaul::formats::mbox
