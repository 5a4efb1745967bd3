#pragma once

#include <string>

#include "account/mail_places.hpp"
#include "mailhaul/account/cpanel/layout.hpp"

namespace mailhaul::account::cpanel {

/// A mailbox of a layout, for those who open it.
[[nodiscard]] MailPlace place_of(const MailboxPlace& mailbox);
/// Of one that is at `path` below the home, or shall be.
[[nodiscard]] MailPlace place_at(const std::string& name, const std::string& path);

}  // namespace mailhaul::account::cpanel
