#include "differences.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace mailhaul::sync {
namespace {

/// Rows whose message is not in its place at the target, by content: to be found again among the strangers there.
class MissingRows {
 public:
  struct Missed {
    ledger::RowId row = 0;
    ledger::FolderId folder = 0;
    bool has_just_left = false;  ///< its place, since the last run; else its user removed it before
    bool is_at_source = false;
  };
  static constexpr int best_fit = 9;

  void add(const mail::ContentKey& key, const Missed& one) { by_key_[key].push_back(one); }
  [[nodiscard]] bool empty() const { return by_key_.empty(); }

  /// The row that a stranger in `here` fits best, taken out; none where it fits less than `least`.
  [[nodiscard]] std::optional<ledger::RowId> take(const mail::ContentKey& key, ledger::FolderId here, int least) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    auto& some = found->second;
    constexpr std::ptrdiff_t compared = 64;  // A16
    const auto end = std::ssize(some) > compared ? some.begin() + compared : some.end();
    const bool may_be_put_back =
        std::any_of(some.begin(), end, [&](const Missed& one) { return !one.has_just_left && one.folder == here; });
    const auto fit_of = [&](const Missed& one) { return fit(one, here, may_be_put_back); };
    const auto best =
        std::max_element(some.begin(), end, [&](const Missed& a, const Missed& b) { return fit_of(a) < fit_of(b); });
    if (fit_of(*best) < least) return std::nullopt;
    const ledger::RowId row = best->row;
    some.erase(best);
    if (some.empty()) by_key_.erase(found);
    return row;
  }

 private:
  /// What is in its folder still only got another name. What left its folder just now was filed elsewhere: rather by
  /// the stranger that nothing else explains, so that one which was put back in its place leaves it to the other. A
  /// message that is at the source still before one that would not count as removed.
  [[nodiscard]] static int fit(const Missed& one, ledger::FolderId here, bool may_be_put_back) {
    if (!one.has_just_left) return one.folder == here ? 1 : 0;
    const int place = one.folder == here ? 8 : may_be_put_back ? 4 : 6;
    return place + (one.is_at_source ? 1 : 0);
  }

  std::unordered_map<mail::ContentKey, std::vector<Missed>, mail::ContentKeyHash> by_key_{};
};

}  // namespace

RowChange& Differences::change_of(ledger::RowId id) {
  const auto [there, is_new] = rows_.try_emplace(id);
  if (is_new)
    if (auto row = ledger_.row(id)) there->second.row = std::move(*row);
  return there->second;
}

void Differences::add(const Listing& listing) {
  const bool at_source = listing.side == Side::source;
  for (const Sighted& one : listing.changed) {
    RowChange& change = change_of(one.row);
    (at_source ? change.source_now : change.target_now) = one.now;
  }
  if (!listing.is_proof) return;
  // A folder that is not there at all is no evidence against its messages at the source (R2, R6).
  if (at_source && !listing.exists) return;
  for (const ledger::Row& row : listing.gone) {
    RowChange& change = change_of(row.id);
    (at_source ? change.source_gone : change.target_gone) = true;
  }
}

bool Differences::misses_any() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const auto& entry) { return entry.second.target_gone; });
}

void Differences::settle_target_strangers(std::vector<Listing>& listings) {
  const bool any = std::any_of(listings.begin(), listings.end(), [](const Listing& l) { return !l.strangers.empty(); });
  if (!any) return;
  // One mailbox is one person's: the same mail in that of another was not filed there by him.
  std::map<std::string, MissingRows> missing_of;
  const std::vector<ledger::Folder> folders = ledger_.folders(Side::target);
  std::map<ledger::FolderId, std::string> mailbox_of;
  for (const ledger::Folder& folder : folders) mailbox_of[folder.id] = folder.ref.mailbox;
  for (const auto& [id, change] : rows_)
    if (change.target_gone && !change.target_now)
      missing_of[mailbox_of[change.row.target_folder]].add(
          change.row.key, {id, change.row.target_folder, true, change.row.source.has_value()});
  // Removed by its user in an earlier run, and put back since.
  for (const ledger::Folder& folder : folders)
    ledger_.each_gone_from(Side::target, folder.id, [&](const ledger::Row& row) {
      if (row.source) missing_of[folder.ref.mailbox].add(row.key, {row.id, folder.id, false, false});
    });

  std::vector<Listing*> by_name;
  by_name.reserve(listings.size());
  for (Listing& listing : listings) by_name.push_back(&listing);
  std::sort(by_name.begin(), by_name.end(), [](const Listing* a, const Listing* b) { return a->folder < b->folder; });
  const auto settle = [&](const Listing& listing, const Stranger& stranger, int least) {
    const auto missing = missing_of.find(listing.folder.mailbox);
    if (missing == missing_of.end()) return false;
    const auto found = missing->second.take(*stranger.key, listing.id, least);
    if (!found) return false;
    RowChange& change = change_of(*found);
    change.target_now = stranger.seen;
    if (change.row.target_folder != listing.id) change.target_folder_now = listing.id;
    return true;
  };
  // The pairs that fit best first, over all folders: whose folder is listed first must not decide whose flags are
  // whose.
  const auto any_missing = [&] {
    return std::any_of(missing_of.begin(), missing_of.end(), [](const auto& one) { return !one.second.empty(); });
  };
  for (int least = MissingRows::best_fit; least >= 0 && any_missing(); --least)
    for (Listing* listing : by_name) {
      auto& strangers = listing->strangers;
      strangers.erase(std::remove_if(strangers.begin(), strangers.end(),
                                     [&](const Stranger& one) { return settle(*listing, one, least); }),
                      strangers.end());
    }
  for (Listing& listing : listings) {
    for (const Stranger& stranger : listing.strangers) {
      ledger::Row row;
      row.target_folder = listing.id;
      row.target = stranger.seen;
      row.key = *stranger.key;
      ledger_.add(row);
    }
    listing.strangers.clear();
  }
}

void Vanished::add(const RowChange& change) {
  const std::lock_guard guard(mutex_);
  by_key_[change.row.key].push_back(change);
}

std::optional<RowChange> Vanished::take(const mail::ContentKey& key, ledger::FolderId source_folder,
                                        const std::function<bool(ledger::FolderId)>& may_come_from) {
  const std::lock_guard guard(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  auto& some = found->second;
  const auto others = std::partition(some.begin(), some.end(),
                                     [&](const RowChange& one) { return may_come_from(one.row.source_folder); });
  if (others == some.begin()) return std::nullopt;
  // What is still at the target before what its user removed there: then nothing is left to be called deleted.
  const auto worth = [&](const RowChange& change) {
    return (change.row.source_folder == source_folder ? 2 : 0) + (change.target() != nullptr ? 1 : 0);
  };
  const auto best = std::max_element(some.begin(), others,
                                     [&](const RowChange& a, const RowChange& b) { return worth(a) < worth(b); });
  RowChange taken = std::move(*best);
  some.erase(best);
  if (some.empty()) by_key_.erase(found);
  return taken;
}

bool Vanished::empty() const {
  const std::lock_guard guard(mutex_);
  return by_key_.empty();
}

std::vector<RowChange> Vanished::left() const {
  const std::lock_guard guard(mutex_);
  std::vector<RowChange> all;
  for (const auto& [key, some] : by_key_) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end(), [](const RowChange& a, const RowChange& b) { return a.row.id < b.row.id; });
  return all;
}

}  // namespace mailhaul::sync
