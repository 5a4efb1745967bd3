// See carried.hpp.
#include "folder_settler.hpp"

#include <utility>

#include "carried.hpp"
#include "mailhaul/io/pump.hpp"
#include "mailhaul/sync/decide.hpp"

namespace mailhaul::sync {

/// Its flags are those that it would have when the store had moved it.
ledger::Sighting FolderSettler::as_carried(const RowChange& change, const ledger::Sighting& source) {
  const ledger::Row& row = change.row;
  const ledger::Sighting& there = *change.target();
  return changed(there, merge_flags({*row.source, source}, {*row.target, there}));
}

void FolderSettler::write_carried(const RowChange& change, store::MessageInfo info,
                                  std::unique_ptr<store::MessageWriter>& message) {
  const ledger::Sighting wanted = as_carried(change, sighting_of(info));
  if (message && has_same_flags(wanted, sighting_of(info))) return;
  info.flags = wanted.flags;
  info.keywords = wanted.keywords;
  const bool was_held = message == nullptr;
  message.reset();
  message = writer().append(info);
  if (was_held) return message->write(as_bytes(held_));
  // It was written with other flags, and is too large to be held: once more, from where it was.
  const auto folder = run_.ledger.folder(change.target_folder());
  const ledger::Sighting& there = change.target_now ? *change.target_now : change.row.target.value();
  const std::vector<store::Handle> handles{there.handle};
  const auto cursor = run_.target.fetch(folder->ref, handles);
  if (!cursor->next())
    throw Error(Cause::source_changed, Scope::folder, "carrying a message to another folder")
        .in(folder->ref.display())
        .because("it is gone, or another one stands where it was")
        .hint("run the same command again")
        .on(Side::target);
  (void)io::copy(cursor->content(), *message);
}

/// False: it is still to be copied.
bool FolderSettler::carry(RowChange change, const store::MessageInfo& info, const Read& read, FolderOutcome& outcome) {
  ++still_to_carry_;
  const auto candidate = index_.take(read.key, info);
  if (!candidate) {
    carried_ = std::move(change);
    return false;
  }
  const auto there = run_.ledger.row(candidate->row);
  const bool is_the_copy = there && (is_on_its_way(change.row) || is_left_behind(*there));
  if (!is_the_copy || !is_confirmed(task_.target, candidate->handle, read)) {
    // It arrived both ways: this one is adopted, and the other kept like all that is gone at the source.
    --still_to_carry_;
    index_.add(read.key, *candidate);
    run_.vanished.add(change);
    return false;
  }
  run_.ledger.forget(candidate->row);
  ledger::Row row = change.row;
  row.source_folder = source_id(outcome);
  row.ids = info.ids;
  // Flags as they were: where they differ the next run finds it.
  if (!has_same_flags(*row.source, sighting_of(info))) outcome.stable = false;
  row.source->handle = info.handle;
  record_carried(change, std::move(row), {candidate->handle, candidate->flags, candidate->keywords});
  ++outcome.moved;
  return true;
}

/// D4: before anything of them is visible, so that a run that finds it knows what it is.
void FolderSettler::record_on_their_way() {
  bool is_any = false;
  for (Pending& one : pending_) {
    if (!one.carried) continue;
    one.carried->row.gone_run = run_.run;
    run_.ledger.update(one.carried->row);
    is_any = true;
  }
  if (is_any) run_.ledger.commit();
}

/// `copy` is durable. `row` has what is new at the source.
void FolderSettler::record_carried(const RowChange& change, ledger::Row row, ledger::Sighting copy) {
  ledger::Row left_behind = change.row;
  left_behind.target = *change.target();
  left_behind.target_folder = change.target_folder();
  left_behind.source.reset();
  left_behind.gone_run = 0;
  row.target_folder = target_id_;
  row.target = std::move(copy);
  row.gone_run = 0;
  run_.ledger.update(row);
  run_.ledger.add(left_behind);
  --still_to_carry_;
}

}  // namespace mailhaul::sync
