#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "folder_changes.hpp"
#include "lock.hpp"
#include "mailbox_file.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "replaced_file.hpp"
#include "rewrite_plan.hpp"
#include "stage.hpp"

namespace mailhaul::formats::mbox {

/// Changes flags of messages that stand in an mbox, and takes messages out of it, by making it anew (D6, S8): a new
/// file, whole and durable, takes the place of the old one, under the locks of both. At each instant the one or the
/// other has the mailbox's name. Everything but the lines of the flags keeps its octets. One thread.
class Rewriter {
 public:
  Rewriter(const MailboxFile& mailbox, const fs::Birth& lock_birth, SourceOptions reading)
      : mailbox_(mailbox), lock_birth_(lock_birth), reading_(std::move(reading)) {}
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;
  ~Rewriter() { settle(); }

  /// One outcome for each of asked.changes(). Offsets hold only under the stamp that was named for them: when the file
  /// has another one nothing is done. Afterwards `lock` is that of the new file.
  [[nodiscard]] std::vector<store::Receipt::Outcome> apply(WriteLock& lock, const FolderChanges& asked);
  /// Takes octets [begin, end) out, which readers take for a message or for the end of one; another begins behind them.
  /// Afterwards `lock` is that of the new file. False: another program put a file in the mailbox's place.
  /// Error(unsupported, folder): it can't be done, or what is left would be read in another way.
  [[nodiscard]] bool cut_out(WriteLock& lock, std::uint64_t begin, std::uint64_t end);
  /// What came to the replaced files meanwhile goes into the mailbox, which must not be locked by us.
  void settle();
  void tell_findings();

 private:
  [[nodiscard]] bool replace(WriteLock& lock, const RewritePlan& plan, const SplitRules& rules);
  void copy(WriteLock& lock, std::uint64_t size_octets, const TextEdits& edits, Stage& stage) const;
  void refuse(std::string why, const std::vector<store::Receipt::Outcome>& wanted);

  const MailboxFile& mailbox_;
  fs::Birth lock_birth_;
  SourceOptions reading_;
  std::vector<ReplacedFile> replaced_{};
  std::string refusal_{};  ///< why it can't be done here
  std::uint64_t refused_ = 0;
  std::uint64_t lost_lines_ = 0;
  std::uint64_t lost_keywords_ = 0;
  std::uint64_t lost_mozilla_ = 0;
};

}  // namespace mailhaul::formats::mbox
