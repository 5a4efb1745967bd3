#include "mailhaul/sync/copier.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "carried.hpp"
#include "differences.hpp"
#include "folder_settler.hpp"
#include "guard.hpp"
#include "mailhaul/base/worker_pool.hpp"
#include "mailhaul/sync/settings.hpp"
#include "removal.hpp"
#include "row_settler.hpp"
#include "settling.hpp"

namespace mailhaul::sync {
namespace {

/// One run, in the order of architecture.md section 4: list both sides, compare with the ledger, guard, settle what
/// rows know, bring what is new, move, record.
class Run {
 public:
  Run(store::MessageSource& source, store::MessageStore& target, const Memory& memory, const Options& options,
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
                  goes_to_} {}

  Outcome go() {
    plan_ = plan_folders(source_, target_.capabilities(), options_, &ledger_);
    try {
      target_.begin();
      list();
      compare();
      begin();
      settle_rows_of_all();
      list_again();
      note_vanished();
      bring_new();
      if (!result_.error) close();
    } catch (const Error& error) {
      if (!result_.error) result_.error = error;
    }
    sum_up();
    return std::move(result_);
  }

 private:
  /// Sums of one source folder.
  struct Unplaced {
    std::uint64_t rows = 0;
    std::uint64_t at_source = 0;
  };

  [[nodiscard]] std::size_t jobs() const {
    return std::min({options_.jobs, source_.capabilities().parallel_folders, target_.capabilities().parallel_folders});
  }

  void check_stop() const {
    stop_.check();
    abandoned_.check();
  }

  // --- 1 list -----------------------------------------------------------------------------------------------------

  [[nodiscard]] Trust trust(store::MessageSource& store, Side side) const {
    const bool replaced = side == Side::source ? memory_.source_replaced : memory_.target_replaced;
    const bool stamps = !options_.checksum && !replaced;
    return {stamps, stamps && store.capabilities().stable_handles};
  }

  /// Each folder into its place; those that did not change cost a stamp, the others are read by as many threads as may.
  void list_all(store::MessageSource& store, Side side,
                const std::vector<std::pair<store::FolderRef, Listing*>>& wanted) {
    const Trust trusted = trust(store, side);
    std::vector<std::function<void()>> tasks;
    for (const auto& [folder, listing] : wanted) {
      check_stop();
      if (auto same = unchanged_or_nothing(store, side, folder, trusted)) {
        *listing = std::move(*same);
        continue;
      }
      tasks.emplace_back([this, &store, side, trusted, folder = folder, listing = listing] {
        *listing = list_folder(store, side, folder, ledger_, trusted, side == Side::target, [this] { check_stop(); });
      });
    }
    run_all(jobs(), tasks);
  }

  [[nodiscard]] std::optional<Listing> unchanged_or_nothing(store::MessageSource& store, Side side,
                                                            const store::FolderRef& folder, Trust trusted) {
    try {
      return unchanged(store, side, folder, ledger_, trusted);
    } catch (const Error& error) {
      if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
      return std::nullopt;  // its listing says so
    }
  }

  void list_targets(const std::vector<store::FolderRef>& folders) {
    const std::size_t first = targets_.size();
    targets_.resize(first + folders.size());
    std::vector<std::pair<store::FolderRef, Listing*>> wanted;
    for (std::size_t i = 0; i < folders.size(); ++i) wanted.emplace_back(folders[i], &targets_[first + i]);
    list_all(target_, Side::target, wanted);
    for (std::size_t i = first; i < targets_.size(); ++i) {
      listed_.insert(targets_[i].folder);
      differences_.add(targets_[i]);
      for (const Unreadable& one : targets_[i].unreadable)  // what no program serves as mail (a symlink)
        findings_.add({FindingKind::unreadable, Weight::note, targets_[i].folder.display(), one.error.place(),
                       std::string("at the target: ") + one.error.what(), 1});
    }
  }

  void list() {
    std::set<store::FolderRef> wanted;
    for (const FolderTask& task : plan_) wanted.insert(task.target);
    // And where their users filed what an earlier run brought.
    for (const ledger::Folder& folder : ledger_.folders(Side::target))
      if (ledger_.has_any(Side::target, folder.id)) wanted.insert(folder.ref);
    list_targets({wanted.begin(), wanted.end()});

    std::vector<std::pair<store::FolderRef, Listing*>> known_sources;
    for (const FolderTask& task : plan_)
      for (const store::FolderRef& folder : task.sources) {
        const auto known = ledger_.find_folder(Side::source, folder);
        // A folder that no run copied from is read as it comes, once.
        if (!known || (!ledger_.has_any(Side::source, known->id) && !known->state.stamp)) continue;
        known_sources.emplace_back(folder, &sources_[folder]);
      }
    list_all(source_, Side::source, known_sources);
    for (const auto& [folder, listing] : known_sources) differences_.add(*listing);
  }

  // --- 2 compare --------------------------------------------------------------------------------------------------

  void compare() {
    if (differences_.misses_any()) {
      // Their user may have filed them in a folder that no run has looked into.
      std::vector<store::FolderRef> others;
      for (const store::Mailbox& mailbox : target_.mailboxes())
        for (const mail::FolderName& folder : mailbox.folders)
          if (listed_.count({mailbox.name, folder}) == 0) others.push_back({mailbox.name, folder});
      list_targets(others);
    }
    differences_.settle_target_strangers(targets_);
    for (const Listing& listing : targets_) target_of_.emplace(listing.folder, &listing);
    guard_against_loss();
    if (!all_targets_are_listed()) leave_missing_unplaced();
  }

  [[nodiscard]] bool all_targets_are_listed() const {
    return std::none_of(targets_.begin(), targets_.end(), [](const Listing& listing) { return listing.error; });
  }

  /// What is missing may lie in a folder that could not be listed, as what a run left there may have left it: its row
  /// keeps both ends, and the next run looks for it again. What left its place at the source as well may still appear
  /// elsewhere there.
  void leave_missing_unplaced() {
    std::set<ledger::FolderId> unlisted;
    for (const Listing& listing : targets_) {
      if (!listing.error || is_planned(Side::target, listing.folder)) continue;  // what is planned says so itself
      const auto known = ledger_.find_folder(Side::target, listing.folder);
      if (!known) continue;
      unlisted.insert(known->id);
      ledger_.each_in(Side::target, known->id, [this](const ledger::Row& row) {
        if (row.source) unplaced_.insert(row.id);
      });
    }
    for (auto& [id, change] : differences_.rows()) {
      if (change.target_now || !(change.target_gone || unlisted.count(change.row.target_folder) != 0)) continue;
      change.is_unplaced = true;
      unplaced_.insert(id);
      list_both_again(change.row);
    }
    if (!unplaced_.empty()) tell_unlisted();
  }

  void list_both_again(const ledger::Row& row) {
    undecided_.insert(row.source_folder);
    if (const auto folder = ledger_.folder(row.target_folder)) written_.insert(folder->ref);
  }

  void tell_unlisted() {
    const auto missing = static_cast<std::uint64_t>(std::count_if(unplaced_.begin(), unplaced_.end(), [this](auto id) {
      const auto row = ledger_.row(id);
      const auto change = differences_.rows().find(id);
      const bool has_left = change != differences_.rows().end() && change->second.source_gone;
      const auto folder = row && row->source && !has_left ? ledger_.folder(row->source_folder) : std::nullopt;
      return folder && is_planned(Side::source, folder->ref);
    }));
    std::string text = "at the target; what is not found elsewhere may lie here, and is left as it was";
    if (missing > 0) text += ": " + std::to_string(missing) + " of the source's messages";
    if (options_.missing == Missing::restore) text += "; --restore-missing is not obeyed for them";
    if (options_.missing == Missing::accept) text += "; --accept-missing is not obeyed for them";
    for (const Listing& listing : targets_)
      if (listing.error)
        findings_.add({FindingKind::unlisted, missing > 0 ? Weight::failed : Weight::note, listing.folder.display(),
                       listing.error->place(), text + ": " + listing.error->what()});
  }

  [[nodiscard]] bool is_planned(Side side, const store::FolderRef& folder) const {
    return std::any_of(plan_.begin(), plan_.end(), [&](const FolderTask& task) {
      if (side == Side::target) return task.target == folder;
      return std::find(task.sources.begin(), task.sources.end(), folder) != task.sources.end();
    });
  }

  void guard_against_loss() {
    std::map<ledger::FolderId, std::uint64_t> missing;
    for (auto& [id, change] : differences_.rows()) {
      if (!change.target_gone || change.target_now || !change.row.ours || is_left_behind(change.row)) continue;
      if (options_.missing == Missing::restore && all_targets_are_listed()) restore(change);
      ++missing[change.row.target_folder];
    }
    if (options_.missing != Missing::ask) return;
    for (const auto& [folder, count] : missing) {
      const std::uint64_t rows = ledger_.count_ours(folder);
      const auto known = ledger_.folder(folder);
      if (!is_alarming(count, rows, is_another_store(known))) continue;
      throw Error(Cause::guard, Scope::run, "comparing the target with what the last run left there")
          .in(known ? known->ref.display() : "")
          .because(std::to_string(count) + " of " + std::to_string(rows) +
                   " messages are missing; it looks like a loss or an old backup, and nothing was done")
          .hint("--restore-missing copies them again, --accept-missing takes them for removed by their user")
          .on(Side::target);
    }
  }

  [[nodiscard]] bool is_another_store(const std::optional<ledger::Folder>& folder) const {
    if (memory_.target_replaced) return true;
    if (target_.capabilities().folders || !folder) return false;
    const auto listing = target_of_.find(folder->ref);
    return listing != target_of_.end() && !listing->second->exists;
  }

  /// As if no run had ever copied it. What has left its place at the source may appear elsewhere: as new mail.
  void restore(const RowChange& change) {
    restored_.insert(change.row.id);
    if (change.source() == nullptr) return;
    const auto folder = ledger_.folder(change.row.source_folder);
    if (!folder) return;
    const auto listing = sources_.find(folder->ref);
    if (listing == sources_.end()) return;
    listing->second.strangers.push_back({*change.source(), change.row.ids, std::nullopt});
  }

  /// How much there is to do, for who watches.
  void begin() {
    for (const ledger::RowId id : restored_) {
      ledger_.forget(id);
      differences_.rows().erase(id);
    }
    for (const FolderTask& task : plan_)
      for (const store::FolderRef& folder : task.sources)
        goes_to_.emplace(ledger_.folder_id(Side::source, folder), task.target);
    announce();
    for (const FolderTask& task : plan_)
      if (task.target != task.wanted && !was_given(task))
        findings_.add({FindingKind::folder_name, Weight::lost, task.wanted.display(), task.target.display(),
                       "the target can't hold a folder of this name: it is held as the one named here"});
  }

  [[nodiscard]] bool was_given(const FolderTask& task) {
    const auto known = ledger_.find_folder(Side::source, task.sources.front());
    return known && known->state.given == task.target;
  }

  void announce() {
    std::size_t folders = 0;
    std::optional<std::uint64_t> octets{0};
    for (const FolderTask& task : plan_) {
      folders += task.sources.size();
      for (const store::FolderRef& folder : task.sources) {
        if (const auto listing = sources_.find(folder); listing != sources_.end()) {
          if (!listing->second.strangers.empty()) octets.reset();
          continue;
        }
        const auto more = octets_of(source_, folder);
        octets = octets && more ? std::optional(*octets + *more) : std::nullopt;
      }
    }
    observer_.begin(folders, octets);
  }

  // --- 3 settle what rows know ------------------------------------------------------------------------------------

  void settle_rows_of_all() {
    std::map<ledger::FolderId, std::vector<RowChange*>> by_folder;
    for (auto& [id, change] : differences_.rows())
      if (!change.is_unplaced)
        by_folder[change.target_folder_now.value_or(change.row.target_folder)].push_back(&change);
    std::vector<std::function<void()>> tasks;
    std::mutex mutex;
    for (auto& [id, changes] : by_folder) {
      const auto folder = ledger_.folder(id);
      Listing nowhere;
      nowhere.side = Side::target;
      if (folder) nowhere.folder = folder->ref;
      const auto listed = target_of_.find(nowhere.folder);
      tasks.emplace_back([this, &mutex, &changes = changes, nowhere, listed] {
        const Listing& target = listed == target_of_.end() ? nowhere : *listed->second;
        RowsOutcome outcome;
        try {
          if (target.error) throw Error(*target.error);
          outcome = settle_rows(settling_, target, changes);
        } catch (const Error& error) {
          // The folder says so in its own turn; here it only means that the next run has to look again.
          if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
          outcome.is_complete = false;
          outcome.has_written = true;
        }
        const std::lock_guard guard(mutex);
        rows_complete_ = rows_complete_ && outcome.is_complete;
        if (outcome.has_written) written_.insert(target.folder);
        for (const auto& [source, count] : outcome.flags_changed) flags_changed_[source] += count;
      });
    }
    run_all(jobs(), tasks);
  }

  /// Where handles don't last, what was rewritten has its messages elsewhere; what is new is compared with them.
  void list_again() {
    if (target_.capabilities().stable_handles) return;
    for (Listing& listing : targets_) {
      if (written_.count(listing.folder) == 0 || listing.error) continue;
      if (!is_compared_with(listing.folder) && !has_vanished(listing.id)) continue;
      const Listing now =
          list_folder(target_, Side::target, listing.folder, ledger_, {false, false}, true, [this] { check_stop(); });
      for (const Sighted& one : now.changed) {
        auto row = ledger_.row(one.row);
        if (!row || !row->target) continue;
        row->target->handle = one.now.handle;
        ledger_.update(*row);
      }
      listing.stamp = now.stamp;
      if (now.error) listing.error = now.error;
    }
  }

  static bool is_vanished(const RowChange& change) { return change.source_gone && change.row.source.has_value(); }

  [[nodiscard]] bool has_vanished(ledger::FolderId target) {
    const auto& rows = differences_.rows();
    return std::any_of(rows.begin(), rows.end(), [target](const auto& entry) {
      return is_vanished(entry.second) && entry.second.row.target_folder == target;
    });
  }

  void note_vanished() {
    for (auto& [id, change] : differences_.rows()) {
      if (!is_vanished(change)) continue;
      // Where handles don't last it may be elsewhere in its folder by now.
      if (const auto row = ledger_.row(id); row && row->target && change.row.target)
        change.row.target->handle = row->target->handle;
      vanished_.add(change);
    }
  }

  [[nodiscard]] bool is_compared_with(const store::FolderRef& target) const {
    for (const FolderTask& task : plan_) {
      if (task.target != target) continue;
      for (const store::FolderRef& folder : task.sources) {
        const auto listing = sources_.find(folder);
        if (listing == sources_.end() || !listing->second.strangers.empty()) return true;
      }
    }
    return false;
  }

  // --- 4 bring what is new ----------------------------------------------------------------------------------------

  void bring_new() {
    std::vector<FolderPlan> plans(plan_.size());
    outcomes_.resize(plan_.size());
    std::mutex mutex;
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      FolderPlan& plan = plans[i];
      plan.task = &plan_[i];
      plan.target = target_of_.at(plan_[i].target);
      for (const store::FolderRef& folder : plan_[i].sources) {
        const auto listing = sources_.find(folder);
        plan.sources.push_back(listing == sources_.end() ? nullptr : &listing->second);
      }
      const auto settle = [this, &mutex, &plan, i] {
        FolderSettler settler(settling_, plan);
        outcomes_[i] = settler.settle();
        const std::lock_guard guard(mutex);
        if (settler.has_written()) written_.insert(plan.task->target);
        rows_complete_ = rows_complete_ && settler.is_complete();
        for (const FolderOutcome& outcome : outcomes_[i]) {
          if (!outcome.error || outcome.error->scope() == Scope::folder) continue;
          if (!result_.error) result_.error = outcome.error;  // what others say after it is only that they stopped too
          abandoned_.ask();
        }
      };
      if (has_work(plan))
        tasks.emplace_back(settle);
      else
        settle();
    }
    run_all(jobs(), tasks);
  }

  /// Worth a thread.
  [[nodiscard]] bool has_work(const FolderPlan& plan) {
    const auto known = ledger_.find_folder(Side::target, plan.task->target);
    if (!known || !known->state.was_made || !known->state.finished) return true;
    return std::any_of(plan.sources.begin(), plan.sources.end(), [](const Listing* listing) {
      return listing == nullptr || !listing->strangers.empty() || !listing->unreadable.empty();
    });
  }

  // --- 5 close ----------------------------------------------------------------------------------------------------

  void close() {
    make_moves();
    expunge_left_behind();
    record_gone();
    target_.finish();
    result_.settings = copy_settings(source_, target_, ledger_, plan_, options_, findings_);
    if (options_.removal != Removal::none) remove_gone();
    record_folders();
    ledger_.commit();
  }

  void make_moves() {
    std::map<store::FolderRef, std::vector<Move>> by_folder;
    for (Move& move : moves_.take_all()) by_folder[move.to].push_back(std::move(move));
    for (auto& [to, moves] : by_folder) {
      check_stop();
      const auto writer = target_.open_folder(to, {});
      written_.insert(to);
      for (const Move& move : moves) {
        const ledger::Sighting& there = *move.change.row.target;
        writer->take(move.from, {there.handle, there.flags, there.keywords});
        written_.insert(move.from);
      }
      const auto receipts = writer->flush();
      for (std::size_t i = 0; i < moves.size() && i < receipts.size(); ++i) record_move(moves[i], receipts[i]);
      ledger_.commit();
    }
  }

  void record_move(const Move& move, const store::Receipt& receipt) {
    ledger::Row row = move.change.row;
    if (receipt.outcome != store::Receipt::Outcome::done) {
      // Somebody was at it just now: the next run looks again.
      rows_complete_ = false;
      return;
    }
    row.target_folder = ledger_.folder_id(Side::target, move.to);
    row.target->handle = receipt.handle;
    row.source_folder = move.source_folder;
    // Flags as they were: what its user changed with the move is a difference for the next run.
    const ledger::Sighting before = *row.source;
    row.source = {move.source_now.handle, before.flags, before.keywords};
    if (!has_same_flags(before, move.source_now)) rows_complete_ = false;
    row.ids = move.ids;
    ledger_.update(row);
  }

  /// What this run, or one that was killed, carried to another folder is still where it was.
  void expunge_left_behind() {
    const store::Capabilities can = target_.capabilities();
    if (can.moves || !can.folders) return;
    std::map<ledger::FolderId, FolderRemovals> by_folder;
    for (const ledger::Folder& folder : ledger_.folders(Side::source)) {
      if (ledger_.counts_of_source(folder.id).removed_at_source == 0) continue;
      ledger_.each_gone_from(Side::source, folder.id, [&](const ledger::Row& row) {
        if (is_left_behind(row)) by_folder[row.target_folder].gone.push_back(row);
      });
    }
    ledger_.commit();  // D4, and what it says of the copies must outlive what is expunged
    for (auto& [id, folder] : by_folder) {
      const auto known = ledger_.folder(id);
      if (!known) continue;
      check_stop();
      folder.folder = known->ref;
      written_.insert(known->ref);
      rows_complete_ = sync::expunge_left_behind(settling_, folder) && rows_complete_;
    }
  }

  /// What left the source and appeared nowhere else. Where a folder was not seen whole it may lie there: then its row
  /// stays as it was and its folder is listed again, or the next run would bring it as another message.
  void record_gone() {
    const bool may_lie_elsewhere =
        find_outcome([](const FolderOutcome& one) { return one.error || !one.stable; }) != nullptr;
    const bool may_be_unreadable = find_outcome([](const FolderOutcome& one) { return one.failed > 0; }) != nullptr;
    struct Left {
      bool is_another = false;
      bool is_undecided = false;
    };
    std::map<ledger::FolderId, Left> folders;
    for (const RowChange& change : vanished_.left()) {
      ledger::Row row = change.row;
      const auto [left, is_new] = folders.try_emplace(row.source_folder);
      if (is_new) {
        left->second.is_another = is_another_source(row.source_folder);
        left->second.is_undecided = may_lie_elsewhere || (may_be_unreadable && forget_source_stamp(row.source_folder));
      }
      // For good: this run renews what it says of the source, and to the next one it would look like any other.
      if (left->second.is_another) row.touched = true;
      if (unplaced_.count(row.id) != 0) left_unplaced_.insert(row.id);
      if (left->second.is_undecided || change.is_unplaced) {
        undecided_.insert(row.source_folder);
      } else {
        row.source.reset();
        row.gone_run = memory_.run;
      }
      ledger_.update(row);
    }
  }

  /// A message that can't be read may be the one that left; but it may stay so for good, and what is delivered again
  /// would be taken for it each time. So one run waits: only where the last one left the folder as the rows say. False:
  /// it did not.
  bool forget_source_stamp(ledger::FolderId id) {
    const auto known = ledger_.folder(id);
    if (!known || !known->state.stamp) return false;
    ledger::FolderState state = known->state;
    state.stamp.reset();
    ledger_.set_state(id, state);
    return true;
  }

  /// R2: what another store, or a folder that was made anew, does not have says nothing of what the old one had.
  [[nodiscard]] bool is_another_source(ledger::FolderId id) {
    if (memory_.source_replaced) return true;
    const auto known = ledger_.folder(id);
    if (!known || !known->state.uid_validity) return false;
    try {
      return known->state.uid_validity != source_.folder(known->ref).uid_validity;
    } catch (const Error& error) {
      if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
      return true;
    }
  }

  /// Last of all, when every copy is durable (R3).
  void remove_gone() {
    std::map<ledger::FolderId, FolderRemovals> by_folder;
    for (const auto& outcomes : outcomes_)
      for (const FolderOutcome& outcome : outcomes) {
        if (!is_evidence(outcome)) continue;
        for (ledger::Row& row : removable(ledger_, ledger_.folder_id(Side::source, outcome.source)))
          by_folder[row.target_folder].gone.push_back(std::move(row));
      }
    std::vector<FolderRemovals> removals;
    for (auto& [id, folder] : by_folder) {
      const auto known = ledger_.folder(id);
      if (!known) continue;
      folder.folder = known->ref;
      folder.rows = ledger_.count_in(Side::target, id);
      removals.push_back(std::move(folder));
    }
    if (!removals.empty() && !all_were_seen()) return;
    guard_removals(removals, options_);
    for (const FolderRemovals& folder : removals) {
      written_.insert(folder.folder);
      for (const auto& [source, count] : remove(settling_, folder)) deleted_[source] += count;
    }
  }

  /// What left one folder may lie in another by now: where that one was not seen whole it only looks removed (R2).
  [[nodiscard]] bool all_were_seen() {
    const FolderOutcome* const outcome =
        find_outcome([](const FolderOutcome& one) { return one.error || !one.stable || one.failed > 0; });
    if (outcome == nullptr) return true;
    findings_.add({FindingKind::changed, Weight::note, outcome->source.display(), "",
                   "nothing was removed at the target: this folder of the source was not seen whole, and what left "
                   "another may lie in it"});
    return false;
  }

  template <class Wanted>
  [[nodiscard]] const FolderOutcome* find_outcome(Wanted wanted) const {
    for (const auto& outcomes : outcomes_)
      for (const FolderOutcome& outcome : outcomes)
        if (wanted(outcome)) return &outcome;
    return nullptr;
  }

  /// R2: what a source folder does not have counts only when all of it was seen, and there is some.
  [[nodiscard]] bool is_evidence(const FolderOutcome& outcome) {
    if (memory_.source_replaced || outcome.error || !outcome.stable || outcome.failed > 0) return false;
    const auto listing = sources_.find(outcome.source);
    if (listing == sources_.end()) return false;
    const Listing& seen = listing->second;
    if (!seen.exists || !seen.is_proof || seen.messages == 0) return false;
    const auto known = ledger_.find_folder(Side::source, outcome.source);
    return known && known->state.uid_validity == source_.folder(outcome.source).uid_validity;
  }

  /// Stamps, last: they say that the rows agree with the folder.
  void record_folders() {
    if (!rows_complete_) return;
    for (const auto& [id, change] : differences_.rows())
      if (const auto row = change.is_unplaced ? ledger_.row(id) : std::nullopt) list_both_again(*row);
    for (std::size_t i = 0; i < plan_.size(); ++i)
      for (const FolderOutcome& outcome : outcomes_[i]) record_source(plan_[i], outcome);
    for (const Listing& listing : targets_) {
      if (!listing.was_read || listing.error || listing.id == 0) continue;
      const auto known = ledger_.folder(listing.id);
      if (!known) continue;
      ledger::FolderState state = known->state;
      state.stamp = written_.count(listing.folder) == 0 ? listing.stamp : std::nullopt;
      state.messages = listing.messages;
      if (listing.exists) state.was_made = true;
      ledger_.set_state(listing.id, state);
    }
    for (const store::FolderRef& folder : written_) forget_stamp(folder);
  }

  void forget_stamp(const store::FolderRef& folder) {
    const auto known = ledger_.find_folder(Side::target, folder);
    if (!known) return;
    ledger::FolderState state = known->state;
    state.stamp.reset();
    ledger_.set_state(known->id, state);
  }

  void record_source(const FolderTask& task, const FolderOutcome& outcome) {
    const auto listing = sources_.find(outcome.source);
    if (listing != sources_.end() && !listing->second.was_read) return;
    const auto known = ledger_.find_folder(Side::source, outcome.source);
    if (!known) return;
    const bool is_whole = !outcome.error && outcome.stable && outcome.failed == 0 && outcome.left_out == 0 &&
                          undecided_.count(known->id) == 0;
    ledger::FolderState state = known->state;
    const auto& stamp = listing != sources_.end() ? listing->second.stamp : outcome.stamp;
    state.stamp = is_whole ? stamp : std::nullopt;
    state.messages = outcome.source_messages;
    if (!outcome.error) state.uid_validity = source_.folder(outcome.source).uid_validity;
    state.wanted = task.wanted;
    state.given = task.target;
    ledger_.set_state(known->id, state);
  }

  // --- the sums ---------------------------------------------------------------------------------------------------

  void sum_up() {
    try {
      count_unplaced();
    } catch (const Error& error) {
      if (!result_.error) result_.error = error;
    }
    for (auto& outcomes : outcomes_)
      for (FolderOutcome& outcome : outcomes) {
        count(outcome);
        observer_.folder_ends(outcome);
        result_.folders.push_back(std::move(outcome));
      }
  }

  /// Their rows have both ends, but nobody has seen them at the target.
  void count_unplaced() {
    for (const ledger::RowId id : unplaced_) {
      const auto row = ledger_.row(id);
      if (!row || !row->source) continue;
      Unplaced& sums = unplaced_of_[row->source_folder];
      if (row->target) ++sums.rows;
      const auto source = ledger_.folder(row->source_folder);
      const auto target = ledger_.folder(row->target_folder);
      if (left_unplaced_.count(id) != 0 || !source || !target || !is_planned(Side::source, source->ref)) continue;
      ++sums.at_source;
      const Error error = Error(Cause::io_error, Scope::message, "looking for a message at the target")
                              .in(target->ref.display())
                              .because("it is not where it was, and may lie in a folder that can't be listed")
                              .on(Side::target);
      store::MessageInfo info;
      info.handle = row->source->handle;
      info.flags = row->source->flags;
      info.keywords = row->source->keywords;
      observer_.message({Action::failed, source->ref, target->ref, info, 0, &error});
    }
  }

  void count(FolderOutcome& outcome) {
    try {
      const auto known = ledger_.find_folder(Side::source, outcome.source);
      if (!known) return;
      const ledger::Counts rows = ledger_.counts_of_source(known->id);
      const auto listing = sources_.find(outcome.source);
      if (listing != sources_.end() && !listing->second.was_read)
        outcome.source_messages = rows.known + rows.removed_at_target;
      const std::uint64_t new_here = outcome.copied + outcome.moved;
      const Unplaced& unplaced = unplaced_of_[known->id];
      const std::uint64_t not_adopted = new_here + unplaced.rows;
      outcome.adopted = rows.known > not_adopted ? rows.known - not_adopted : 0;
      outcome.failed += unplaced.at_source;
      outcome.removed = rows.removed_at_target;
      if (const auto changed = flags_changed_.find(known->id); changed != flags_changed_.end())
        outcome.flags_changed += changed->second;
      if (const auto deleted = deleted_.find(known->id); deleted != deleted_.end()) outcome.deleted = deleted->second;
    } catch (const Error& error) {
      if (!result_.error) result_.error = error;
    }
  }

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

}  // namespace

Outcome copy(store::MessageSource& source, store::MessageStore& target, const Memory& memory, const Options& options,
             Findings& findings, Observer& observer, const StopRequest& stop) {
  return Run(source, target, memory, options, findings, observer, stop).go();
}

}  // namespace mailhaul::sync
