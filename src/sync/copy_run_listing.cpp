#include "copy_run.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "mailhaul/base/worker_pool.hpp"

namespace mailhaul::sync {

Trust CopyRun::trust(store::MessageSource& store, Side side) const {
  const bool replaced = side == Side::source ? memory_.source_replaced : memory_.target_replaced;
  const bool stamps = !options_.checksum && !replaced;
  return {stamps, stamps && store.capabilities().stable_handles};
}

void CopyRun::list_all(store::MessageSource& store, Side side,
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

std::optional<Listing> CopyRun::unchanged_or_nothing(store::MessageSource& store, Side side,
                                                     const store::FolderRef& folder, Trust trusted) {
  try {
    return unchanged(store, side, folder, ledger_, trusted);
  } catch (const Error& error) {
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    return std::nullopt;  // its listing says so
  }
}

void CopyRun::list_targets(const std::vector<store::FolderRef>& folders) {
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

void CopyRun::list() {
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

void CopyRun::list_again() {
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

bool CopyRun::has_vanished(ledger::FolderId target) {
  const auto& rows = differences_.rows();
  return std::any_of(rows.begin(), rows.end(), [target](const auto& entry) {
    return is_vanished(entry.second) && entry.second.row.target_folder == target;
  });
}

bool CopyRun::is_compared_with(const store::FolderRef& target) const {
  for (const FolderTask& task : plan_) {
    if (task.target != target) continue;
    for (const store::FolderRef& folder : task.sources) {
      const auto listing = sources_.find(folder);
      if (listing == sources_.end() || !listing->second.strangers.empty()) return true;
    }
  }
  return false;
}

}  // namespace mailhaul::sync
