// A batch: what is written becomes durable, and then rows (D4).
#include "folder_settler.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "mailhaul/io/pump.hpp"
#include "mailhaul/sync/decide.hpp"

namespace mailhaul::sync {

void FolderSettler::flush(bool is_last) {
  const bool with_flags = (is_last || abilities_.stable_handles) && !wanted_flags_.empty();
  if (pending_.empty() && !with_flags) {
    if (writer_) static_cast<void>(writer_->flush());
    return;
  }
  const auto ask_for_flags = [&] {
    if (!with_flags) return;
    for (const WantedFlags& wanted : wanted_flags_) writer().change_flags(wanted.row.target->handle, wanted.change);
  };
  ask_for_flags();
  record_on_their_way();
  std::vector<store::Receipt> receipts;
  try {
    receipts = writer().flush();
  } catch (const Error& error) {
    // D3: once into new inodes; a second failure ends the run.
    const std::vector<Pending> lost = std::exchange(pending_, {});
    if (error.cause() != Cause::io_error || written_again_ || lost.empty() || !run_.source.capabilities().fetch) throw;
    written_again_ = true;
    write_again(lost);
    ask_for_flags();
    try {
      receipts = writer().flush();
    } catch (const Error&) {
      pending_.clear();  // nothing of it was recorded, nothing is counted
      throw;
    }
  }
  assert(receipts.size() >= pending_.size());
  const std::size_t first = pending_.size();
  record_copies(receipts);
  if (with_flags) record_flags(receipts, first);
  run_.ledger.commit();  // D4: what it says is durable by now
}

void FolderSettler::record_copies(const std::vector<store::Receipt>& receipts) {
  constexpr std::size_t most_rows_held = 256;  // the first copy into an mbox is one batch of any size
  // Taken first: where the ledger fails, rescue_batch() has nothing to write again.
  std::vector<Pending> written = std::exchange(pending_, {});
  std::vector<ledger::Row> copied;
  for (std::size_t i = 0; i < written.size(); ++i) {
    Pending& one = written[i];
    ledger::Row row = one.carried ? one.carried->row : ledger::Row{};
    row.source_folder = source_id(*one.outcome);
    row.source = std::move(one.source);
    one.written.handle = receipts[i].handle;
    if (one.carried) {
      row.ids = std::move(one.ids);
      record_carried(*one.carried, std::move(row), std::move(one.written));
      ++one.outcome->moved;
      continue;
    }
    ++one.outcome->copied;
    one.outcome->octets_copied += one.octets;
    row.target_folder = target_id_;
    row.target = std::move(one.written);
    row.key = one.key;
    row.ids = std::move(one.ids);
    row.ours = true;
    copied.push_back(std::move(row));
    if (copied.size() < most_rows_held) continue;
    run_.ledger.add_all(copied);
    copied.clear();
  }
  run_.ledger.add_all(copied);
}

void FolderSettler::record_flags(const std::vector<store::Receipt>& receipts, std::size_t first) {
  for (std::size_t i = 0; i < wanted_flags_.size() && first + i < receipts.size(); ++i) {
    WantedFlags& wanted = wanted_flags_[i];
    const store::Receipt::Outcome outcome = receipts[first + i].outcome;
    const bool done = outcome == store::Receipt::Outcome::done;
    ledger::Row& row = wanted.row;
    if (outcome != store::Receipt::Outcome::gone_or_changed) {
      row.target = changed(std::move(*row.target), wanted.change);
    } else {
      // The next run finds the difference again; where handles don't last it was only too late for this one.
      row.source = without_change(std::move(*row.source), wanted.change);
      if (abilities_.stable_handles)
        ++flags_not_changed_;
      else
        wanted.outcome->stable = false;
    }
    run_.ledger.update(row);
    if (done) ++wanted.outcome->flags_changed;
    run_.observer.message({done ? Action::flags_changed : Action::adopted, wanted.outcome->source,
                           wanted.outcome->target, wanted.info, 0});
  }
  wanted_flags_.clear();
}

void FolderSettler::write_again(const std::vector<Pending>& lost) {
  writer_.reset();
  open_writer();
  for (auto begin = lost.begin(); begin != lost.end();) {
    FolderOutcome& outcome = *begin->outcome;
    const auto end = std::find_if(begin, lost.end(), [&](const Pending& one) { return one.outcome != &outcome; });
    std::vector<store::Handle> handles;
    for (auto it = begin; it != end; ++it) handles.push_back(it->source.handle);
    const std::size_t before = pending_.size();
    const auto cursor = run_.source.fetch(outcome.source, handles);
    for (;;) {
      try {
        if (!cursor->next()) break;
        const auto one =
            std::find_if(begin, end, [&](const Pending& p) { return p.source.handle == cursor->info().handle; });
        if (one != end) write_one_again(*cursor, *one);
      } catch (const Error& error) {
        if (error.scope() != Scope::message) throw;
        failed(outcome.source, cursor->info(), error, outcome);
      }
    }
    // What its owner moved or removed between the two tries is for the next run to find, or to find gone.
    if (pending_.size() - before < handles.size()) outcome.stable = false;
    begin = end;
  }
}

void FolderSettler::write_one_again(store::MessageCursor& cursor, const Pending& lost) {
  io::Source& content = cursor.content();
  store::MessageInfo info = cursor.info();
  info.ids = lost.ids;  // which UID counts only the walk over all of an mbox knows
  const ledger::Sighting source = sighting_of(info);
  const ledger::Sighting written = lost.carried ? as_carried(*lost.carried, source) : source;
  info.flags = written.flags;
  info.keywords = written.keywords;
  const auto message = writer().append(info);
  mail::KeyHasher hasher(run_.ledger.secrets());
  io::TeeSink both(hasher, *message);
  const std::uint64_t octets = io::copy(content, both);
  message->commit();
  pending_.push_back({lost.outcome, source, hasher.finish(), octets, lost.ids, written, lost.carried});
}

void FolderSettler::rescue_batch() {
  // The walk ended early: what is complete stays. A second failure says nothing new.
  try {
    if (!pending_.empty()) flush();
  } catch (const Error&) {
    pending_.clear();
    wanted_flags_.clear();
  }
}

}  // namespace mailhaul::sync
