#pragma once

#include <map>
#include <set>

#include "mailhaul/ledger/ledger.hpp"
#include "sqlite.hpp"

namespace mailhaul::ledger {

/// How many rows there are of each kind, by their source folder. Kept while rows change, stored with them: asking must
/// not cost a walk over a million rows.
class RowCounts {
 public:
  enum class Change { more, fewer };
  void load(sqlite::Connection& connection);
  void change(Change change, const Row& row);
  /// What changed since the last time.
  void save(sqlite::Connection& connection);
  [[nodiscard]] Counts total() const;
  [[nodiscard]] Counts of_source(FolderId folder) const;

 private:
  std::map<FolderId, Counts> by_source_{};
  std::set<FolderId> changed_{};
};

}  // namespace mailhaul::ledger
