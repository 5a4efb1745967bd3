#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailhaul::formats::mboxdir {

/// Why a file or directory can't have the plain name of its folder.
enum class Mark : std::uint8_t {
  children,  ///< "A-sub-1f3a9c": the directory of the children of A, which is a file (mbox.md section 7)
  messages,  ///< "A-mail-1f3a9c": the file of A, whose own name is that of a directory or of something else
};

inline constexpr std::size_t longest_mark_octets = std::string_view("-mail-1f3a9c").size();

/// The name with its mark. The six digits are a hash of the name before them: so a folder that somebody has called
/// "A-sub" is never taken for one of ours, and what is ours is read again as what it was.
[[nodiscard]] std::string marked(std::string_view name, Mark mark);

/// The name without that mark, each time it stands there; the whole name when it doesn't.
[[nodiscard]] std::string_view unmarked(std::string_view name, Mark mark);

/// Whether it ends in either mark: no folder's own name may, or two folders could be one file.
[[nodiscard]] bool is_marked(std::string_view name);

}  // namespace mailhaul::formats::mboxdir
