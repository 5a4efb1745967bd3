#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

/// Filters' texts with other destinations in them, all other octets kept. No parser of YAML is asked: a text that goes
/// through one and back is another text.
namespace mailhaul::store {

/// Of an action ("save") and its destination the new destination.
using NewDestination = std::function<std::string(std::string_view action, std::string_view destination)>;

/// Arguments of `save`, `pipe` and `deliver`, quoted or not.
[[nodiscard]] std::string with_exim_destinations(std::string_view text, const NewDestination& changed);

/// The value of every `dest:`, of which the list tells which action it belongs to. Nothing where the text's
/// destinations, in their order, are not those of the list.
[[nodiscard]] std::optional<std::string> with_yaml_destinations(std::string_view text, const std::vector<Filter>& list,
                                                                const NewDestination& changed);

}  // namespace mailhaul::store
