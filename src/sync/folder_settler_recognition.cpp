// What a message of the source turns out to be: one that moved there, or one that is at the target already.
#include "folder_settler.hpp"

#include <utility>

#include "mailhaul/sync/decide.hpp"
#include "reread.hpp"

namespace mailhaul::sync {

bool FolderSettler::is_confirmed(const store::FolderRef& folder, const store::Handle& handle, const Read& read) const {
  if (run_.confirmation == nullptr) return true;
  if (!read.confirmation || !run_.target.capabilities().fetch) return false;
  // H4: no confirmation, so it is copied.
  return read_again(run_.target, folder, handle, *run_.confirmation).key == read.confirmation;
}

bool FolderSettler::recognise(const store::MessageInfo& info, const Read& read, FolderOutcome& outcome) {
  if (recognise_vanished(info, read, outcome)) return true;
  if (carried_) return false;
  const auto candidate = index_.take(read.key, info);
  if (!candidate || !is_confirmed(task_.target, candidate->handle, read)) return false;
  adopt(info, *candidate, outcome);
  return true;
}

/// It left another place at the source in this run: one and the same message, not a new one.
bool FolderSettler::recognise_vanished(const store::MessageInfo& info, const Read& read, FolderOutcome& outcome) {
  if (run_.vanished.empty()) return false;
  const ledger::FolderId here = source_id(outcome);
  // The mail of one person does not move to another's: the same one that comes to him is new.
  const auto mailbox_of = [this](ledger::FolderId id) {
    const auto folder = run_.ledger.folder(id);
    return folder ? folder->ref.mailbox : std::string();
  };
  auto change = run_.vanished.take(
      read.key, here, [&](ledger::FolderId from) { return from == here || mailbox_of(from) == mailbox_of(here); });
  if (!change) return false;
  if (change->is_unplaced) {
    // Flags as they were: the next run looks for it at the target, and finds the difference.
    ledger::Row row = change->row;
    row.source_folder = here;
    row.source->handle = info.handle;
    row.ids = info.ids;
    run_.ledger.update(row);
    return true;
  }
  const bool was_here = change->row.source_folder == here;
  const ledger::Sighting* there = change->target();
  const ledger::FolderId there_id = change->target_folder();
  const auto folder = run_.ledger.folder(there_id);
  if (there != nullptr && (!folder || !is_confirmed(folder->ref, there->handle, read))) {
    run_.vanished.add(*change);
    return false;
  }
  const auto went_to = run_.goes_to.find(change->row.source_folder);
  const bool is_in_place = there != nullptr && went_to != run_.goes_to.end() && went_to->second == folder->ref;
  if (!was_here && is_in_place && !change->row.touched && folder->ref != task_.target) {
    if (!abilities_.moves) return carry(std::move(*change), info, read, outcome);
    ++outcome.moved;
    run_.moves.add({std::move(*change), sighting_of(info), here, folder->ref, task_.target, info.ids});
    return true;
  }
  ledger::Row row = change->row;
  row.source_folder = here;
  row.ids = info.ids;
  row.target_folder = there_id;
  row.target = there != nullptr ? std::optional(*there) : std::nullopt;
  store::FlagChange flags;
  const ledger::Sighting now = sighting_of(info);
  if (there != nullptr && row.source) flags = merge_flags({*row.source, now}, {row.target ? *row.target : now, *there});
  row.source = now;
  if (!flags.empty() && folder->ref != task_.target) {
    // Its folder is another one's to change: the next run finds the difference.
    row.source = without_change(std::move(*row.source), flags);
    outcome.stable = false;
    flags = {};
  }
  record(info, std::move(row), std::move(flags), outcome);
  return true;
}

void FolderSettler::adopt(const store::MessageInfo& info, const Candidate& candidate, FolderOutcome& outcome) {
  auto row = run_.ledger.row(candidate.row);
  if (!row) return;
  row->source_folder = source_id(outcome);
  row->source = sighting_of(info);
  row->ids = info.ids;
  row->ours = true;
  row->gone_run = 0;
  record(info, std::move(*row), unite_flags(info.flags, info.keywords, candidate.flags, candidate.keywords), outcome);
}

/// Of a message that is at the target: what its row shall be, after `change`.
void FolderSettler::record(const store::MessageInfo& info, ledger::Row row, store::FlagChange change,
                           FolderOutcome& outcome) {
  if (change.empty() || !abilities_.changes_flags) {
    if (!change.empty()) ++flags_refused_;
    run_.ledger.update(row);
    run_.observer.message({Action::adopted, outcome.source, outcome.target, info, 0});
    return;
  }
  wanted_flags_.push_back({&outcome, info, std::move(row), std::move(change)});
}

}  // namespace mailhaul::sync
