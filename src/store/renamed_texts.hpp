#pragma once

#include <string>
#include <string_view>

#include "mailhaul/store/renaming.hpp"

/// The pieces that `renamed` is made of: each gives the text as it was where nothing in it is renamed.
namespace mailhaul::store {

[[nodiscard]] std::string renamed_domain(std::string_view domain, const Renaming& renaming);
/// The new name of a mailbox that has one of its own; null: none.
[[nodiscard]] const std::string* name_of_mailbox(std::string_view address, const Renaming& renaming);
/// One address; what is none stays.
[[nodiscard]] std::string renamed_address(std::string_view address, const Renaming& renaming);
/// Every `@domain` of a text.
[[nodiscard]] std::string with_renamed_addresses(std::string_view text, const Renaming& renaming);
/// A text that is one path: below a home, or below `$home`.
[[nodiscard]] std::string renamed_path(std::string_view path, const Renaming& renaming);
/// Every path in a command line.
[[nodiscard]] std::string with_renamed_paths(std::string_view command, const Renaming& renaming);

}  // namespace mailhaul::store
