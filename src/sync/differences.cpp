#include "differences.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace mailhaul::sync {

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
  struct Missed {
    ledger::RowId row = 0;
    ledger::FolderId folder = 0;
    bool has_just_left = false;  ///< its place, since the last run; else its user removed it before
    bool is_at_source = false;
    /// For a stranger in that folder: a message that is at the source still before one that would not count as removed.
    [[nodiscard]] int worth(ledger::FolderId here) const {
      return (has_just_left ? (folder == here ? 4 : 2) : (folder == here ? 1 : 0)) + (is_at_source ? 1 : 0);
    }
  };
  constexpr int only_another_name = 4;
  std::unordered_map<mail::ContentKey, std::vector<Missed>, mail::ContentKeyHash> missing;
  for (const auto& [id, change] : rows_)
    if (change.target_gone && !change.target_now)
      missing[change.row.key].push_back({id, change.row.target_folder, true, change.row.source.has_value()});
  // Removed by its user in an earlier run, and put back since.
  for (const ledger::Folder& folder : ledger_.folders(Side::target))
    ledger_.each_gone_from(Side::target, folder.id, [&](const ledger::Row& row) {
      if (row.source) missing[row.key].push_back({row.id, folder.id, false, false});
    });
  const auto settle = [&](const Listing& listing, const Stranger& stranger, int least) {
    const auto found = missing.find(*stranger.key);
    if (found == missing.end() || found->second.empty()) return false;
    auto& some = found->second;
    constexpr std::ptrdiff_t compared = 64;  // A16
    const auto end = some.size() > compared ? some.begin() + compared : some.end();
    const auto best = std::max_element(
        some.begin(), end, [&](const Missed& a, const Missed& b) { return a.worth(listing.id) < b.worth(listing.id); });
    if (best->worth(listing.id) < least) return false;
    RowChange& change = change_of(best->row);
    change.target_now = stranger.seen;
    if (change.row.target_folder != listing.id) change.target_folder_now = listing.id;
    some.erase(best);
    return true;
  };
  // First what is in its folder still, and only got another name.
  for (const int least : {only_another_name, 0})
    for (Listing& listing : listings) {
      auto& strangers = listing.strangers;
      strangers.erase(std::remove_if(strangers.begin(), strangers.end(),
                                     [&](const Stranger& one) { return settle(listing, one, least); }),
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

std::optional<RowChange> Vanished::take(const mail::ContentKey& key, ledger::FolderId source_folder) {
  const std::lock_guard guard(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  auto& some = found->second;
  // What is still at the target before what its user removed there: then nothing is left to be called deleted.
  const auto worth = [&](const RowChange& change) {
    return (change.row.source_folder == source_folder ? 2 : 0) + (change.target() != nullptr ? 1 : 0);
  };
  const auto best = std::max_element(some.begin(), some.end(),
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
