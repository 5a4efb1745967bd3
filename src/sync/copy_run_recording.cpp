#include "copy_run.hpp"

#include <optional>
#include <utility>

namespace mailhaul::sync {

void CopyRun::record_folders() {
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
  for (const store::FolderRef& folder : written_) forget_stamp(ledger_.find_folder(Side::target, folder));
}

bool CopyRun::forget_stamp(const std::optional<ledger::Folder>& folder) {
  if (!folder || !folder->state.stamp) return false;
  ledger::FolderState state = folder->state;
  state.stamp.reset();
  ledger_.set_state(folder->id, state);
  return true;
}

void CopyRun::record_source(const FolderTask& task, const FolderOutcome& outcome) {
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

void CopyRun::sum_up() {
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

void CopyRun::count_unplaced() {
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

void CopyRun::count(FolderOutcome& outcome) {
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

}  // namespace mailhaul::sync
