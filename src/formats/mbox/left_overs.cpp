#include "left_overs.hpp"

#include "cut_append.hpp"
#include "left_over_name.hpp"
#include "replaced_file.hpp"

namespace mailhaul::formats::mbox {

void settle_left_overs(const MailboxFile& mailbox, const fs::Birth& lock_birth) {
  try {
    if (!mailbox.look()) return;  // nothing stands in for what is not there
    // First: a cut end would hide what was moved over already.
    for (const std::string& name : mailbox.names_beginning_with(hidden_beginning))
      settle_cut_append(mailbox, name, lock_birth);
    for (const std::string& name : mailbox.names_beginning_with(fs::NewFile::temporary_prefix))
      ReplacedFile::settle_left_over(mailbox, name, lock_birth);
  } catch (const Error&) {
    // A directory that is not listed, or a file that is not opened, shows nothing; a later run looks again.
  }
}

}  // namespace mailhaul::formats::mbox
