#include "folder_settler.hpp"

#include <algorithm>
#include <cassert>

#include "mailhaul/io/pump.hpp"
#include "mailhaul/sync/decide.hpp"

namespace mailhaul::sync {
namespace {

/// A message up to this size waits in memory until its key is known; a larger one in an uncommitted writer.
constexpr std::size_t held_octets_limit = 1024 * 1024;

void check_size(std::uint64_t octets) {
  if (octets > store::largest_message_octets)
    throw Error(Cause::limit, Scope::message, "reading a message").because("larger than 4 GiB").on(Side::source);
}

store::FolderInfo without_uids(store::FolderInfo info) {
  info.uid_validity.reset();
  info.next_uid.reset();
  info.guid.clear();
  info.list_fields.clear();
  return info;
}

}  // namespace

FolderSettler::FolderSettler(const Settling& run, const FolderTask& task) : run_(run), task_(task) {
  // Two source folders have each UID twice. Where handles don't last, the store takes the UIDs with the messages.
  const store::Capabilities target = run.target.capabilities();
  keeps_uids_ = task.sources.size() == 1 && target.keeps_uids && target.stable_handles;
}

void FolderSettler::check_stop() const {
  run_.stop.check();
  run_.abandoned.check();
}

std::vector<FolderOutcome> FolderSettler::settle() {
  std::vector<FolderOutcome> outcomes;
  outcomes.reserve(task_.sources.size());  // Pending keeps pointers into it
  for (const store::FolderRef& source : task_.sources) {
    FolderOutcome outcome;
    outcome.source = source;
    outcome.target = task_.target;
    outcomes.push_back(std::move(outcome));
  }
  try {
    check_stop();
    index_target();
    for (FolderOutcome& outcome : outcomes) outcome.target_before = target_before_;
    const store::FolderInfo info = folder_info();
    writer_ = run_.target.open_folder(task_.target, info);
    for (FolderOutcome& outcome : outcomes) settle_source(outcome);
    change_flags();
    finish(info, outcomes.front());
  } catch (Error& error) {
    // What ended the target folder ended all its source folders that were not given up before.
    for (FolderOutcome& outcome : outcomes) {
      if (outcome.error) continue;
      outcome.error = error;
      if (error.folder().empty()) outcome.error->in(outcome.source.display());
    }
  }
  if (flags_refused_ > 0)
    run_.findings.add({FindingKind::flags_differ, Weight::lost, task_.target.display(), "",
                       "messages that were already at the target have other flags at the source", flags_refused_});
  if (flags_not_changed_ > 0)
    run_.findings.add({FindingKind::flags_differ, Weight::lost, task_.target.display(), "",
                       "messages at the target that could not be told from others of the same name, or are gone: their "
                       "flags stay",
                       flags_not_changed_});
  for (const FolderOutcome& outcome : outcomes) run_.observer.folder_ends(outcome);
  return outcomes;
}

store::FolderInfo FolderSettler::folder_info() {
  // Only hints for the writer (names of keywords, UIDs): a folder that can't be read says so in its own turn.
  try {
    store::FolderInfo info = run_.source.folder(task_.sources.front());
    if (info.next_uid && !mail::has_room(*info.next_uid)) {
      has_no_room_ = run_.target.capabilities().keeps_uids;
      return without_uids(std::move(info));
    }
    if (task_.sources.size() == 1) return info;
    is_numbered_ = info.uid_validity.has_value() && run_.target.capabilities().keeps_uids;
    return without_uids(std::move(info));
  } catch (const Error& error) {
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    return {};
  }
}

void FolderSettler::settle_source(FolderOutcome& outcome) {
  run_.observer.folder_begins(outcome.source);
  try {
    try {
      walk(outcome.source, outcome);
    } catch (const Error&) {
      rescue_batch();
      throw;
    }
    flush();
  } catch (Error& error) {
    // A source folder that can't be read to its end must not keep the others from the same target.
    if (error.scope() != Scope::folder || error.side() == Side::target) throw;
    if (error.folder().empty()) error.in(outcome.source.display());
    outcome.error = error;
  }
}

void FolderSettler::index_target() {
  if (!run_.target.stamp(task_.target)) return;
  const std::vector<store::FolderSince> folders{{task_.target, std::nullopt}};
  const auto cursor = run_.target.walk(folders);
  for (;;) {
    check_stop();
    bool opened = false;
    try {
      if (!cursor->next()) break;
      ++target_before_;
      opened = true;
      const mail::ContentKey key = cursor->key(run_.secrets);
      const store::MessageInfo& info = cursor->info();
      index_.add(key, {info.handle, info.flags, info.keywords});
    } catch (Error& error) {
      if (error.scope() != Scope::message) throw error.on(Side::target);
      // It may well be one that an earlier run copied (and then got another owner, or a bad sector): every run would
      // copy it once more.
      if (opened) {
        error.reaching(Scope::folder).on(Side::target);
        if (error.cause() != Cause::source_changed)
          error.hint("it can't be compared, so copying could double it: mend or remove the file, or name its owner "
                     "with --chown");
        throw error;
      }
      // What no program serves as mail (a symlink) is no message that a source could have.
      run_.findings.add({FindingKind::unreadable, Weight::note, task_.target.display(), error.place(),
                         std::string("at the target: ") + error.what(), 1});
    }
  }
  // A message missed here would be copied a second time.
  if (!cursor->end(task_.target).stable)
    throw Error(Cause::source_changed, Scope::folder, "listing the target folder")
        .because("it changes faster than it can be listed")
        .hint("run the same command again")
        .on(Side::target);
}

void FolderSettler::walk(const store::FolderRef& source, FolderOutcome& outcome) {
  const std::vector<store::FolderSince> folders{{source, std::nullopt}};
  const auto cursor = run_.source.walk(folders);
  for (;;) {
    check_stop();
    bool at_message = false;
    try {
      if (!cursor->next()) break;
      at_message = true;
      settle_message(*cursor, outcome);
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      failed(source, at_message ? cursor->info() : store::MessageInfo{}, error, outcome);
    }
    ++outcome.source_messages;
    if (writer_->batch_is_full()) flush();
  }
  outcome.stable = cursor->end(source).stable && outcome.stable;
}

void FolderSettler::settle_message(store::MessageCursor& cursor, FolderOutcome& outcome) {
  io::Source& content = cursor.content();  // first: date and size may be known only now
  const store::MessageInfo& info = cursor.info();
  const MessageFilter& wanted = run_.options.messages;
  if (!wanted.selects_date(info.internal_date) || (info.size_octets && !wanted.selects_size(*info.size_octets))) {
    left_out(cursor, outcome);
  } else if (index_.empty()) {
    copy_at_once(cursor, content, outcome);
  } else {
    copy_unless_there(cursor, content, outcome);
  }
}

void FolderSettler::copy_at_once(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome) {
  const auto message = writer_->append(cursor.info());
  std::uint64_t octets = 0;
  if (!message->wants_octets() && cursor.info().size_octets) {
    octets = *cursor.info().size_octets;
  } else {
    for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
      octets += piece.size();
      check_size(octets);
      message->write(piece);
      run_.observer.octets(piece.size());
      check_stop();
    }
  }
  if (!run_.options.messages.selects_size(octets)) return left_out(cursor, outcome);
  commit(cursor, *message, octets, outcome);
}

void FolderSettler::copy_unless_there(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome) {
  mail::KeyHasher hasher(run_.secrets);
  std::unique_ptr<store::MessageWriter> message;
  std::uint64_t octets = 0;
  held_.clear();
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
    hasher.write(piece);
    octets += piece.size();
    check_size(octets);
    run_.observer.octets(piece.size());
    check_stop();
    if (!message && held_.size() + piece.size() <= held_octets_limit) {
      held_ += as_text(piece);
      continue;
    }
    if (!message) {
      message = writer_->append(cursor.info());
      message->write(as_bytes(held_));
    }
    message->write(piece);
  }
  if (!run_.options.messages.selects_size(octets)) return left_out(cursor, outcome);
  if (const auto candidate = index_.take(hasher.finish(), cursor.info())) return adopt(cursor, *candidate, outcome);
  if (!message) {
    message = writer_->append(cursor.info());
    message->write(as_bytes(held_));
  }
  commit(cursor, *message, octets, outcome);
}

void FolderSettler::commit(store::MessageCursor& cursor, store::MessageWriter& message, std::uint64_t octets,
                           FolderOutcome& outcome) {
  message.commit();
  pending_.push_back({&outcome, cursor.info().handle, octets, cursor.info().ids});
  run_.observer.message({Action::copied, outcome.source, outcome.target, cursor.info(), octets});
}

void FolderSettler::adopt(const store::MessageCursor& cursor, const Candidate& candidate, FolderOutcome& outcome) {
  ++outcome.adopted;
  const store::MessageInfo& info = cursor.info();
  if (keeps_uids_) numbering_.add(candidate.handle, info.ids);
  store::FlagChange change = unite_flags(info.flags, info.keywords, candidate.flags, candidate.keywords);
  if (change.empty() || !run_.target.capabilities().changes_flags) {
    if (!change.empty()) ++flags_refused_;
    run_.observer.message({Action::adopted, outcome.source, outcome.target, info, 0});
    return;
  }
  wanted_flags_.push_back({&outcome, info, candidate.handle, std::move(change)});
}

void FolderSettler::left_out(const store::MessageCursor& cursor, FolderOutcome& outcome) {
  ++outcome.left_out;
  run_.observer.message({Action::left_out, outcome.source, outcome.target, cursor.info(), 0});
}

void FolderSettler::failed(const store::FolderRef& source, const store::MessageInfo& info, const Error& error,
                           FolderOutcome& outcome) {
  ++outcome.failed;
  run_.observer.message({Action::failed, source, outcome.target, info, 0, &error});
  if (error.cause() != Cause::source_changed) return;
  ++outcome.changed;
  outcome.stable = false;
}

void FolderSettler::flush() {
  std::vector<store::Receipt> receipts;
  try {
    receipts = writer_->flush();
  } catch (const Error& error) {
    // D3: once into new inodes; a second failure ends the run.
    const std::vector<Pending> lost = std::exchange(pending_, {});
    if (error.cause() != Cause::io_error || written_again_ || lost.empty() || !run_.source.capabilities().fetch) throw;
    written_again_ = true;
    write_again(lost);
    try {
      receipts = writer_->flush();
    } catch (const Error&) {
      pending_.clear();  // nothing of it was recorded, nothing is counted
      throw;
    }
  }
  assert(receipts.size() >= pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const Pending& one = pending_[i];
    ++one.outcome->copied;
    one.outcome->octets_copied += one.octets;
    if (keeps_uids_) numbering_.add(receipts[i].handle, one.ids);
  }
  pending_.clear();
}

void FolderSettler::write_again(const std::vector<Pending>& lost) {
  writer_.reset();
  writer_ = run_.target.open_folder(task_.target, folder_info());
  for (auto begin = lost.begin(); begin != lost.end();) {
    FolderOutcome& outcome = *begin->outcome;
    const auto end = std::find_if(begin, lost.end(), [&](const Pending& one) { return one.outcome != &outcome; });
    std::vector<store::Handle> handles;
    for (auto it = begin; it != end; ++it) handles.push_back(it->source);
    const std::size_t before = pending_.size();
    const auto cursor = run_.source.fetch(outcome.source, handles);
    for (;;) {
      try {
        if (!cursor->next()) break;
        const auto one = std::find_if(begin, end, [&](const Pending& p) { return p.source == cursor->info().handle; });
        write_one_again(*cursor, one == end ? mail::ServerIds{} : one->ids, outcome);
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

void FolderSettler::write_one_again(store::MessageCursor& cursor, const mail::ServerIds& ids, FolderOutcome& outcome) {
  io::Source& content = cursor.content();
  store::MessageInfo info = cursor.info();
  info.ids = ids;  // which UID counts only the walk over all of an mbox knows
  const auto message = writer_->append(info);
  const std::uint64_t octets = io::copy(content, *message);
  message->commit();
  pending_.push_back({&outcome, info.handle, octets, ids});
}

void FolderSettler::change_flags() {
  if (wanted_flags_.empty()) return;
  for (const WantedFlags& wanted : wanted_flags_) writer_->change_flags(wanted.target, wanted.change);
  const auto receipts = writer_->flush();
  for (std::size_t i = 0; i < receipts.size() && i < wanted_flags_.size(); ++i) {
    WantedFlags& wanted = wanted_flags_[i];
    const bool done = receipts[i].outcome == store::Receipt::Outcome::done;
    if (done) ++wanted.outcome->flags_changed;
    if (receipts[i].outcome == store::Receipt::Outcome::gone_or_changed) ++flags_not_changed_;
    run_.observer.message({done ? Action::flags_changed : Action::adopted, wanted.outcome->source,
                           wanted.outcome->target, wanted.info, 0});
  }
}

void FolderSettler::finish(const store::FolderInfo& before, FolderOutcome& outcome) {
  store::FolderInfo info = folder_info();
  if (is_numbered_ && task_.sources.size() > 1)
    run_.findings.add({FindingKind::uid_list, Weight::lost, task_.target.display(), "",
                       "several source folders become one: its messages get new UIDs", 1});
  if (has_no_room_)
    run_.findings.add(
        {FindingKind::uid_list, Weight::lost, task_.sources.front().display(), "",
         "its UIDs leave no room for new messages, and a server could not open the copy: the messages get "
         "new UIDs",
         1});
  if (info.uid_validity != before.uid_validity) {
    outcome.stable = false;  // numbered anew while we read: what we have are the old UIDs
    info = without_uids(std::move(info));
  }
  // A folder that was not read to its end would get a list with holes, and messages that come later have lower UIDs.
  if (outcome.error) info = without_uids(std::move(info));
  if (!info.uid_validity) numbering_.forget();
  writer_->finish(info, numbering_);
}

void FolderSettler::rescue_batch() {
  // The walk ended early: what is complete stays. A second failure says nothing new.
  try {
    if (!pending_.empty()) flush();
  } catch (const Error&) {
    pending_.clear();
  }
}

}  // namespace mailhaul::sync
