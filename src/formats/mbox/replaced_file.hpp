#pragma once

#include <cstdint>
#include <string>

#include "lock.hpp"
#include "mailbox_file.hpp"
#include "mailhaul/fs/stand_in.hpp"

namespace mailhaul::formats::mbox {

/// The file that an mbox was before it was rewritten. Another program that has it open may still write behind its end,
/// and wait for its lock to do so: that mail must come into the new one. So it keeps a name for a while, which says all
/// that a later run must know when this one is killed:
///
///   name = prefix inode-of-the-old "-" inode-of-the-new "-" octets-of-the-old mark-of-the-mailbox
///
/// Where the name stands for the new file the run was killed before it was exchanged; for a third one, when another
/// program was faster: that one is left alone.
class ReplacedFile {
 public:
  [[nodiscard]] static std::string name_for(const MailboxFile& mailbox, const fs::Status& old, const fs::FileId& now);

  /// `size_octets`: how much of the file the new one was made of.
  ReplacedFile(fs::StandIn stand_in, fs::File file, std::uint64_t size_octets)
      : stand_in_(std::move(stand_in)), file_(std::move(file)), size_octets_(size_octets) {}

  [[nodiscard]] const fs::File& file() const { return file_; }
  /// What came to it goes into the mailbox, then its name goes. When that fails a finding says so, and a later run does
  /// it. Waits for locks as everybody here; the mailbox must not be locked by us.
  void settle(const MailboxFile& mailbox, const fs::Birth& lock_birth);
  /// Whether it is one's name, of this mailbox.
  [[nodiscard]] static bool is_left_over(const MailboxFile& mailbox, const std::string& name);
  /// The same of one that a killed run has left beside this mailbox; other names are passed over.
  static void settle_left_over(const MailboxFile& mailbox, std::string name, const fs::Birth& lock_birth);

 private:
  void take_over(const MailboxFile& mailbox, WriteLock& lock, std::uint64_t end) const;
  void wait_and_settle(const MailboxFile& mailbox, const fs::Birth& lock_birth);
  [[nodiscard]] bool has_grown() const { return file_.status_now().size_octets > size_octets_; }

  fs::StandIn stand_in_;
  fs::File file_;
  std::uint64_t size_octets_;
};

}  // namespace mailhaul::formats::mbox
