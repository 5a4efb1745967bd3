#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mailhaul::formats::archive {

enum class MemberKind : std::uint8_t {
  file,
  directory,
  symlink,
  hard_link,  ///< the content of another member, seen before it
  special,    ///< a device or FIFO
  foreign,    ///< S6: a file, or a hard link to one, of somebody else than whose it should be (Options::OneOwner)
};

/// One member of an archive, as data: nothing of it is ever followed or made (S12). Views live as long as the archive.
struct Member {
  std::uint32_t number = 0;  ///< its place in storage order, from 0
  std::string_view name{};   ///< the last component
  MemberKind kind = MemberKind::special;
  std::uint64_t size_octets = 0;  ///< of a file, or of what a hard link shares
  std::int64_t modified_seconds = 0;
  std::uint32_t mode = 0;          ///< 07777 bits
  std::string_view link_target{};  ///< of a symlink
  /// The member whose content is this one's: of a file itself, of a hard link another. Nothing: it has none, or none
  /// that is in the archive, whole and under a name that can be.
  std::optional<std::uint32_t> content{};
  bool is_hollow = false;  ///< S13: a sparse file that says to be far larger than what is stored of it
};

}  // namespace mailhaul::formats::archive
