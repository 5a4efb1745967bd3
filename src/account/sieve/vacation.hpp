#pragma once

#include <string>
#include <vector>

#include "account/sieve/sieve_text.hpp"
#include "mailhaul/account/sieve/script.hpp"

namespace mailhaul::account::sieve {

/// The responder as a `vacation` (RFC 5230; targets.md 5.2). A message for which one of `refusing_tests` is true is not
/// answered: it is refused later in the script, and both at once is an error of the whole run.
[[nodiscard]] Part vacation_part(const MailboxRules& rules, const Options& options,
                                 const std::vector<std::string>& refusing_tests, const Needs& refusing_needs);

}  // namespace mailhaul::account::sieve
