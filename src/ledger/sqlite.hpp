#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mailhaul/base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace mailhaul::ledger::sqlite {

class Query;

/// A database that is open. One thread at a time.
///
/// Every failure is an Error of scope run that names the file, and the last thing that this connection does: SQLite may
/// have taken back the whole transaction, with ids that callers still hold, so all later calls throw the same Error.
class Connection {
 public:
  /// `file` is handed to SQLite (no link is followed), `name` is what Errors call it.
  Connection(const std::string& file, std::string name);
  Connection(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();  ///< what was not committed is rolled back

  /// The statement is kept for the next time; `text` must outlive the connection.
  [[nodiscard]] Query query(std::string_view text);
  /// One or more statements without parameters, whose rows are of no interest.
  void execute(const char* statements);
  /// The first column of the first row of a statement that is used once, a PRAGMA.
  [[nodiscard]] std::string ask(const char* statement);
  [[nodiscard]] std::int64_t ask_number(const char* statement);
  [[nodiscard]] std::int64_t last_inserted() const;
  [[nodiscard]] bool in_transaction() const;
  void set_defensive();

  /// Throws what failed, if anything has.
  void check_usable() const {
    if (failure_) throw *failure_;
  }
  /// Refuses all that follows.
  [[noreturn]] void fail(Error error);
  /// Error(damaged).
  [[noreturn]] void fail_damaged(std::string_view reason);

 private:
  friend class Query;
  [[noreturn]] void fail(int code);
  [[nodiscard]] sqlite3_stmt* prepare(std::string_view text, unsigned flags);

  std::string name_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_{};
  std::optional<Error> failure_{};
};

/// One use of a statement. Parameters are bound in their order; texts must outlive the query.
class Query {
 public:
  Query(Connection& connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  Query& with(std::int64_t number);
  Query& with(std::optional<std::int64_t> number);
  Query& with_octets(std::string_view octets);
  Query& with_octets_or_null(std::optional<std::string_view> octets);
  Query& with_octets(std::string&& octets) = delete;

  /// False: no more rows.
  [[nodiscard]] bool next();
  /// Of a statement that gives no rows.
  void run();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_number(int column) const;
  /// Good until the next row.
  [[nodiscard]] std::string_view octets(int column) const;

 private:
  void check(int code);

  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace mailhaul::ledger::sqlite
