#pragma once

#include <map>
#include <optional>
#include <string>

#include "formats/archive/index.hpp"
#include "formats/archive/oddities.hpp"
#include "formats/archive/pass.hpp"
#include "mailhaul/formats/archive/archive.hpp"

namespace mailhaul::formats::archive {

/// What the first pass over an archive found.
struct Indexed {
  Index index{};
  std::map<std::uint32_t, std::string> kept{};  ///< by member
  std::optional<Error> damage{};
};

/// Goes through all of `pass`. Error(not_a_store, message): it is no tar. Error(limit, run): too many members.
[[nodiscard]] Indexed index_members(Pass& pass, const Options& options, const std::string& place, Side side,
                                    Findings& findings);

}  // namespace mailhaul::formats::archive
