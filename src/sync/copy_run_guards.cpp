#include "copy_run.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "carried.hpp"
#include "guard.hpp"

namespace mailhaul::sync {

void CopyRun::compare() {
  if (differences_.misses_any()) {
    // Their user may have filed them in a folder that no run has looked into.
    std::vector<store::FolderRef> others;
    for (const store::Mailbox& mailbox : target_.mailboxes())
      for (const mail::FolderName& folder : mailbox.folders)
        if (listed_.count({mailbox.name, folder}) == 0) others.push_back({mailbox.name, folder});
    const Wanted more = want_targets(others);
    list_all(more, {});
    take_targets(more);
  }
  differences_.settle_target_strangers(targets_);
  for (const Listing& listing : targets_) target_of_.emplace(listing.folder, &listing);
  guard_against_loss();
  if (!all_targets_are_listed()) leave_missing_unplaced();
}

bool CopyRun::all_targets_are_listed() const {
  return std::none_of(targets_.begin(), targets_.end(), [](const Listing& listing) { return listing.error; });
}

void CopyRun::guard_against_loss() {
  const bool may_restore = options_.missing == Missing::restore && all_targets_are_listed();
  std::map<ledger::FolderId, std::uint64_t> missing;
  for (auto& [id, change] : differences_.rows()) {
    if (!change.target_gone || change.target_now || !change.row.ours || is_left_behind(change.row)) continue;
    if (may_restore) restore(change);
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

bool CopyRun::is_another_store(const std::optional<ledger::Folder>& folder) const {
  if (memory_.target_replaced) return true;
  if (target_.capabilities().folders || !folder) return false;
  const auto listing = target_of_.find(folder->ref);
  return listing != target_of_.end() && !listing->second->exists;
}

void CopyRun::restore(const RowChange& change) {
  restored_.insert(change.row.id);
  const ledger::Sighting* const source = change.source();
  if (source == nullptr) return;
  const auto folder = ledger_.folder(change.row.source_folder);
  if (!folder) return;
  const auto listing = sources_.find(folder->ref);
  if (listing == sources_.end()) return;
  listing->second.strangers.push_back({*source, change.row.ids, std::nullopt});
}

void CopyRun::leave_missing_unplaced() {
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

void CopyRun::list_both_again(const ledger::Row& row) {
  undecided_.insert(row.source_folder);
  if (const auto folder = ledger_.folder(row.target_folder)) written_.insert(folder->ref);
}

void CopyRun::tell_unlisted() {
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

bool CopyRun::is_planned(Side side, const store::FolderRef& folder) const {
  return std::any_of(plan_.begin(), plan_.end(), [&](const FolderTask& task) {
    if (side == Side::target) return task.target == folder;
    return std::find(task.sources.begin(), task.sources.end(), folder) != task.sources.end();
  });
}

}  // namespace mailhaul::sync
