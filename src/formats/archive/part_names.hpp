#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::formats::archive {

/// "cpmove-a.tar.gz.part00002": the archive it is a part of, and which one.
struct PartName {
  std::string_view archive;
  std::uint32_t number = 0;
};
[[nodiscard]] std::optional<PartName> parse_part_name(std::string_view name);

/// The parts of one archive in order.
struct PartSet {
  std::vector<std::string> names{};
  std::string fault{};  ///< why they are not all of it: "part 3 is missing"; empty: they may be
};

/// Picks the parts of `archive` out of the names of a directory. `split` counts from 0, cPanel from 1. That the last
/// one is missing nobody can see here: the archive is then cut short.
[[nodiscard]] PartSet order_parts(const std::vector<std::string>& names, std::string_view archive);

}  // namespace mailhaul::formats::archive
