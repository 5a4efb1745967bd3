#pragma once

#include <string>
#include <vector>

#include "mailhaul/account/sieve/script.hpp"

namespace mailhaul::account::sieve {

/// Whether a section has a rule for it.
[[nodiscard]] bool has_spam_rule(const store::Spam& spam, const Options& options);

/// The rule that files spam (targets.md 5.4). `asks_delivered`: not what a filter filed already.
[[nodiscard]] Part spam_part(const store::Spam& spam, const Options& options, bool asks_delivered);

}  // namespace mailhaul::account::sieve
