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

std::vector<std::function<void()>> CopyRun::readings_of(store::MessageSource& store, Side side, const Wanted& wanted) {
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
  return tasks;
}

void CopyRun::list_all(const Wanted& targets, const Wanted& sources) {
  const auto of_target = readings_of(target_, Side::target, targets);
  const auto of_source = readings_of(source_, Side::source, sources);
  const bool both = options_.jobs > 1 && !of_target.empty() && !of_source.empty();
  const auto read = [&](const store::MessageSource& store, const std::vector<std::function<void()>>& tasks) {
    run_all(std::min(both ? options_.jobs / 2 : options_.jobs, store.capabilities().parallel_folders), tasks);
  };
  run_all(both ? 2 : 1, {[&] { read(target_, of_target); }, [&] { read(source_, of_source); }});
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

CopyRun::Wanted CopyRun::want_targets(const std::vector<store::FolderRef>& folders) {
  const std::size_t first = targets_.size();
  targets_.resize(first + folders.size());
  Wanted wanted;
  for (std::size_t i = 0; i < folders.size(); ++i) wanted.emplace_back(folders[i], &targets_[first + i]);
  return wanted;
}

void CopyRun::take_targets(const Wanted& listed) {
  for (const auto& [folder, listing] : listed) {
    listed_.insert(folder);
    differences_.add(*listing);
    for (const Unreadable& one : listing->unreadable)  // what no program serves as mail (a symlink)
      findings_.add({FindingKind::unreadable, Weight::note, folder.display(), one.error.place(),
                     std::string("at the target: ") + one.error.what(), 1});
  }
}

void CopyRun::list() {
  std::set<store::FolderRef> wanted;
  for (const FolderTask& task : plan_) wanted.insert(task.target);
  // And where their users filed what an earlier run brought.
  for (const ledger::Folder& folder : ledger_.folders(Side::target))
    if (ledger_.has_any(Side::target, folder.id)) wanted.insert(folder.ref);
  const Wanted targets = want_targets({wanted.begin(), wanted.end()});

  Wanted known_sources;
  for (const FolderTask& task : plan_)
    for (const store::FolderRef& folder : task.sources) {
      const auto known = ledger_.find_folder(Side::source, folder);
      // A folder that no run copied from is read as it comes, once.
      if (!known || (!ledger_.has_any(Side::source, known->id) && !known->state.stamp)) continue;
      known_sources.emplace_back(folder, &sources_[folder]);
    }
  list_all(targets, known_sources);
  take_targets(targets);
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
