#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::mboxdir {

/// What pipermail and others put behind the name of an mbox.
inline constexpr std::string_view mbox_suffix = ".mbox";

/// Names that are no mailboxes: hidden ones (`.imap`, `.subscriptions`), locks, Thunderbird's indexes, and files of
/// ours that are not finished.
[[nodiscard]] bool is_passed_over(std::string_view name);

/// The file or directory name of one level; nothing when no such name would be read again (mbox.md section 7), or when
/// it is too long to be locked.
[[nodiscard]] std::optional<std::string> name_of_level(std::string_view utf8);

/// "inbox", "INBOX"
[[nodiscard]] bool is_inbox_name(std::string_view name);

[[nodiscard]] bool has_mbox_suffix(std::string_view name);

/// Without the suffix that says how the file is compressed ("2016-April.txt.gz"), where it has the right one.
[[nodiscard]] std::string_view without_compression_suffix(std::string_view name,
                                                          std::optional<io::Compression> compression);

}  // namespace mailhaul::formats::mboxdir
