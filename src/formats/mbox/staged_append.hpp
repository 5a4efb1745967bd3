#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lock.hpp"
#include "mailbox_file.hpp"
#include "mailhaul/fs/stand_in.hpp"
#include "stage.hpp"

namespace mailhaul::formats::mbox {

/// Staged octets while they are put behind the last of a mailbox. They keep a name beside it until they are durable
/// there (D6): a run that is killed in the middle leaves a message without its end, and by that name the next one knows
/// it for that and takes it away (settle_cut_append).
///
/// The name begins with a dot and ends as that of a lock, so that no server lists it as a folder (mbox.md section 7;
/// Dovecot passes over only the latter). The file stays the runner's.
///
///   name = "." prefix "append-" inode-of-the-mailbox "-" octets-of-the-mailbox "-" line-ends-before "-" own-inode
///          mark-of-the-mailbox ".lock"
class StagedAppend {
 public:
  struct Said {
    std::uint64_t mailbox_inode = 0;
    std::uint64_t mailbox_octets = 0;  ///< before the append
    std::uint64_t line_ends = 0;       ///< LFs that are put before what was staged
    std::uint64_t own_inode = 0;
  };
  /// What a name says; nothing: it is none of these.
  [[nodiscard]] static std::optional<Said> read(const MailboxFile& mailbox, std::string_view name);

  /// Gives the stage its name; durable as the rules say. Nothing is written to it any more.
  StagedAppend(const MailboxFile& mailbox, const WriteLock& lock, std::string_view line_ends, Stage& stage);
  StagedAppend(const StagedAppend&) = delete;
  StagedAppend& operator=(const StagedAppend&) = delete;
  /// The name goes when the mailbox is as long as it was; else it stays for the next run.
  ~StagedAppend();

  /// They are durable in the mailbox. Its name is gone for good only after MailboxFile::settle_directory().
  void done() noexcept;

 private:
  const WriteLock& lock_;
  std::uint64_t mailbox_octets_ = 0;
  std::optional<fs::StandIn> stand_in_{};
};

/// Puts what was staged behind the last of the mailbox, as append_octets does, and before it the line ends that must be
/// there. Returns where its first octet now is.
std::uint64_t append_staged(const MailboxFile& mailbox, WriteLock& lock, Stage& stage);

}  // namespace mailhaul::formats::mbox
