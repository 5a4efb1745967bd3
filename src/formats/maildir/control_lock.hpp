#pragma once

#include <string>
#include <string_view>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/dotlock.hpp"

namespace mailhaul::formats::maildir {

/// `dovecot-uidlist.lock`, with which Dovecot guards the UID list and the keyword file (maildir.md section 4). Waited
/// for as long as the context says, then Error(locked, folder).
[[nodiscard]] fs::Dotlock take_control_lock(const Context& context, const fs::Directory& home, const fs::Birth& birth,
                                            const std::string& folder, std::string_view doing);

}  // namespace mailhaul::formats::maildir
