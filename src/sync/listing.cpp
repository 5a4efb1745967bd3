#include "listing.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace mailhaul::sync {
namespace {

/// The rows that have an end in a folder, to be found by what is met there. Each is found once.
class KnownRows {
 public:
  KnownRows(ledger::Ledger& ledger, Side side, ledger::FolderId folder, bool by_key) {
    ledger.each_in(side, folder, [&](const ledger::Row& row) {
      const ledger::Sighting& seen = side == Side::source ? *row.source : *row.target;
      if (by_key)
        by_key_[row.key].push_back({row.id, seen});
      else
        by_handle_.emplace(seen.handle.token, Known{row.id, seen.flags, seen.keywords});
    });
  }

  /// The row of a message with that handle, taken out; its flags as recorded are in `seen`.
  std::optional<Sighted> take(const store::Handle& handle) {
    if (!by_key_.empty()) return take_by_place(handle);
    const auto found = by_handle_.find(handle.token);
    if (found == by_handle_.end()) return std::nullopt;
    Sighted taken{found->second.row, {handle, found->second.flags, std::move(found->second.keywords)}};
    by_handle_.erase(found);
    return taken;
  }

  /// Where the rows say that messages are.
  [[nodiscard]] std::vector<store::Handle> handles() const {
    std::vector<store::Handle> all;
    for (const auto& [key, rows] : by_key_)
      for (const Sighted& row : rows) all.push_back(row.now.handle);
    return all;
  }

  /// The row of a message with that content: of several the one with its handle, else with its flags, else the first.
  std::optional<Sighted> take(const mail::ContentKey& key, const ledger::Sighting& now) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    auto& rows = found->second;
    constexpr std::size_t compared = 64;  // A16
    std::size_t best = 0;
    int best_distance = 3;
    for (std::size_t i = 0; i < rows.size() && i < compared && best_distance > 0; ++i) {
      const ledger::Sighting& seen = rows[i].now;
      const int distance = seen.handle == now.handle ? 0 : has_same_flags(seen, now) ? 1 : 2;
      if (distance >= best_distance) continue;
      best = i;
      best_distance = distance;
    }
    Sighted taken = std::move(rows[best]);
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(best));
    if (rows.empty()) by_key_.erase(found);
    return taken;
  }

  /// Those that nothing was found for, in the order of the ledger.
  [[nodiscard]] std::set<ledger::RowId> left() const {
    std::set<ledger::RowId> rows;
    for (const auto& [handle, known] : by_handle_) rows.insert(known.row);
    for (const auto& [key, some] : by_key_)
      for (const Sighted& one : some) rows.insert(one.row);
    return rows;
  }

 private:
  std::optional<Sighted> take_by_place(const store::Handle& handle) {
    if (key_at_.empty())
      for (const auto& [key, rows] : by_key_)
        for (const Sighted& row : rows) key_at_.emplace(row.now.handle.token, key);
    const auto place = key_at_.find(handle.token);
    if (place == key_at_.end()) return std::nullopt;
    return take(place->second, ledger::Sighting{handle, {}, {}});
  }

  struct Known {
    ledger::RowId row = 0;
    mail::FlagSet flags{};
    mail::KeywordSet keywords{};
  };
  std::unordered_map<std::string, Known> by_handle_{};
  std::unordered_map<mail::ContentKey, std::vector<Sighted>, mail::ContentKeyHash> by_key_{};
  std::unordered_map<std::string, mail::ContentKey> key_at_{};
};

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
      if (known) note_gone(KnownRows(ledger_, out_.side, out_.id, true));
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
    KnownRows rows(ledger_, out_.side, out_.id, !trust_.handles);
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
    // A message missed here would be copied a second time.
    if (!end.stable && out_.side == Side::target)
      throw Error(Cause::source_changed, Scope::folder, "listing the target folder")
          .because("it changes faster than it can be listed")
          .hint("run the same command again")
          .on(Side::target);
    note_gone(rows);
  }

  void meet(store::MessageCursor& cursor, KnownRows& rows) {
    const auto seen = [&cursor] {
      const store::MessageInfo& info = cursor.info();
      return ledger::Sighting{info.handle, info.flags, info.keywords};
    };
    std::optional<Sighted> known;
    std::optional<mail::ContentKey> key;
    if (trust_.handles || cursor.is_known()) known = rows.take(cursor.info().handle);
    if (!known && (reads_strangers_ || !trust_.handles)) key = cursor.key(ledger_.secrets());
    const ledger::Sighting now = seen();
    if (!known && !trust_.handles) known = rows.take(*key, now);
    if (!known) {
      out_.strangers.push_back({now, cursor.info().ids, key});
    } else if (known->now != now) {
      out_.changed.push_back({known->row, now});
    }
  }

  void unreadable(const store::MessageInfo& info, Error& error, bool opened) {
    // It may well be one that a row knows.
    if (opened) out_.is_proof = false;
    if (out_.side == Side::target && opened) {
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

  void note_gone(const KnownRows& rows) {
    for (const ledger::RowId id : rows.left())
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
