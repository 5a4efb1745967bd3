#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mailhaul/base/bytes.hpp"

namespace mailhaul::formats::maildir {

/// Whether a file of that name beside cur, new and tmp is part of a Maildir: of Dovecot, of Courier, of this program
/// (maildir.md section 5). Everything else there is somebody's own and left alone.
[[nodiscard]] bool is_mail_file(std::string_view name);
/// The same of a directory, all of which is.
[[nodiscard]] bool is_mail_directory(std::string_view name);
/// Caches of a server: of a folder, or of the list of folders.
[[nodiscard]] bool is_index_file(std::string_view name);
[[nodiscard]] bool is_folder_index_file(std::string_view name);

inline constexpr std::size_t index_beginning_octets = 32;
/// The UIDVALIDITY in the first octets of a `dovecot.index`; nothing where it has none or is of another kind.
[[nodiscard]] std::optional<std::uint32_t> validity_in_index(Bytes beginning);

}  // namespace mailhaul::formats::maildir
