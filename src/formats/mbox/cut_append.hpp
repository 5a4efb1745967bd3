#pragma once

#include <string>

#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

enum class CutAppend {
  not_ours,  ///< another file, or not the runner's
  locked,    ///< another program holds the mailbox's lock: nothing was looked at, and nothing told
  settled    ///< or it was told why not
};

/// What a run that was killed while it appended has left under `name` (StagedAppend); other names are passed over.
///
/// Behind the octets that the mailbox had stands what was staged, up to where the run was killed. The message that it
/// was killed in goes: what is removed is, octet for octet, a beginning of what was staged, and of no message the
/// whole. What another program delivered behind it stays. Where a server has changed lines of the headers since,
/// messages are compared instead (find_append); what is not made out is told. The name goes. When that fails a finding
/// says so, and a later run does it. Waits for the mailbox's locks; Error(stopped).
[[nodiscard]] CutAppend settle_cut_append(const MailboxFile& mailbox, const std::string& name,
                                          const fs::Birth& lock_birth);

}  // namespace mailhaul::formats::mbox
