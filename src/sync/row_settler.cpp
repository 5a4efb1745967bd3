#include "row_settler.hpp"

#include <memory>
#include <utility>

#include "mailhaul/sync/decide.hpp"

namespace mailhaul::sync {
namespace {

class RowSettler {
 public:
  RowSettler(const Settling& run, const Listing& target)
      : run_(run), target_(target), lasts_(run.target.capabilities().stable_handles) {}

  RowsOutcome settle(const std::vector<RowChange*>& changes) {
    const bool can_change = run_.target.capabilities().changes_flags;
    for (RowChange* change : changes) {
      run_.stop.check();
      const store::FlagChange flags = flags_for(*change);
      if (flags.empty() || !can_change) {
        if (!flags.empty()) ++refused_;
        record(*change, {}, false);
        continue;
      }
      writer().change_flags(change->target()->handle, flags);
      asked_.push_back({change, flags});
      // Where handles don't last one flush has to do it all: behind it they are others.
      if (lasts_ && writer().batch_is_full()) flush();
    }
    flush();
    run_.ledger.commit();
    out_.is_complete = changed_meanwhile_ == 0;
    if (changed_meanwhile_ > 0)
      run_.findings.add({FindingKind::flags_differ, Weight::note, target_.folder.display(), "",
                         "messages that changed at the target just now, so that the next run brings their flags",
                         changed_meanwhile_});
    if (refused_ > 0)
      run_.findings.add({FindingKind::flags_differ, Weight::lost, target_.folder.display(), "",
                         "messages that were already at the target have other flags at the source", refused_});
    return std::move(out_);
  }

 private:
  struct Asked {
    RowChange* change;
    store::FlagChange flags{};
  };

  [[nodiscard]] static store::FlagChange flags_for(const RowChange& change) {
    const ledger::Row& row = change.row;
    const ledger::Sighting* const source = change.source();
    const ledger::Sighting* const target = change.target();
    const bool merges = decide({source != nullptr, row.source.has_value(), target != nullptr}) == Fate::merge_flags;
    if (!merges || source == nullptr || target == nullptr) return {};
    const ledger::Sighting& target_base = row.target ? *row.target : *target;  // put back: as it comes
    return merge_flags({*row.source, *source}, {target_base, *target});
  }

  store::FolderWriter& writer() {
    if (!writer_) {
      writer_ = run_.target.open_folder(target_.folder, {});
      if (target_.stamp) writer_->as_of(*target_.stamp);
      out_.has_written = true;
    }
    return *writer_;
  }

  void flush() {
    if (asked_.empty()) return;
    const auto receipts = writer_->flush();
    for (std::size_t i = 0; i < asked_.size() && i < receipts.size(); ++i) {
      const bool is_there = receipts[i].outcome != store::Receipt::Outcome::gone_or_changed;
      record(*asked_[i].change, asked_[i].flags, is_there);
      if (receipts[i].outcome == store::Receipt::Outcome::done) tell(*asked_[i].change);
      if (!is_there) ++changed_meanwhile_;
    }
    asked_.clear();
  }

  void tell(const RowChange& change) {
    ++out_.flags_changed[change.row.source_folder];
    const auto folder = run_.ledger.folder(change.row.source_folder);
    store::MessageInfo info;
    if (const ledger::Sighting* source = change.source()) {
      info.handle = source->handle;
      info.flags = source->flags;
      info.keywords = source->keywords;
    }
    run_.observer.message({Action::flags_changed, folder ? folder->ref : store::FolderRef{}, target_.folder, info, 0});
  }

  /// `flags` was asked for at the target, and is there or not.
  void record(RowChange& change, const store::FlagChange& flags, bool is_there) {
    ledger::Row row = change.row;
    const ledger::Sighting* source = change.source();
    const ledger::Sighting* target = change.target();
    if (change.target_now &&
        (!row.target || change.target_folder_now || !has_same_flags(*row.target, *change.target_now)))
      row.touched = true;
    // It may have been moved; then its flags are compared only where it is found.
    if (source == nullptr && row.source && row.target && change.target_now)
      row.source = without_differences(std::move(*row.source), {*row.target, *change.target_now});
    if (target != nullptr) {
      row.target = is_there ? changed(*target, flags) : *target;
      row.target_folder = change.target_folder_now.value_or(row.target_folder);
    } else if (row.target) {
      row.target.reset();
      row.gone_run = run_.run;
      if (row.ours && source != nullptr) ++out_.removed[row.source_folder];
    }
    if (source != nullptr) row.source = flags.empty() || is_there ? *source : without_change(*source, flags);
    run_.ledger.update(row);
    // What is still to be decided (a message that is gone at the source) starts from here.
    change.row.target = row.target;
    change.row.target_folder = row.target_folder;
    change.row.touched = row.touched;
    change.row.gone_run = row.gone_run;
    change.row.source = row.source;
    change.target_now.reset();
    change.target_folder_now.reset();
    change.target_gone = false;
  }

  const Settling& run_;
  const Listing& target_;
  bool lasts_;
  std::unique_ptr<store::FolderWriter> writer_;
  std::vector<Asked> asked_{};
  std::uint64_t refused_ = 0;
  std::uint64_t changed_meanwhile_ = 0;
  RowsOutcome out_{};
};

}  // namespace

RowsOutcome settle_rows(const Settling& run, const Listing& target, const std::vector<RowChange*>& changes) {
  return RowSettler(run, target).settle(changes);
}

}  // namespace mailhaul::sync
