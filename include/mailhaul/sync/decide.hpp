#pragma once

#include "mailhaul/store/message.hpp"

namespace mailhaul::sync {

/// What to change at the target of a message found there by content, without a record of an earlier run (safety.md
/// section 4): Seen, Answered, Flagged and Passed are united; Draft and Deleted are the target's; keywords are united
/// by name. Nothing is ever removed. Pure.
[[nodiscard]] store::FlagChange unite_flags(mail::FlagSet source_flags, const mail::KeywordSet& source_keywords,
                                            mail::FlagSet target_flags, const mail::KeywordSet& target_keywords);

}  // namespace mailhaul::sync
