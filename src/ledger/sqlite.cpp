#include "sqlite.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "database_file.hpp"
#include "mailhaul/base/identity.hpp"

namespace mailhaul::ledger::sqlite {
namespace {

constexpr std::string_view move_it_away = "move it away: the next run then compares by content";

/// SQLite tells a full disk from other failures of a write, a full quota it does not.
Error error_of(int code, int system_error, std::string_view text) {
  constexpr int without_detail = 0xff;
  const auto error = [&](Cause cause) {
    return Error(cause, Scope::run, "using the ledger");  // at(), because() and hint() follow
  };
  switch (code & without_detail) {
  case SQLITE_FULL:
    return error(Cause::no_space).because(ENOSPC).hint("free space and run the same command again").on(Side::target);
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return error(Cause::locked).because("another run of mailhaul has it").hint("wait for it to end");
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_AUTH: {
    Error refused = error(Cause::cannot_create);
    if (system_error != 0) return refused.because(system_error);
    return refused.because(text);
  }
  case SQLITE_ERROR:  // our statements are right, so its tables are not those that we made
  case SQLITE_SCHEMA:
  case SQLITE_CONSTRAINT:
  case SQLITE_MISMATCH:
  case SQLITE_CORRUPT:
  case SQLITE_FORMAT:
  case SQLITE_NOTADB: return error(Cause::damaged).because(text).hint(move_it_away);
  case SQLITE_NOMEM: return error(Cause::limit).because("out of memory");
  default: break;
  }
  const Cause cause = system_error == 0 ? Cause::io_error : cause_of(system_error);
  switch (cause) {
  case Cause::no_space:
  case Cause::quota: return error(cause).because(system_error).on(Side::target);
  case Cause::permission: return error(Cause::cannot_create).because(system_error);
  default: break;
  }
  Error failed = error(Cause::io_error);
  if (system_error != 0) return failed.because(system_error);
  return failed.because(text);
}

}  // namespace

Connection::Connection(const std::string& file, std::string name) : name_(std::move(name)) {
  act_as_runner();  // S9: SQLite takes names when it likes, and they are root's
  // No lock inside: who calls has one.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr);
  if (code == SQLITE_OK) return;
  Error error = error_of(code, handle_ == nullptr ? 0 : sqlite3_system_errno(handle_), sqlite3_errstr(code));
  sqlite3_close(handle_);
  throw std::move(error.at(name_));
}

Connection::Connection(Connection&& other) noexcept
    : name_(std::move(other.name_)),
      handle_(std::exchange(other.handle_, nullptr)),
      statements_(std::move(other.statements_)),
      failure_(std::move(other.failure_)) {
  other.statements_.clear();
}

Connection::~Connection() {
  act_as_runner();
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

void Connection::fail(Error error) {
  error.at(name_);
  failure_ = error;
  throw error;
}

void Connection::fail_damaged(std::string_view reason) {
  fail(Error(Cause::damaged, Scope::run, "using the ledger").because(reason).hint(move_it_away));
}

void Connection::fail(int code) {
  // SQLite's texts are one line, but for what a check of the file found.
  std::string text = sqlite3_errmsg(handle_);
  std::replace(text.begin(), text.end(), '\n', ' ');
  // Where its log can't be made it tries to read one, and all it then tells is that there is none (D7).
  constexpr int without_detail = 0xff;
  const char* const file = sqlite3_db_filename(handle_, "main");
  if ((code & without_detail) == SQLITE_CANTOPEN && file != nullptr && lies_on_full_disk(file)) code = SQLITE_FULL;
  fail(error_of(code, sqlite3_system_errno(handle_), text));
}

sqlite3_stmt* Connection::prepare(std::string_view text, unsigned flags) {
  check_usable();
  act_as_runner();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), flags, &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return statement;
}

Query Connection::query(std::string_view text) {
  check_usable();
  auto there = statements_.find(text);
  if (there == statements_.end()) there = statements_.emplace(text, prepare(text, SQLITE_PREPARE_PERSISTENT)).first;
  return {*this, there->second};
}

void Connection::execute(const char* statements) {
  check_usable();
  act_as_runner();
  const int code = sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::string Connection::ask(const char* statement) {
  struct Once {
    sqlite3_stmt* prepared;
    ~Once() { sqlite3_finalize(prepared); }
  };
  const Once once{prepare(statement, 0)};
  const int code = sqlite3_step(once.prepared);
  if (code == SQLITE_DONE) return {};
  if (code != SQLITE_ROW) fail(code);
  const unsigned char* const text = sqlite3_column_text(once.prepared, 0);
  const int octets = sqlite3_column_bytes(once.prepared, 0);
  return text == nullptr ? std::string()
                         : std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(octets));
}

std::int64_t Connection::ask_number(const char* statement) {
  const std::string text = ask(statement);
  std::int64_t number = 0;
  const bool is_negative = !text.empty() && text.front() == '-';
  for (const char digit : std::string_view(text).substr(is_negative ? 1 : 0)) {
    if (digit < '0' || digit > '9') fail_damaged("a number in it is none");
    number = number * 10 + (digit - '0');
  }
  return is_negative ? -number : number;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Connection::last_inserted() const { return sqlite3_last_insert_rowid(handle_); }

void Connection::set_defensive() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  for (const int option : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                           SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL})
    sqlite3_db_config(handle_, option, 0, nullptr);
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check(int code) {
  if (code != SQLITE_OK) connection_.fail(code);
}

Query& Query::with(std::int64_t number) {
  check(sqlite3_bind_int64(statement_, ++bound_, number));
  return *this;
}

Query& Query::with(std::optional<std::int64_t> number) {
  if (number) return with(*number);
  check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

Query& Query::with_octets(std::string_view octets) {
  // A null pointer would be NULL, which here means another thing than no octets.
  const char* const data = octets.empty() ? "" : octets.data();
  check(sqlite3_bind_blob64(statement_, ++bound_, data, octets.size(), nullptr));
  return *this;
}

Query& Query::with_octets_or_null(std::optional<std::string_view> octets) {
  if (octets) return with_octets(*octets);
  check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Query::next() {
  act_as_runner();  // another thread than the one that prepared it, or the same one that was elsewhere meanwhile
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code);
  return false;
}

void Query::run() { (void)next(); }

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }
std::optional<std::int64_t> Query::maybe_number(int column) const {
  if (is_null(column)) return std::nullopt;
  return number(column);
}

std::string_view Query::octets(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace mailhaul::ledger::sqlite
