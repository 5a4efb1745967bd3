#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::formats::mbox {

/// The X-IMAPbase (or X-IMAP) field of an mbox's first message: what it says and where, so that it can be filled in
/// place. mbox.md section 5.
struct BaseLine {
  mail::ImapBase says{};
  std::uint64_t last_uid_at = 0;
  std::size_t last_uid_width = 0;
  std::uint64_t keywords_at = 0;  ///< behind the last UID
  std::size_t keywords_room = 0;  ///< up to the end of the line; 0: nothing can be added (folded, or over a limit)

  /// The number as wide as it stands there; nothing when it does not fit.
  [[nodiscard]] std::optional<std::string> last_uid_text(mail::Uid last) const;
  /// All names, with blanks up to the end of the line; nothing when they do not fit.
  [[nodiscard]] std::optional<std::string> keywords_text(const std::vector<std::string>& names) const;
};

/// In a header block, or lines of one, that begins at `offset`. The first good one counts.
[[nodiscard]] std::optional<BaseLine> find_base_line(std::string_view header, std::uint64_t offset);

}  // namespace mailhaul::formats::mbox
