#include "copy_run.hpp"

#include <memory>
#include <utility>

#include "carried.hpp"
#include "mailhaul/sync/settings.hpp"
#include "removal.hpp"

namespace mailhaul::sync {

void CopyRun::close() {
  make_moves();
  expunge_left_behind();
  record_gone();
  target_.finish();
  result_.settings = copy_settings(source_, target_, ledger_, plan_, options_, findings_);
  if (options_.removal != Removal::none) remove_gone();
  record_folders();
  ledger_.commit();
}

void CopyRun::make_moves() {
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

void CopyRun::record_move(const Move& move, const store::Receipt& receipt) {
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

void CopyRun::expunge_left_behind() {
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

void CopyRun::record_gone() {
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
      const auto is_another = is_another_source(row.source_folder);
      left->second.is_another = is_another.value_or(false);
      // A message that can't be read may be the one that left; but it may stay so for good, and what is delivered again
      // would be taken for it each time. So one run waits: only where the last one left the folder as the rows say.
      left->second.is_undecided =
          !is_another || may_lie_elsewhere || (may_be_unreadable && forget_stamp(ledger_.folder(row.source_folder)));
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

std::optional<bool> CopyRun::is_another_source(ledger::FolderId id) {
  if (memory_.source_replaced) return true;
  const auto known = ledger_.folder(id);
  if (!known || !known->state.uid_validity) return false;
  try {
    return known->state.uid_validity != source_.folder(known->ref).uid_validity;
  } catch (const Error& error) {
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    return std::nullopt;
  }
}

void CopyRun::remove_gone() {
  std::map<ledger::FolderId, FolderRemovals> by_folder;
  for (const auto& outcomes : outcomes_)
    for (const FolderOutcome& outcome : outcomes) {
      if (!is_evidence(outcome)) {
        tell_what_stays(outcome);
        continue;
      }
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

bool CopyRun::has_lost_a_part(const FolderOutcome& outcome) const {
  const auto listing = sources_.find(outcome.source);
  return listing != sources_.end() && !listing->second.is_whole;
}

/// Of a folder that lost a part: that would be so in every run, and nobody would know why.
void CopyRun::tell_what_stays(const FolderOutcome& outcome) {
  if (options_.removal == Removal::none || !has_lost_a_part(outcome)) return;
  const std::size_t count = removable(ledger_, ledger_.folder_id(Side::source, outcome.source)).size();
  if (count == 0) return;
  findings_.add(
      {FindingKind::changed, Weight::note, outcome.source.display(), "",
       "gone at the source, and not removed at the target: this folder of the source has no cur or no new, and "
       "they may have been lost with it (`mailhaul fix` makes them anew)",
       count});
}

bool CopyRun::all_were_seen() {
  const FolderOutcome* const outcome = find_outcome(
      [this](const FolderOutcome& one) { return one.error || !one.stable || one.failed > 0 || has_lost_a_part(one); });
  if (outcome == nullptr) return true;
  findings_.add({FindingKind::changed, Weight::note, outcome->source.display(), "",
                 "nothing was removed at the target: this folder of the source was not seen whole, and what left "
                 "another may lie in it"});
  return false;
}

bool CopyRun::is_evidence(const FolderOutcome& outcome) {
  if (memory_.source_replaced || outcome.error || !outcome.stable || outcome.failed > 0) return false;
  const auto listing = sources_.find(outcome.source);
  if (listing == sources_.end()) return false;
  const Listing& seen = listing->second;
  if (!seen.exists || !seen.is_proof || !seen.is_whole || seen.messages == 0) return false;
  const auto known = ledger_.find_folder(Side::source, outcome.source);
  return known && known->state.uid_validity == source_.folder(outcome.source).uid_validity;
}

}  // namespace mailhaul::sync
