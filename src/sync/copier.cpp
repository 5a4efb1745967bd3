#include "mailhaul/sync/copier.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include "copy_run.hpp"
#include "mailhaul/base/worker_pool.hpp"
#include "row_settler.hpp"

namespace mailhaul::sync {

Outcome CopyRun::go() {
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
  if (!result_.error) result_.error = put_off_.first();
  sum_up();
  return std::move(result_);
}

std::size_t CopyRun::jobs() const {
  return std::min({options_.jobs, source_.capabilities().parallel_folders, target_.capabilities().parallel_folders});
}

void CopyRun::check_stop() const {
  stop_.check();
  abandoned_.check();
}

void CopyRun::begin() {
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

bool CopyRun::was_given(const FolderTask& task) {
  const auto known = ledger_.find_folder(Side::source, task.sources.front());
  return known && known->state.given == task.target;
}

void CopyRun::announce() {
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

void CopyRun::settle_rows_of_all() {
  std::map<ledger::FolderId, std::vector<RowChange*>> by_folder;
  for (auto& [id, change] : differences_.rows())
    if (!change.is_unplaced) by_folder[change.target_folder()].push_back(&change);
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
        // The next run has to look again. A folder that could not be listed says so in its own turn.
        if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
        outcome.is_complete = false;
        outcome.has_written = true;
        if (!target.error) put_off_.add(error);
      }
      const std::lock_guard guard(mutex);
      rows_complete_ = rows_complete_ && outcome.is_complete;
      if (outcome.has_written) written_.insert(target.folder);
      for (const auto& [source, count] : outcome.flags_changed) flags_changed_[source] += count;
    });
  }
  run_all(jobs(), tasks);
}

bool CopyRun::is_vanished(const RowChange& change) { return change.source_gone && change.row.source.has_value(); }

void CopyRun::note_vanished() {
  for (auto& [id, change] : differences_.rows()) {
    if (!is_vanished(change)) continue;
    // Where handles don't last it may be elsewhere in its folder by now.
    if (const auto row = ledger_.row(id); row && row->target && change.row.target)
      change.row.target->handle = row->target->handle;
    vanished_.add(change);
  }
}

void CopyRun::bring_new() {
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

bool CopyRun::has_work(const FolderPlan& plan) {
  const auto known = ledger_.find_folder(Side::target, plan.task->target);
  if (!known || !known->state.was_made || !known->state.finished) return true;
  return std::any_of(plan.sources.begin(), plan.sources.end(), [](const Listing* listing) {
    return listing == nullptr || !listing->strangers.empty() || !listing->unreadable.empty();
  });
}

Outcome copy(store::MessageSource& source, store::MessageStore& target, const Memory& memory, const Options& options,
             Findings& findings, Observer& observer, const StopRequest& stop) {
  return CopyRun(source, target, memory, options, findings, observer, stop).go();
}

}  // namespace mailhaul::sync
