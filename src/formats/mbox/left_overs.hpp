#pragma once

#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

/// Mends and takes away what killed runs have left in and beside this mailbox, under its locks; where there is nothing
/// of them it costs a listing of the directory. What fails is a finding, and is done by a later run.
void settle_left_overs(const MailboxFile& mailbox, const fs::Birth& lock_birth);

}  // namespace mailhaul::formats::mbox
