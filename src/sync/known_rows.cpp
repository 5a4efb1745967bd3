#include "known_rows.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::sync {

RowsByHandle::RowsByHandle(ledger::Ledger& ledger, Side side, ledger::FolderId folder) {
  ledger.each_end_in(side, folder, [this](const ledger::End& end) {
    items_.push_back({end.row, handles_.size(), end.handle.size(), end.flags, false});
    handles_ += end.handle;
    if (!end.keywords.empty()) keywords_.emplace(end.row, end.keywords);
  });
}

std::optional<std::size_t> RowsByHandle::find(std::string_view handle) {
  if (next_ < items_.size() && !items_[next_].is_taken && handle_of(next_) == handle) return next_;
  if (by_handle_.empty()) {
    by_handle_.resize(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) by_handle_[i] = i;
    std::stable_sort(by_handle_.begin(), by_handle_.end(),
                     [this](std::size_t a, std::size_t b) { return handle_of(a) < handle_of(b); });
  }
  auto entry = std::lower_bound(by_handle_.begin(), by_handle_.end(), handle,
                                [this](std::size_t item, std::string_view wanted) { return handle_of(item) < wanted; });
  for (; entry != by_handle_.end() && handle_of(*entry) == handle; ++entry)
    if (!items_[*entry].is_taken) return *entry;
  return std::nullopt;
}

std::optional<Known> RowsByHandle::take(const store::Handle& handle) {
  const auto found = find(handle.token);
  if (!found) return std::nullopt;
  Item& item = items_[*found];
  item.is_taken = true;
  next_ = *found + 1;
  Known known{item.row, {handle, item.flags, {}}};
  if (const auto keywords = keywords_.find(item.row); keywords != keywords_.end())
    known.seen.keywords = std::move(keywords->second);
  return known;
}

std::vector<ledger::RowId> RowsByHandle::left() const {
  std::vector<ledger::RowId> rows;
  for (const Item& item : items_)
    if (!item.is_taken) rows.push_back(item.row);
  return rows;
}

RowsByKey::RowsByKey(ledger::Ledger& ledger, Side side, ledger::FolderId folder) {
  ledger.each_in(side, folder, [&](const ledger::Row& row) {
    by_key_[row.key].push_back({row.id, side == Side::source ? *row.source : *row.target});
  });
}

std::vector<store::Handle> RowsByKey::handles() const {
  std::vector<store::Handle> all;
  for (const auto& [key, rows] : by_key_)
    for (const Known& row : rows) all.push_back(row.seen.handle);
  return all;
}

std::optional<Known> RowsByKey::take(const store::Handle& place) {
  if (key_at_.empty())
    for (const auto& [key, rows] : by_key_)
      for (const Known& row : rows) key_at_.emplace(row.seen.handle.token, key);
  const auto known = key_at_.find(place.token);
  if (known == key_at_.end()) return std::nullopt;
  return take(known->second, ledger::Sighting{place, {}, {}});
}

std::optional<Known> RowsByKey::take(const mail::ContentKey& key, const ledger::Sighting& now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  auto& rows = found->second;
  constexpr std::size_t compared = 64;  // A16
  std::size_t best = 0;
  int best_distance = 3;
  for (std::size_t i = 0; i < rows.size() && i < compared && best_distance > 0; ++i) {
    const ledger::Sighting& seen = rows[i].seen;
    const int distance = seen.handle == now.handle ? 0 : has_same_flags(seen, now) ? 1 : 2;
    if (distance >= best_distance) continue;
    best = i;
    best_distance = distance;
  }
  Known taken = std::move(rows[best]);
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(best));
  if (rows.empty()) by_key_.erase(found);
  return taken;
}

std::vector<ledger::RowId> RowsByKey::left() const {
  std::vector<ledger::RowId> rows;
  for (const auto& [key, some] : by_key_)
    for (const Known& one : some) rows.push_back(one.row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace mailhaul::sync
