#pragma once

#include <cstddef>
#include <string_view>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// Takes the file of a list to pieces, which `:include:` names (Exim's specification, "Redirection lists"): a line is
/// what may stand behind the key of an alias (destinations.hpp): its end ends an item as a comma does, within quotes
/// too, and '#' makes the rest of it a comment.
///
/// All of it or nothing: a list whose programs or files went missing would look like one that is whole. Nor are there
/// members where a line holds another list, a refusal, or what nobody understands; or where there are more than `most`.
[[nodiscard]] store::ListFile parse_list(std::string_view text, std::size_t most);

}  // namespace mailhaul::account::cpanel
