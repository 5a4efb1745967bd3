#pragma once

#include <string>
#include <vector>

#include "formats/dovecot/subscription_file.hpp"
#include "mailhaul/formats/context.hpp"

namespace mailhaul::formats::dovecot {

/// A list of subscriptions in its directory, and how its layout joins levels.
struct SubscriptionPlace {
  const fs::Directory& directory;
  const char* name;
  char separator;
};

/// Nothing when there is no such file. Errors as read_control_file; Error(limit, folder) for one of far too many names.
[[nodiscard]] std::optional<std::vector<StoredName>> read_subscriptions(const SubscriptionPlace& place);

/// Adds what is missing, under the server's own lock; removes nothing, and writes nothing when nothing is missing.
/// Error(locked, folder) when the lock can't be had, or somebody keeps changing the list.
void write_subscriptions(const Context& context, const SubscriptionPlace& place, const std::vector<StoredName>& names,
                         const fs::Birth& birth);

}  // namespace mailhaul::formats::dovecot
