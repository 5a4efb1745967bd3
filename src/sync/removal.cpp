#include "removal.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "carried.hpp"
#include "guard.hpp"
#include "listing.hpp"
#include "mailhaul/io/pump.hpp"
#include "reread.hpp"

namespace mailhaul::sync {
namespace {

constexpr const char* quarantine_name = "Mailhaul-Removed";

store::FolderRef quarantine_of(const store::FolderRef& folder, const store::Capabilities& target) {
  std::vector<std::string> parts{quarantine_name};
  for (const std::string& part : folder.folder.parts()) parts.push_back(part);
  mail::FolderName name(std::move(parts));
  return {folder.mailbox, target.fitting_name ? target.fitting_name(name) : name};
}

bool is_quarantine(const std::optional<ledger::Folder>& folder) {
  return folder && !folder->ref.folder.parts().empty() && folder->ref.folder.parts().front() == quarantine_name;
}

class Remover {
 public:
  Remover(const Settling& run, const FolderRemovals& removals)
      : run_(run), removals_(removals), abilities_(run.target.capabilities()) {}

  std::map<ledger::FolderId, std::uint64_t> remove() {
    std::vector<ledger::Row> rows = removals_.gone;
    const auto stamp = abilities_.stable_handles ? std::nullopt : find_again(rows);
    std::vector<ledger::Row> same;
    for (ledger::Row& row : rows)
      if (look_at(row) == Found::what_we_put_there) same.push_back(std::move(row));
    if (same.empty()) return {};
    if (run_.options.removal == Removal::quarantine) {
      if (abilities_.moves) return take(same);
      set_aside(same);
    }
    return record(same, expunge(same, stamp));
  }

  bool expunge_left_behind() {
    std::vector<ledger::Row> rows = removals_.gone;
    const auto stamp = abilities_.stable_handles ? std::nullopt : find_again(rows);
    std::vector<ledger::Row> same;
    std::set<ledger::RowId> ours;
    for (ledger::Row& row : rows) {
      const Found found = row.touched ? Found::another : look_at(row);
      if (found == Found::unreadable) undecided_.insert(row.id);
      if (found != Found::what_we_put_there) continue;
      ours.insert(row.id);
      same.push_back(std::move(row));
    }
    for (ledger::Row row : removals_.gone) {
      if (ours.count(row.id) != 0 || undecided_.count(row.id) != 0) continue;
      row.gone_run = run_.run;  // its user touched it, so it is kept like all that is gone at the source
      row.touched = true;
      run_.ledger.update(row);
    }
    bool is_complete = undecided_.empty();
    if (!same.empty()) {
      const auto receipts = expunge(same, stamp);
      for (std::size_t i = 0; i < same.size() && i < receipts.size(); ++i) {
        if (receipts[i].outcome == store::Receipt::Outcome::done)
          run_.ledger.forget(same[i].id);
        else
          ++changed_meanwhile_;
      }
    }
    changed_meanwhile_ += undecided_.size();
    tell_changed();
    is_complete = is_complete && changed_meanwhile_ == 0;
    run_.ledger.commit();
    return is_complete;
  }

 private:
  [[nodiscard]] static store::AsSeen as_seen(const ledger::Row& row) {
    return {row.target->handle, row.target->flags, row.target->keywords};
  }

  /// Where they are by now: what the run wrote has moved them.
  std::optional<store::Stamp> find_again(std::vector<ledger::Row>& rows) {
    const Listing listing = list_folder(run_.target, Side::target, removals_.folder, run_.ledger, {false, false}, true,
                                        [this] { run_.stop.check(); });
    if (listing.error) throw Error(*listing.error);
    std::map<ledger::RowId, ledger::Sighting> now;
    for (const Sighted& one : listing.changed) now.emplace(one.row, one.now);
    std::set<ledger::RowId> gone;
    for (const ledger::Row& row : listing.gone) gone.insert(row.id);
    std::vector<ledger::Row> left;
    for (ledger::Row& row : rows) {
      if (gone.count(row.id) != 0) {
        if (!listing.is_proof) undecided_.insert(row.id);
        continue;
      }
      if (const auto found = now.find(row.id); found != now.end()) {
        if (!has_same_flags(found->second, *row.target)) continue;
        row.target->handle = found->second.handle;
      }
      left.push_back(std::move(row));
    }
    rows = std::move(left);
    if (!undecided_.empty() && !listing.unreadable.empty())
      run_.put_off.add(Error(listing.unreadable.front().error).on(Side::target));
    return listing.stamp;
  }

  enum class Found { what_we_put_there, another, unreadable };
  Found look_at(const ledger::Row& row) {
    run_.stop.check();
    Reread now = read_again(run_.target, removals_.folder, row.target->handle, run_.ledger.secrets());
    if (now.error) {
      run_.put_off.add(now.error->on(Side::target));
      return Found::unreadable;
    }
    return now.key == row.key ? Found::what_we_put_there : Found::another;
  }

  std::map<ledger::FolderId, std::uint64_t> take(const std::vector<ledger::Row>& rows) {
    const auto writer = run_.target.open_folder(quarantine_of(removals_.folder, abilities_), {});
    for (const ledger::Row& row : rows) writer->take(removals_.folder, as_seen(row));
    return record(rows, writer->flush());
  }

  /// A copy in the quarantine, durable before the first is expunged.
  void set_aside(const std::vector<ledger::Row>& rows) {
    store::MessageStore& store = run_.options.quarantine != nullptr ? *run_.options.quarantine : run_.target;
    const store::FolderRef folder =
        run_.options.quarantine != nullptr ? store::FolderRef{} : quarantine_of(removals_.folder, abilities_);
    const auto writer = store.open_folder(folder, {});
    for (const ledger::Row& row : rows) {
      const std::vector<store::Handle> handles{row.target->handle};
      const auto cursor = run_.target.fetch(removals_.folder, handles);
      if (!cursor->next())
        throw Error(Cause::source_changed, Scope::run, "setting a removed message aside")
            .in(removals_.folder.display())
            .because("it is gone, or another one stands where it was")
            .hint("run the same command again")
            .on(Side::target);
      io::Source& content = cursor->content();
      const auto message = writer->append(cursor->info());
      (void)io::copy(content, *message);
      message->commit();
      if (writer->batch_is_full()) (void)writer->flush();
    }
    (void)writer->flush();
    store::NoNumberedMessages none;
    (void)writer->finish({}, none);
  }

  std::vector<store::Receipt> expunge(const std::vector<ledger::Row>& rows, const std::optional<store::Stamp>& stamp) {
    const auto writer = run_.target.open_folder(removals_.folder, {});
    if (stamp) writer->as_of(*stamp);
    for (const ledger::Row& row : rows) writer->expunge(as_seen(row));
    return writer->flush();
  }

  std::map<ledger::FolderId, std::uint64_t> record(const std::vector<ledger::Row>& rows,
                                                   const std::vector<store::Receipt>& receipts) {
    std::map<ledger::FolderId, std::uint64_t> removed;
    for (std::size_t i = 0; i < rows.size() && i < receipts.size(); ++i) {
      if (receipts[i].outcome != store::Receipt::Outcome::done) {
        ++changed_meanwhile_;
        continue;
      }
      ledger::Row row = rows[i];
      ++removed[row.source_folder];
      tell(row);
      row.target.reset();
      row.gone_run = run_.run;
      run_.ledger.update(row);
    }
    run_.ledger.commit();
    tell_changed();
    return removed;
  }

  void tell_changed() const {
    if (changed_meanwhile_ == 0) return;
    run_.findings.add({FindingKind::changed, Weight::note, removals_.folder.display(), "",
                       "messages that changed at the target just now: the next run removes them there, or keeps them",
                       changed_meanwhile_});
  }

  void tell(const ledger::Row& row) {
    const auto folder = run_.ledger.folder(row.source_folder);
    store::MessageInfo info;
    info.handle = row.target->handle;
    run_.observer.message({Action::deleted, folder ? folder->ref : store::FolderRef{}, removals_.folder, info, 0});
  }

  const Settling& run_;
  const FolderRemovals& removals_;
  store::Capabilities abilities_;
  std::set<ledger::RowId> undecided_{};  ///< what they are can't be read now: the next run looks again
  std::uint64_t changed_meanwhile_ = 0;
};

}  // namespace

std::vector<ledger::Row> removable(ledger::Ledger& ledger, ledger::FolderId source_folder) {
  std::vector<ledger::Row> rows;
  ledger.each_gone_from(Side::source, source_folder, [&rows](const ledger::Row& row) {
    if (row.ours && row.target && !row.touched && !is_left_behind(row)) rows.push_back(row);
  });
  // What was set aside already, by a run that was killed before it could say so, stays there.
  std::map<ledger::FolderId, bool> set_aside;
  std::erase_if(rows, [&](const ledger::Row& row) {
    const auto [known, is_new] = set_aside.try_emplace(row.target_folder, false);
    if (is_new) known->second = is_quarantine(ledger.folder(row.target_folder));
    return known->second;
  });
  return rows;
}

void guard_removals(const std::vector<FolderRemovals>& removals, const Options& options) {
  const auto refuse = [](const std::string& folder, std::uint64_t count, std::uint64_t most) {
    throw Error(Cause::guard, Scope::run, "removing at the target what is gone at the source")
        .in(folder)
        .because(std::to_string(count) + " messages would be removed, more than " + std::to_string(most) + "; none was")
        .hint("look at them with -n -i, then allow as many with --max-delete")
        .on(Side::target);
  };
  std::uint64_t all = 0;
  for (const FolderRemovals& folder : removals) {
    all += folder.gone.size();
    if (options.max_removals) continue;
    if (const std::uint64_t most = most_removals(folder.rows); folder.gone.size() > most)
      refuse(folder.folder.display(), folder.gone.size(), most);
  }
  if (options.max_removals && all > *options.max_removals) refuse("", all, *options.max_removals);
}

bool expunge_left_behind(const Settling& run, const FolderRemovals& left_behind) {
  return Remover(run, left_behind).expunge_left_behind();
}

std::map<ledger::FolderId, std::uint64_t> remove(const Settling& run, const FolderRemovals& removals) {
  return Remover(run, removals).remove();
}

}  // namespace mailhaul::sync
