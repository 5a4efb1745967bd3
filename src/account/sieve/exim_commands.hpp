#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::sieve {

/// A command of an Exim filter that does something.
struct EximCommand {
  std::string name{};
  std::size_t line = 0;  ///< from 1
};

/// In their order; the words `if`, `then`, `else` and `endif` do nothing themselves, and the line that a panel puts on
/// top of each file, "if not first_delivery and error_message then finish endif", is not told.
[[nodiscard]] std::vector<EximCommand> exim_commands(std::string_view exim);

/// "save in line 5, vacation in line 9"; not too long.
[[nodiscard]] std::string told(const std::vector<EximCommand>& commands);

/// Whether the Exim text, which is what is done, does what the list says, which is for editing: as many messages filed,
/// forwarded, refused and given to programs. Without such a text the list is all there is.
[[nodiscard]] bool does_what_the_list_says(const store::Filters& filters);

}  // namespace mailhaul::account::sieve
