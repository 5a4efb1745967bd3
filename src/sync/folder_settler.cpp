#include "folder_settler.hpp"

#include <algorithm>
#include <utility>

#include "numbering.hpp"

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

/// The key of a message, and where it has to be confirmed the one under the secrets of this run, in one pass.
class Keys {
 public:
  Keys(const mail::KeySecrets& secrets, const mail::KeySecrets* confirmation) : key_(secrets) {
    if (confirmation != nullptr) confirmation_.emplace(*confirmation);
  }
  void write(Bytes octets) {
    key_.write(octets);
    if (confirmation_) confirmation_->write(octets);
  }
  [[nodiscard]] mail::ContentKey key() { return key_.finish(); }
  [[nodiscard]] std::optional<mail::ContentKey> confirmation() {
    return confirmation_ ? std::optional(confirmation_->finish()) : std::nullopt;
  }

 private:
  mail::KeyHasher key_;
  std::optional<mail::KeyHasher> confirmation_{};
};

}  // namespace

FolderSettler::FolderSettler(const Settling& run, const FolderPlan& plan)
    : run_(run),
      plan_(plan),
      task_(*plan.task),
      abilities_(run.target.capabilities()),
      // Two source folders have each UID twice. Where handles don't last, the store takes the UIDs with the messages.
      keeps_uids_(task_.sources.size() == 1 && abilities_.keeps_uids && abilities_.stable_handles) {}

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
    outcome.target_before = plan_.target->messages;
    outcomes.push_back(std::move(outcome));
  }
  outcomes_ = &outcomes;
  try {
    check_stop();
    if (plan_.target->error) throw Error(*plan_.target->error);
    target_id_ = run_.ledger.folder_id(Side::target, task_.target);
    for (const store::FolderRef& source : task_.sources)
      source_ids_.push_back(run_.ledger.folder_id(Side::source, source));
    load_candidates();
    if (is_first_run()) open_writer();
    for (std::size_t i = 0; i < outcomes.size(); ++i) settle_source(i, outcomes[i]);
    flush(true);
    finish(outcomes.front());
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
  return outcomes;
}

store::FolderInfo FolderSettler::folder_info() {
  // Only hints for the writer (names of keywords, UIDs): a folder that can't be read says so in its own turn.
  try {
    store::FolderInfo info = run_.source.folder(task_.sources.front());
    if (info.next_uid && !mail::has_room(*info.next_uid)) {
      has_no_room_ = abilities_.keeps_uids;
      return without_uids(std::move(info));
    }
    if (task_.sources.size() == 1) return info;
    is_numbered_ = info.uid_validity.has_value() && abilities_.keeps_uids;
    return without_uids(std::move(info));
  } catch (const Error& error) {
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    return {};
  }
}

/// The first run makes a folder that is not there and gives it its numbers, also for no message; later ones open it
/// only for what is new, also when its user has removed it meanwhile (R6).
bool FolderSettler::is_first_run() const {
  const auto known = run_.ledger.find_folder(Side::target, task_.target);
  return !known || !known->state.was_made;
}

store::FolderWriter& FolderSettler::writer() {
  if (!writer_) open_writer();
  return *writer_;
}

void FolderSettler::open_writer() {
  info_ = folder_info();
  if (const auto known = run_.ledger.folder(target_id_)) {
    ledger::FolderState state = known->state;
    state.finished = false;
    state.was_made = true;
    run_.ledger.set_state(target_id_, state);
  }
  has_written_ = true;
  writer_ = run_.target.open_folder(task_.target, info_);
  if (plan_.target->stamp) writer_->as_of(*plan_.target->stamp);
}

void FolderSettler::load_candidates() {
  const bool any = std::any_of(plan_.sources.begin(), plan_.sources.end(), [](const Listing* listing) {
    return listing == nullptr || !listing->strangers.empty();
  });
  if (!any) return;
  run_.ledger.each_without_source(target_id_, [this](const ledger::Row& row) {
    index_.add(row.key, {row.target->handle, row.target->flags, row.target->keywords, row.id});
  });
}

void FolderSettler::settle_source(std::size_t index, FolderOutcome& outcome) {
  run_.observer.folder_begins(outcome.source);
  try {
    try {
      if (const Listing* listing = plan_.sources[index])
        settle_listed(*listing, outcome);
      else
        walk(outcome.source, outcome);
    } catch (const Error&) {
      rescue_batch();
      throw;
    }
    // Not before the last one where one flush has to do all: see flush().
    if (abilities_.stable_handles || index + 1 < task_.sources.size()) flush();
  } catch (Error& error) {
    // A source folder that can't be read to its end must not keep the others from the same target.
    if (error.scope() != Scope::folder || error.side() == Side::target) throw;
    if (error.folder().empty()) error.in(outcome.source.display());
    outcome.error = error;
  }
}

void FolderSettler::settle_listed(const Listing& listing, FolderOutcome& outcome) {
  if (listing.error) throw Error(*listing.error);
  outcome.source_messages = listing.messages;
  outcome.stable = listing.is_stable;
  for (const Unreadable& one : listing.unreadable) {
    if (one.info.handle.token.empty()) ++outcome.source_messages;
    failed(outcome.source, one.info, one.error, outcome);
  }
  if (listing.strangers.empty()) return;
  std::map<store::Handle, const Stranger*> strangers;
  std::vector<store::Handle> handles;
  for (const Stranger& stranger : listing.strangers) {
    strangers.emplace(stranger.seen.handle, &stranger);
    handles.push_back(stranger.seen.handle);
  }
  const auto cursor = run_.source.fetch(outcome.source, handles);
  for (;;) {
    check_stop();
    const Stranger* stranger = nullptr;
    try {
      if (!cursor->next()) break;
      const auto found = strangers.find(cursor->info().handle);
      if (found == strangers.end()) continue;
      stranger = found->second;
      strangers.erase(found);
      settle_message(*cursor, stranger, outcome);
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      failed(outcome.source, stranger != nullptr ? cursor->info() : store::MessageInfo{}, error, outcome);
    }
    if (writer_ && writer_->batch_is_full()) flush();
  }
  // Moved or removed by its owner since it was listed: for the next run to find, or to find gone.
  if (!strangers.empty()) outcome.stable = false;
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
      settle_message(*cursor, nullptr, outcome);
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      failed(source, at_message ? cursor->info() : store::MessageInfo{}, error, outcome);
    }
    ++outcome.source_messages;
    if (writer_ && writer_->batch_is_full()) flush();
  }
  const store::WalkEnd end = cursor->end(source);
  outcome.stable = end.stable && outcome.stable;
  outcome.stamp = end.stamp;
}

void FolderSettler::settle_message(store::MessageCursor& cursor, const Stranger* stranger, FolderOutcome& outcome) {
  io::Source& content = cursor.content();  // first: date and size may be known only now
  const store::MessageInfo& info = cursor.info();
  const MessageFilter& wanted = run_.options.messages;
  if (!wanted.selects_date(info.internal_date) || (info.size_octets && !wanted.selects_size(*info.size_octets))) {
    left_out(info, outcome);
  } else if (stranger == nullptr && index_.empty() && run_.vanished.empty()) {
    copy_at_once(cursor, content, outcome);
  } else {
    copy_unless_there(cursor, content, stranger, outcome);
  }
}

void FolderSettler::copy_at_once(store::MessageCursor& cursor, io::Source& content, FolderOutcome& outcome) {
  const auto message = writer().append(cursor.info());
  Read read;
  if (!message->wants_octets() && cursor.info().size_octets) {
    read.octets = *cursor.info().size_octets;
  } else {
    mail::KeyHasher hasher(run_.ledger.secrets());
    for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
      read.octets += piece.size();
      check_size(read.octets);
      hasher.write(piece);
      message->write(piece);
      run_.observer.octets(piece.size());
      check_stop();
    }
    read.key = hasher.finish();
  }
  if (!run_.options.messages.selects_size(read.octets)) return left_out(cursor.info(), outcome);
  commit(cursor, *message, read, outcome);
}

void FolderSettler::copy_unless_there(store::MessageCursor& cursor, io::Source& content, const Stranger* stranger,
                                      FolderOutcome& outcome) {
  Keys keys(run_.ledger.secrets(), run_.confirmation);
  std::unique_ptr<store::MessageWriter> message;
  Read read;
  held_.clear();
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
    keys.write(piece);
    read.octets += piece.size();
    check_size(read.octets);
    run_.observer.octets(piece.size());
    check_stop();
    if (!message && held_.size() + piece.size() <= held_octets_limit) {
      held_ += as_text(piece);
      continue;
    }
    if (!message) {
      message = writer().append(cursor.info());
      message->write(as_bytes(held_));
    }
    message->write(piece);
  }
  read.key = keys.key();
  read.confirmation = keys.confirmation();
  if (stranger != nullptr && stranger->key && *stranger->key != read.key)
    throw Error(Cause::source_changed, Scope::message, "reading a message")
        .because("another one stands where it was listed")
        .hint("run the same command again")
        .on(Side::source);
  if (!run_.options.messages.selects_size(read.octets)) return left_out(cursor.info(), outcome);
  store::MessageInfo info = cursor.info();
  if (stranger != nullptr) info.ids = stranger->ids;  // which UID counts only the walk over all of an mbox knows
  carried_.reset();
  if (recognise(info, read, outcome)) return;
  if (carried_) {
    write_carried(*carried_, info, message);
  } else if (!message) {
    message = writer().append(info);
    message->write(as_bytes(held_));
  }
  commit(cursor, *message, read, outcome);
}

void FolderSettler::commit(store::MessageCursor& cursor, store::MessageWriter& message, const Read& read,
                           FolderOutcome& outcome) {
  message.commit();
  const ledger::Sighting source = sighting_of(cursor.info());
  pending_.push_back({&outcome, source, read.key, read.octets, cursor.info().ids,
                      carried_ ? as_carried(*carried_, source) : source, carried_});
  const Action done = carried_ ? Action::moved : Action::copied;
  carried_.reset();
  run_.observer.message({done, outcome.source, outcome.target, cursor.info(), read.octets});
}

void FolderSettler::left_out(const store::MessageInfo& info, FolderOutcome& outcome) {
  ++outcome.left_out;
  run_.observer.message({Action::left_out, outcome.source, outcome.target, info, 0});
}

void FolderSettler::failed(const store::FolderRef& source, const store::MessageInfo& info, const Error& error,
                           FolderOutcome& outcome) {
  ++outcome.failed;
  run_.observer.message({Action::failed, source, outcome.target, info, 0, &error});
  if (error.cause() != Cause::source_changed) return;
  ++outcome.changed;
  outcome.stable = false;
}

ledger::FolderId FolderSettler::source_id(const FolderOutcome& outcome) {
  return source_ids_[static_cast<std::size_t>(&outcome - outcomes_->data())];
}

void FolderSettler::finish(FolderOutcome& outcome) {
  const auto known = run_.ledger.folder(target_id_);
  if (!writer_ && (!known || known->state.finished)) return;
  const store::FolderInfo before = writer_ ? info_ : folder_info();
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
  const auto source_folder = run_.ledger.folder(source_ids_.front());
  const auto recorded = source_folder ? source_folder->state.uid_validity : std::nullopt;
  if (recorded && recorded != info.uid_validity) info = without_uids(std::move(info));
  Numbering numbering;
  if (info.uid_validity && keeps_uids_)
    run_.ledger.each_numbered(source_ids_.front(), target_id_,
                              [&](std::string_view handle, const mail::ServerIds& ids) { numbering.add(handle, ids); });
  if (known) info.list_digest = known->state.list_digest;
  const store::Finished finished = writer().finish(info, numbering);
  if (outcome.error) return;
  if (const auto folder = run_.ledger.folder(target_id_)) {
    ledger::FolderState state = folder->state;
    state.finished = true;
    state.list_digest = finished.list_digest;
    run_.ledger.set_state(target_id_, state);
  }
}

}  // namespace mailhaul::sync
