#pragma once

#include <string>

#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

/// What a run that was killed while it appended has left under `name` (StagedAppend); other names are passed over.
///
/// Behind the octets that the mailbox had stands what was staged, up to where the run was killed. The message that it
/// was killed in goes: what is removed is, octet for octet, a beginning of what was staged, and of no message the
/// whole. What another program delivered behind it stays. Where anything else stands the append was whole, or the
/// mailbox is another by now, and nothing is changed. The name goes. When that fails a finding says so, and a later run
/// does it. Waits for the mailbox's locks.
void settle_cut_append(const MailboxFile& mailbox, const std::string& name, const fs::Birth& lock_birth);

}  // namespace mailhaul::formats::mbox
