#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/mboxdir/marked_name.hpp"
#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::mboxdir {

/// A name gets at most so many marks.
inline constexpr std::size_t most_marks = 2;
/// 255 less what a dotlock and the marks add.
inline constexpr std::size_t longest_name_octets =
    255 - std::string_view(".lock").size() - most_marks * longest_mark_octets;
/// S13. Deeper trees are nobody's mail: how many levels a folder may have.
inline constexpr std::size_t deepest_folder = 33;

/// What pipermail and others put behind the name of an mbox. In the root of a tree it is no part of the folder's name;
/// each file is judged by itself, or a file more would give all the others new names and the next run copied them once
/// more. A folder that is really called so gets a mark.
inline constexpr std::string_view mbox_suffix = ".mbox";

/// Names that are no mailboxes: hidden ones (`.imap`, `.subscriptions`), locks, Thunderbird's indexes, and files of
/// ours that are not finished.
[[nodiscard]] bool is_passed_over(std::string_view name);
[[nodiscard]] bool is_passed_over_by_beginning(std::string_view name);
[[nodiscard]] bool is_passed_over_by_end(std::string_view name);
/// A file of ours that is not finished.
[[nodiscard]] bool is_temporary(std::string_view name);
/// Of a name that is passed over: whether mail in it is worth telling. Not in copies of ours, nor in Dovecot's indexes.
[[nodiscard]] bool can_hide_mail(std::string_view name);

/// The file or directory name of one level; nothing when no such name would be read again (mbox.md section 7) or not as
/// what it is, or when it is too long to be locked. What has no such name gets a fitting_name() first.
[[nodiscard]] std::optional<std::string> name_of_level(std::string_view utf8);

/// "inbox", "INBOX"
[[nodiscard]] bool is_inbox_name(std::string_view name);

[[nodiscard]] bool has_mbox_suffix(std::string_view name);

/// Without the suffix that says how the file is compressed ("2016-April.txt.gz"), where it has the right one.
[[nodiscard]] std::string_view without_compression_suffix(std::string_view name,
                                                          std::optional<io::Compression> compression);

}  // namespace mailhaul::formats::mboxdir
