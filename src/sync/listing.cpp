#include "listing.hpp"

#include <optional>
#include <utility>

#include "known_rows.hpp"

namespace mailhaul::sync {
namespace {

class Lister {
 public:
  Lister(store::MessageSource& store, ledger::Ledger& ledger, Trust trust, bool reads_strangers,
         const std::function<void()>& check_stop, Listing& out)
      : store_(store),
        ledger_(ledger),
        trust_(trust),
        reads_strangers_(reads_strangers),
        check_stop_(check_stop),
        out_(out) {}

  void list() {
    const auto stamp = store_.stamp(out_.folder);
    out_.exists = stamp.has_value();
    const auto known = ledger_.find_folder(out_.side, out_.folder);
    if (known) out_.id = known->id;
    if (!stamp) {
      out_.was_read = true;
      if (known) note_gone(KnownRows(ledger_, out_.side, out_.id, KnownRows::By::handle).left());
      return;
    }
    out_.was_read = true;
    if (!known) out_.id = ledger_.folder_id(out_.side, out_.folder);
    const bool may_have_grown =
        trust_.stamps && !trust_.handles && known && known->state.stamp && !known->state.stamp->resume.empty();
    if (may_have_grown) {
      const Listing before = out_;
      try {
        return read(known->state.stamp);
      } catch (const Error& error) {
        if (error.cause() != Cause::source_changed || error.scope() != Scope::folder) throw;
        out_ = before;  // it did more than grow
      }
    }
    read(std::nullopt);
  }

 private:
  void read(const std::optional<store::Stamp>& since) {
    KnownRows rows(ledger_, out_.side, out_.id, trust_.handles ? KnownRows::By::handle : KnownRows::By::content);
    const std::vector<store::FolderSince> folders{
        {out_.folder, since, since ? rows.handles() : std::vector<store::Handle>{}}};
    const auto cursor = store_.walk(folders);
    for (;;) {
      check_stop_();
      bool opened = false;
      try {
        if (!cursor->next()) break;
        ++out_.messages;
        opened = true;
        meet(*cursor, rows);
      } catch (Error& error) {
        if (error.scope() != Scope::message) throw error.on(out_.side);
        unreadable(opened ? cursor->info() : store::MessageInfo{}, error, opened);
      }
    }
    const store::WalkEnd end = cursor->end(out_.folder);
    out_.stamp = end.stamp;
    if (!end.stable) out_.is_stable = out_.is_proof = false;
    out_.is_whole = end.whole;
    // A message missed here would be copied a second time.
    if (!end.stable && out_.side == Side::target)
      throw Error(Cause::source_changed, Scope::folder, "listing the target folder")
          .because("it changes faster than it can be listed")
          .hint("run the same command again")
          .on(Side::target);
    note_gone(rows.left());
  }

  void meet(store::MessageCursor& cursor, KnownRows& rows) {
    const auto seen = [&cursor] {
      const store::MessageInfo& info = cursor.info();
      return ledger::Sighting{info.handle, info.flags, info.keywords};
    };
    std::optional<Known> known;
    std::optional<mail::ContentKey> key;
    if (trust_.handles || cursor.is_known()) known = rows.take(cursor.info().handle);
    if (!known && (reads_strangers_ || !trust_.handles)) key = cursor.key(ledger_.secrets());
    const ledger::Sighting now = seen();
    if (!known && !trust_.handles) known = rows.take(*key, now);
    if (!known) {
      out_.strangers.push_back({now, cursor.info().ids, key});
    } else if (known->seen != now) {
      out_.changed.push_back({known->row, now});
    }
  }

  void unreadable(const store::MessageInfo& info, Error& error, bool opened) {
    // It may well be one that a row knows, or many. What is only refused (a symlink) is none.
    const bool may_be_known = opened || error.system_error() != 0;
    if (may_be_known) out_.is_proof = false;
    if (out_.side == Side::target && may_be_known) {
      // It may be one that an earlier run copied (and then got another owner, or a bad sector): every run would copy it
      // once more.
      error.reaching(Scope::folder).on(Side::target);
      if (error.cause() != Cause::source_changed)
        error.hint("it can't be compared, so copying could double it: mend or remove the file, or name its owner with "
                   "--chown");
      throw Error(error);
    }
    out_.unreadable.push_back({info, error});
  }

  void note_gone(const std::vector<ledger::RowId>& rows) {
    for (const ledger::RowId id : rows)
      if (auto row = ledger_.row(id)) out_.gone.push_back(std::move(*row));
  }

  store::MessageSource& store_;
  ledger::Ledger& ledger_;
  Trust trust_;
  bool reads_strangers_;
  const std::function<void()>& check_stop_;
  Listing& out_;
};

}  // namespace

std::optional<Listing> unchanged(store::MessageSource& store, Side side, const store::FolderRef& folder,
                                 ledger::Ledger& ledger, Trust trust) {
  const auto known = trust.stamps ? ledger.find_folder(side, folder) : std::nullopt;
  if (!known || !known->state.stamp) return std::nullopt;
  const auto stamp = store.stamp(folder);
  if (known->state.stamp != stamp) return std::nullopt;
  Listing out;
  out.side = side;
  out.folder = folder;
  out.id = known->id;
  out.exists = true;
  out.stamp = stamp;
  out.messages = known->state.messages;
  return out;
}

Listing list_folder(store::MessageSource& store, Side side, const store::FolderRef& folder, ledger::Ledger& ledger,
                    Trust trust, bool reads_strangers, const std::function<void()>& check_stop) {
  Listing out;
  out.side = side;
  out.folder = folder;
  try {
    Lister(store, ledger, trust, reads_strangers, check_stop, out).list();
  } catch (Error& error) {
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    if (error.folder().empty()) error.in(folder.display());
    out.error = error;
    out.is_proof = false;
  }
  return out;
}

}  // namespace mailhaul::sync
