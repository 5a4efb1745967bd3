#include "known_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mailhaul::sync {

KnownRows::KnownRows(ledger::Ledger& ledger, Side side, ledger::FolderId folder, By by) {
  if (by == By::handle) {
    ledger.each_end_in(side, folder, [this](const ledger::End& end) { add(end); });
    return;
  }
  ledger.each_in(side, folder, [this, side](const ledger::Row& row) {
    const ledger::Sighting& seen = side == Side::source ? *row.source : *row.target;
    add({row.id, seen.handle.token, seen.flags, seen.keywords});
    keys_.push_back(row.key);
  });
}

void KnownRows::add(const ledger::End& end) {
  items_.push_back({end.row, handles_.size(), end.handle.size(), end.flags, false});
  handles_ += end.handle;
  if (!end.keywords.empty()) keywords_.emplace(end.row, end.keywords);
}

std::optional<std::size_t> KnownRows::find(std::string_view handle) {
  if (expected_ < items_.size() && !items_[expected_].is_taken && handle_of(expected_) == handle) return expected_;
  if (by_handle_.empty()) {
    by_handle_.resize(items_.size());
    std::iota(by_handle_.begin(), by_handle_.end(), std::size_t{0});
    std::stable_sort(by_handle_.begin(), by_handle_.end(),
                     [this](std::size_t a, std::size_t b) { return handle_of(a) < handle_of(b); });
  }
  auto entry = std::lower_bound(by_handle_.begin(), by_handle_.end(), handle,
                                [this](std::size_t item, std::string_view wanted) { return handle_of(item) < wanted; });
  constexpr std::ptrdiff_t compared = 64;  // A16
  const auto end = by_handle_.end() - entry > compared ? entry + compared : by_handle_.end();
  for (; entry != end && handle_of(*entry) == handle; ++entry)
    if (!items_[*entry].is_taken) return *entry;
  return std::nullopt;
}

Known KnownRows::take_item(std::size_t at) {
  Item& item = items_[at];
  item.is_taken = true;
  expected_ = at + 1;
  Known known{item.row, {{std::string(handle_of(at))}, item.flags, {}}};
  if (const auto keywords = keywords_.find(item.row); keywords != keywords_.end())
    known.seen.keywords = std::move(keywords->second);
  return known;
}

std::optional<Known> KnownRows::take(const store::Handle& handle) {
  const auto item = find(handle.token);
  return item ? std::optional(take_item(*item)) : std::nullopt;
}

std::size_t KnownRows::open_from(std::size_t place) {
  std::size_t open = place;
  while (open < by_key_.size() && items_[by_key_[open]].is_taken) open = next_[open];
  // However many were taken, the way past them is gone once (A16).
  while (place != open) place = std::exchange(next_[place], open);
  return open;
}

int KnownRows::distance(std::size_t at, const ledger::Sighting& now) const {
  if (handle_of(at) == now.handle.token) return 0;
  if (items_[at].flags != now.flags) return 2;
  const auto keywords = keywords_.find(items_[at].row);
  const bool has_same = keywords == keywords_.end() ? now.keywords.empty() : keywords->second == now.keywords;
  return has_same ? 1 : 2;
}

std::optional<Known> KnownRows::take(const mail::ContentKey& key, const ledger::Sighting& now) {
  if (by_key_.empty()) {
    by_key_.resize(keys_.size());
    std::iota(by_key_.begin(), by_key_.end(), std::size_t{0});
    std::stable_sort(by_key_.begin(), by_key_.end(),
                     [this](std::size_t a, std::size_t b) { return keys_[a] < keys_[b]; });
    next_.resize(by_key_.size());
    std::iota(next_.begin(), next_.end(), std::size_t{1});
  }
  const auto first = std::lower_bound(by_key_.begin(), by_key_.end(), key,
                                      [this](std::size_t item, const auto& wanted) { return keys_[item] < wanted; });
  constexpr std::size_t compared = 64;  // A16
  std::optional<std::size_t> best;
  int best_distance = 3;
  std::size_t place = open_from(static_cast<std::size_t>(first - by_key_.begin()));
  for (std::size_t n = 0; n < compared && best_distance > 0; ++n) {
    if (place == by_key_.size() || keys_[by_key_[place]] != key) break;
    const int here = distance(by_key_[place], now);
    if (here < best_distance) {
      best = by_key_[place];
      best_distance = here;
    }
    place = open_from(place + 1);
  }
  return best ? std::optional(take_item(*best)) : std::nullopt;
}

std::vector<store::Handle> KnownRows::handles() const {
  std::vector<store::Handle> all;
  all.reserve(items_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) all.push_back({std::string(handle_of(i))});
  return all;
}

std::vector<ledger::RowId> KnownRows::left() const {
  std::vector<ledger::RowId> rows;
  for (const Item& item : items_)
    if (!item.is_taken) rows.push_back(item.row);
  return rows;
}

}  // namespace mailhaul::sync
