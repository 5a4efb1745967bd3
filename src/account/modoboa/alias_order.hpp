#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mailhaul::account::modoboa {

/// Where an alias leads, as the importer sees it.
struct AliasWays {
  std::set<std::string> aliases{};  ///< of those that are to be ordered, but itself
  bool has_end = false;             ///< it has a recipient beside them
};

/// All of them, each behind those it leads to. What leads round is begun where there is a way out of it, so that each
/// that has an end at all, by others or not, has a recipient before it. Pure.
[[nodiscard]] std::vector<std::string> in_order(const std::map<std::string, AliasWays>& aliases);

}  // namespace mailhaul::account::modoboa
