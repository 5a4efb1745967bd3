#pragma once

#include <string>
#include <vector>

namespace mailhaul::account::cpanel {

/// What lies on a disk when nobody closed the database.
struct StoredDatabase {
  std::string database{};
  std::string log{};      ///< write-ahead; empty: none
  std::string journal{};  ///< of a rollback; empty: none
};

/// The tables of Roundcube 1.6 that matter here, with its user bob@old.example and the identities of his.
extern const char* const roundcube_schema;

/// Runs SQL on what was stored (empty: a new one); the files are taken before the database is closed.
[[nodiscard]] StoredDatabase after(const StoredDatabase& stored, const std::string& sql);

/// Of a database without a log, each row as "a|b"; "not usable: …" where SQLite says so. Fails the test where SQLite
/// made a file beside it.
[[nodiscard]] std::vector<std::string> rows_of(const std::string& database, const std::string& query);

}  // namespace mailhaul::account::cpanel
