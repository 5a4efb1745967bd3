#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mailhaul/store/source.hpp"

namespace mailhaul::store {

/// What a mailbox of the source is called from here on; nothing: it takes no part.
using MailboxMap = std::function<std::optional<std::string>(const std::string& mailbox)>;

/// Shows a source with other names for its mailboxes, and without those that take no part: those of the target. Those
/// that come while it is open take no part. Error(usage, run) where two mailboxes would get one name.
[[nodiscard]] std::unique_ptr<MessageSource> map_mailboxes(std::unique_ptr<MessageSource> source,
                                                           const MailboxMap& map);

}  // namespace mailhaul::store
