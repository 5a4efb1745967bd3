#include "account/cpanel/clean_database.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "account/cpanel/renamed_webmail.hpp"
#include "account/cpanel/scratch_file_system.hpp"
#include "mailhaul/mail/digest.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view doing = "copying a database";
constexpr const char* original_name = "original";
constexpr const char* clean_name = "clean";

/// What the documentation of SQLite says for files of strangers, wide enough for every webmail.
constexpr std::array<std::pair<int, int>, 9> limits{{{SQLITE_LIMIT_LENGTH, 64 << 20},
                                                     {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
                                                     {SQLITE_LIMIT_COLUMN, 500},
                                                     {SQLITE_LIMIT_EXPR_DEPTH, 50},
                                                     {SQLITE_LIMIT_COMPOUND_SELECT, 5},
                                                     {SQLITE_LIMIT_VDBE_OP, 1'000'000},
                                                     {SQLITE_LIMIT_FUNCTION_ARG, 20},
                                                     {SQLITE_LIMIT_ATTACHED, 0},
                                                     {SQLITE_LIMIT_TRIGGER_DEPTH, 1}}};

/// A check whose work a schema can make as large as it likes.
class Patience {
 public:
  [[nodiscard]] bool is_over() {
    constexpr std::uint64_t longest = 2'000'000;  // thousand steps each
    return ++calls_ > longest || std::chrono::steady_clock::now() > end_;
  }

 private:
  static constexpr std::chrono::seconds time{60};
  std::uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + time;
};

class Database {
 public:
  Database(ScratchFileSystem& files, const char* name, int flags) : files_(files) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, files.name());
    handle_.reset(opened);
    if (result != SQLITE_OK) fail(result, sqlite3_errstr(result));
    distrust();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() = default;

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

  void check(int result) const {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fail(result, sqlite3_errmsg(handle()));
  }
  void execute(const char* statements) const { check(sqlite3_exec(handle(), statements, nullptr, nullptr, nullptr)); }
  /// The first column of the first row.
  [[nodiscard]] std::string ask(const char* statement) const {
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v2(handle(), statement, -1, &prepared, nullptr));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(prepared, &sqlite3_finalize);
    const int result = sqlite3_step(prepared);
    check(result);
    if (result != SQLITE_ROW) return {};
    const auto* const text = static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(prepared, 0)));
    return text == nullptr ? std::string() : std::string(text);
  }

 private:
  void distrust() {
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    for (const int option :
         {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
          SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FKEY, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER})
      sqlite3_db_config(handle(), option, 0, nullptr);
    for (const auto& limit : limits) sqlite3_limit(handle(), limit.first, limit.second);
    sqlite3_drop_modules(handle(), nullptr);
    sqlite3_progress_handler(
        handle(), 1000, [](void* patience) { return static_cast<Patience*>(patience)->is_over() ? 1 : 0; }, &patience_);
    // A log is then used without shared memory. Power cuts are nothing to a file that is made anew.
    execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
            "PRAGMA cell_size_check=ON; PRAGMA ignore_check_constraints=ON;");
  }

  [[noreturn]] void fail(int result, std::string_view text) const {
    files_.rethrow_failure();
    constexpr int without_detail = 0xff;
    switch (result & without_detail) {
    case SQLITE_INTERRUPT:
      throw Error(Cause::limit, Scope::message, doing).because("SQLite's work on it takes too long");
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: throw Error(Cause::limit, Scope::message, doing).because(text);
    default: throw Error(Cause::damaged, Scope::message, doing).because(text);
    }
  }

  ScratchFileSystem& files_;
  Patience patience_{};
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_{nullptr, &sqlite3_close};
};

void check_header(const ScratchFile& file) {
  constexpr std::string_view magic("SQLite format 3", 16);  // with the NUL
  std::array<std::byte, magic.size()> begins{};
  const std::size_t got = file.read_at(begins, 0);
  if (got != magic.size() || as_text(begins) != magic)
    throw Error(Cause::damaged, Scope::message, doing).because("it is no database of SQLite 3");
}

void back_up(const Database& from, const Database& to) {
  sqlite3_backup* const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.check(sqlite3_errcode(to.handle()));
  constexpr int all_pages = -1;
  const int result = sqlite3_backup_step(backup, all_pages);
  sqlite3_backup_finish(backup);
  to.check(result);
}

std::string digest_of_content(const ScratchFile& file) {
  // File change counter; then its value when SQLite wrote its own version, and that version (fileformat2.html 1.3).
  constexpr std::array<std::pair<std::size_t, std::size_t>, 2> no_content{{{24, 28}, {92, 100}}};
  constexpr std::size_t header_octets = 100;
  mail::Digester digester;
  const auto content = file.content();
  bool is_first = true;
  for (Bytes piece = content->read(); !piece.empty(); piece = content->read()) {
    if (std::exchange(is_first, false)) {
      std::array<std::byte, header_octets> header{};
      const std::size_t octets = std::min(piece.size(), header.size());
      std::copy_n(piece.begin(), octets, header.begin());
      for (const auto& range : no_content) std::fill(&header[range.first], header.data() + range.second, std::byte{0});
      digester.write(Bytes(header).first(octets));
      piece = piece.subspan(octets);
    }
    digester.write(piece);
  }
  return digester.finish();
}

}  // namespace

CleanDatabase::CleanDatabase(ScratchFile file, std::vector<std::string> changes)
    : file_(std::move(file)), digest_(digest_of_content(file_)), changes_(std::move(changes)) {}

CleanDatabase clean_database(const ScratchRoom& room, DatabaseFiles files, const store::Renaming* renaming) {
  // Made and not yet written to: to SQLite nothing that lies beside it counts, and its copy would have a page.
  if (files.database.size_octets() == 0) return {std::move(files.database), {}};
  check_header(files.database);
  ScratchFileSystem space(room);
  const std::string original(original_name);
  space.put(original, std::move(files.database));
  if (files.write_ahead_log) space.put(original + "-wal", *std::move(files.write_ahead_log));
  if (files.rollback_journal) space.put(original + "-journal", *std::move(files.rollback_journal));
  std::vector<std::string> changes;
  {
    const Database from(space, original_name, SQLITE_OPEN_READWRITE);
    // Takes in the log, and says in the header that there is none.
    if (from.ask("PRAGMA journal_mode=DELETE") != "delete")
      throw Error(Cause::damaged, Scope::message, doing).because("its log can't be taken in");
    if (const std::string found = from.ask("PRAGMA quick_check(1)"); found != "ok")
      throw Error(Cause::damaged, Scope::message, doing).because("SQLite's check of it says: " + found);
    if (renaming != nullptr) from.check(rename_webmail_users(from.handle(), *renaming, changes));
    const Database to(space, clean_name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    to.execute("PRAGMA journal_mode=OFF");
    back_up(from, to);
  }
  space.rethrow_failure();  // SQLite takes some for no harm: the end of a log, a close
  return {space.take(clean_name), std::move(changes)};
}

}  // namespace mailhaul::account::cpanel
