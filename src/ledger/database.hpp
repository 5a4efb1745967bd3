#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <utility>

#include "mailhaul/ledger/ledger.hpp"
#include "row_counts.hpp"
#include "sqlite.hpp"

namespace mailhaul::ledger {

/// What a Ledger holds; its functions are in folders.cpp, ledger.cpp, rows.cpp and runs.cpp.
class Ledger::Database {
 public:
  explicit Database(sqlite::Connection opened) : connection(std::move(opened)) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Brings the tables up to date, and makes the one row of `pair` with secrets where there is none.
  void prepare(const Pair& wanted, Entropy& entropy);
  /// Pair, secrets, counts.
  void load();
  /// Before the first change after a commit.
  void begin() {
    if (!connection.in_transaction()) connection.execute("BEGIN IMMEDIATE");
  }
  /// In one statement, with the ids behind `last_row`. In rows.cpp.
  template <std::size_t count>
  void insert(std::span<const Row, count> rows);

  std::mutex mutex{};
  sqlite::Connection connection;
  Mode mode = Mode::lasting;
  bool is_new = false;
  Pair pair{};  ///< as it was when opened
  store::StoreId source_id{};
  store::StoreId target_id{};
  mail::KeySecrets secrets{};
  RowCounts counts{};
  RowId last_row = 0;  ///< the largest that was ever given since open()
  std::uint64_t rows_written = 0;
};

}  // namespace mailhaul::ledger
