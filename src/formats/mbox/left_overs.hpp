#pragma once

#include <set>
#include <string>
#include <vector>

#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

/// What killed runs have left in and beside the mailboxes of one store: mended and taken away, under the locks of the
/// mailbox that it is of. What fails is a finding, told once a run, and is done by a later run. One thread.
class LeftOvers {
 public:
  explicit LeftOvers(const fs::Birth& lock_birth) : lock_birth_(lock_birth) {}

  /// Names beside it that may be left-overs, of any mailbox there; where it is missing there are none.
  [[nodiscard]] static std::vector<std::string> names_beside(const MailboxFile& mailbox);

  /// Before anything is listed. `names`: those beside it that may be left-overs. Error(stopped): the run shall end.
  void settle(const MailboxFile& mailbox, std::vector<std::string> names);
  /// At the end: those that were not there before, so that this run has left them.
  void settle_later(const MailboxFile& mailbox, const std::vector<std::string>& names);
  /// All that settle() is for was given to it.
  void began() { has_begun_ = true; }
  /// Before anything is put into it. Error(locked, folder): a message may stand there without its end, and it can't be
  /// taken away now; behind another one it would be hard to find.
  void before_append(const MailboxFile& mailbox);

 private:
  void settle_cut(const MailboxFile& mailbox, const std::vector<std::string>& names);
  void settle_replaced(const MailboxFile& mailbox, const std::vector<std::string>& names) const;

  fs::Birth lock_birth_;
  bool has_begun_ = false;
  std::set<std::string> met_{};     ///< each with its mailbox
  std::set<std::string> locked_{};  ///< mailboxes with a cut append that was not looked at
};

}  // namespace mailhaul::formats::mbox
