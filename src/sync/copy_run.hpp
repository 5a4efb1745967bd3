#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "differences.hpp"
#include "folder_settler.hpp"
#include "listing.hpp"
#include "mailhaul/sync/copier.hpp"
#include "settling.hpp"

namespace mailhaul::sync {

/// One run, in the order of architecture.md section 4: list both sides, compare with the ledger, guard, settle what
/// rows know, bring what is new, move, record. Each phase has a file of its own.
class CopyRun {
 public:
  CopyRun(store::MessageSource& source, store::MessageStore& target, const Memory& memory, const Options& options,
          Findings& findings, Observer& observer, const StopRequest& stop)
      : source_(source),
        target_(target),
        memory_(memory),
        ledger_(memory.ledger),
        options_(options),
        findings_(findings),
        observer_(observer),
        stop_(stop),
        differences_(ledger_),
        settling_{source,     target,     ledger_,   ledger_.is_new() ? nullptr : &memory.confirmation,
                  options,    findings,   observer,  stop,
                  abandoned_, memory.run, vanished_, moves_,
                  put_off_,   goes_to_} {}

  [[nodiscard]] Outcome go();

 private:
  /// Sums of one source folder.
  struct Unplaced {
    std::uint64_t rows = 0;
    std::uint64_t at_source = 0;
  };
  [[nodiscard]] std::size_t jobs() const;
  void check_stop() const;

  // --- 1 list -----------------------------------------------------------------------------------------------------

  [[nodiscard]] Trust trust(store::MessageSource& store, Side side) const;
  /// Folders of one side, and where their listings go.
  using Wanted = std::vector<std::pair<store::FolderRef, Listing*>>;
  /// Both sides at once where there are threads for both, each by as many as its store and its half allow.
  void list_all(const Wanted& targets, const Wanted& sources);
  /// What is to be read: folders that did not change cost a stamp, and have their listings when this returns.
  [[nodiscard]] std::vector<std::function<void()>> readings_of(store::MessageSource& store, Side side,
                                                               const Wanted& wanted);
  [[nodiscard]] std::optional<Listing> unchanged_or_nothing(store::MessageSource& store, Side side,
                                                            const store::FolderRef& folder, Trust trusted);
  /// Places for listings of more folders of the target; good until the next call.
  [[nodiscard]] Wanted want_targets(const std::vector<store::FolderRef>& folders);
  void take_targets(const Wanted& listed);
  void list();

  // --- 2 compare --------------------------------------------------------------------------------------------------

  void compare();
  [[nodiscard]] bool all_targets_are_listed() const;
  /// What is missing may lie in a folder that could not be listed, as what a run left there may have left it: its row
  /// keeps both ends, and the next run looks for it again. What left its place at the source as well may still appear
  /// elsewhere there.
  void leave_missing_unplaced();
  void list_both_again(const ledger::Row& row);
  void tell_unlisted();
  [[nodiscard]] bool is_planned(Side side, const store::FolderRef& folder) const;
  void guard_against_loss();
  [[nodiscard]] bool is_another_store(const std::optional<ledger::Folder>& folder) const;
  /// As if no run had ever copied it. What has left its place at the source may appear elsewhere: as new mail.
  void restore(const RowChange& change);
  /// How much there is to do, for who watches.
  void begin();
  [[nodiscard]] bool was_given(const FolderTask& task);
  void announce();

  // --- 3 settle what rows know ------------------------------------------------------------------------------------

  void settle_rows_of_all();
  /// Where handles don't last, what was rewritten has its messages elsewhere; what is new is compared with them.
  void list_again();
  static bool is_vanished(const RowChange& change);
  [[nodiscard]] bool has_vanished(ledger::FolderId target);
  void note_vanished();
  [[nodiscard]] bool is_compared_with(const store::FolderRef& target) const;

  // --- 4 bring what is new ----------------------------------------------------------------------------------------

  void bring_new();
  /// Worth a thread.
  [[nodiscard]] bool has_work(const FolderPlan& plan);

  // --- 5 close ----------------------------------------------------------------------------------------------------

  void close();
  void make_moves();
  void record_move(const Move& move, const store::Receipt& receipt);
  /// What this run, or one that was killed, carried to another folder is still where it was.
  void expunge_left_behind();
  /// What left the source and appeared nowhere else. Where a folder was not seen whole it may lie there: then its row
  /// stays as it was and its folder is listed again, or the next run would bring it as another message.
  void record_gone();
  /// R2: what another store, or a folder that was made anew, does not have says nothing of what the old one had.
  /// Nothing: the folder can't be asked now.
  [[nodiscard]] std::optional<bool> is_another_source(ledger::FolderId id);
  /// Last of all, when every copy is durable (R3).
  void remove_gone();
  /// What left one folder may lie in another by now: where that one was not seen whole it only looks removed (R2).
  [[nodiscard]] bool has_lost_a_part(const FolderOutcome& outcome) const;
  void tell_what_stays(const FolderOutcome& outcome);
  [[nodiscard]] bool all_were_seen();

  template <class Wanted>
  [[nodiscard]] const FolderOutcome* find_outcome(Wanted wanted) const {
    for (const auto& outcomes : outcomes_)
      for (const FolderOutcome& outcome : outcomes)
        if (wanted(outcome)) return &outcome;
    return nullptr;
  }

  /// R2: what a source folder does not have counts only when all of it was seen, and there is some.
  [[nodiscard]] bool is_evidence(const FolderOutcome& outcome);
  /// Stamps, last: they say that the rows agree with the folder.
  void record_folders();
  /// False: it had none.
  bool forget_stamp(const std::optional<ledger::Folder>& folder);
  void record_source(const FolderTask& task, const FolderOutcome& outcome);

  // --- the sums ---------------------------------------------------------------------------------------------------

  void sum_up();
  /// Their rows have both ends, but nobody has seen them at the target.
  void count_unplaced();
  void count(FolderOutcome& outcome);

  store::MessageSource& source_;
  store::MessageStore& target_;
  const Memory& memory_;
  ledger::Ledger& ledger_;
  const Options& options_;
  Findings& findings_;
  Observer& observer_;
  const StopRequest& stop_;
  StopRequest abandoned_;

  std::vector<FolderTask> plan_{};
  std::vector<Listing> targets_{};
  std::set<store::FolderRef> listed_{};
  std::map<store::FolderRef, const Listing*> target_of_{};
  std::map<store::FolderRef, Listing> sources_{};
  Differences differences_;
  std::set<ledger::RowId> restored_{};
  Vanished vanished_{};
  Moves moves_{};
  PutOff put_off_{};
  std::map<ledger::FolderId, store::FolderRef> goes_to_{};
  Settling settling_;

  std::vector<std::vector<FolderOutcome>> outcomes_{};
  std::set<store::FolderRef> written_{};    ///< at the target, in this run
  std::set<ledger::FolderId> undecided_{};  ///< of the source: of a message that was in them the next run has to decide
  std::set<ledger::RowId> unplaced_{};      ///< where they are at the target is not known
  std::set<ledger::RowId> left_unplaced_{};  ///< of these: what left the source
  std::map<ledger::FolderId, Unplaced> unplaced_of_{};
  std::map<ledger::FolderId, std::uint64_t> flags_changed_{};
  std::map<ledger::FolderId, std::uint64_t> deleted_{};
  bool rows_complete_ = true;
  Outcome result_{};
};

}  // namespace mailhaul::sync
