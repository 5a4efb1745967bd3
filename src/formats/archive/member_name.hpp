#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mailhaul::formats::archive {

/// Why a member's name leads nowhere (S12).
enum class NameFault : std::uint8_t {
  none,
  empty,     ///< no name, or a component without one ("a//b")
  absolute,  ///< begins with '/'
  parent,    ///< a component is ".."
  dot,       ///< a component behind the first name is "."
  nul,       ///< an octet of 0
  too_long,  ///< a component of more than 255 octets
  too_deep,  ///< S13: more than 64 + 8 components
};
[[nodiscard]] const char* reason_of(NameFault fault);

/// Components of the longest path that is taken: 64 levels of folders, and what stands above them in an account.
inline constexpr std::size_t most_components = 64 + 8;
inline constexpr std::size_t longest_component = 255;

/// Takes the name of a member, or the target of a hard link, apart: "./cpmove-a/homedir/" is "cpmove-a", "homedir".
///
/// "./" before it and '/' behind it mean nothing; "." and "./" are the root, which has no components. With a fault
/// `components` is empty. The views are into `name`.
[[nodiscard]] NameFault split_member_name(std::string_view name, std::vector<std::string_view>& components);

}  // namespace mailhaul::formats::archive
