#include "row_counts.hpp"

#include <array>

namespace mailhaul::ledger {
namespace {

using Field = std::uint64_t Counts::*;
/// In the order of the columns of `tally`.
constexpr std::array<Field, 5> fields{&Counts::known, &Counts::removed_at_target, &Counts::removed_at_source,
                                      &Counts::only_at_target, &Counts::tombstones};

Field kind_of(const Row& row) {
  if (row.source) return row.target ? &Counts::known : &Counts::removed_at_target;
  if (row.target) return row.ours ? &Counts::removed_at_source : &Counts::only_at_target;
  return &Counts::tombstones;
}

}  // namespace

void RowCounts::load(sqlite::Connection& connection) {
  sqlite::Query query = connection.query(
      "SELECT source_folder, known, removed_at_target, removed_at_source, only_at_target, tombstones FROM tally");
  while (query.next()) {
    Counts& counts = by_source_[query.number(0)];
    int column = 1;
    for (const Field field : fields) counts.*field = static_cast<std::uint64_t>(query.number(column++));
  }
}

void RowCounts::change(Change change, const Row& row) {
  std::uint64_t& count = by_source_[row.source_folder].*kind_of(row);
  count = change == Change::more ? count + 1 : count - 1;
  changed_.insert(row.source_folder);
}

void RowCounts::save(sqlite::Connection& connection) {
  for (const FolderId folder : changed_) {
    sqlite::Query query = connection.query("INSERT OR REPLACE INTO tally VALUES(?, ?, ?, ?, ?, ?)");
    query.with(folder);
    for (const Field field : fields) query.with(static_cast<std::int64_t>(by_source_[folder].*field));
    query.run();
  }
  changed_.clear();
}

Counts RowCounts::total() const {
  Counts total;
  for (const auto& [folder, counts] : by_source_)
    for (const Field field : fields) total.*field += counts.*field;
  return total;
}

Counts RowCounts::of_source(FolderId folder) const {
  const auto there = by_source_.find(folder);
  return there == by_source_.end() ? Counts{} : there->second;
}

}  // namespace mailhaul::ledger
