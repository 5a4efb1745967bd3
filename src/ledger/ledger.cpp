#include "mailhaul/ledger/ledger.hpp"

#include <utility>

#include "database.hpp"
#include "database_file.hpp"
#include "mailhaul/base/identity.hpp"
#include "schema.hpp"

namespace mailhaul::ledger {
namespace {

constexpr const char* in_memory_file = ":memory:";

/// The pragmas of D9 that say nothing about the file.
void configure(sqlite::Connection& connection) {
  connection.set_defensive();
  // A run asks for the lock at a moment when somebody looks at the list of runs: that is over soon.
  connection.execute("PRAGMA busy_timeout = 1000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                     "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768");
}

void check_after_unclean_end(sqlite::Connection& connection) {
  const std::string result = connection.ask("PRAGMA quick_check(1)");
  if (result != "ok") connection.fail_damaged("it fails its check");
}

/// The one run that writes has it to itself, also while it only reads: two runs that start at the same time must not
/// both believe what they read. A preview stays in that transaction: even ending it without a change would write the
/// beginning of a file that is empty.
void take_for_ourselves(sqlite::Connection& connection, Ledger::Mode mode) {
  connection.execute(mode == Ledger::Mode::preview ? "BEGIN EXCLUSIVE" : "BEGIN EXCLUSIVE; COMMIT");
}

void choose_journal(sqlite::Connection& connection, Ledger::Mode mode) {
  if (mode == Ledger::Mode::preview) {
    // What does not fit into memory goes into the log beside the file; without a log it would go into the file itself,
    // until it is rolled back.
    if (connection.ask("PRAGMA journal_mode") != "wal")
      connection.execute("PRAGMA journal_mode = MEMORY; PRAGMA cache_spill = OFF");
    return;
  }
  if (connection.ask("PRAGMA journal_mode = WAL") == "wal") return connection.execute("PRAGMA synchronous = FULL");
  connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA");
}

void refuse_other_pair(sqlite::Connection& connection, const Pair& recorded, const Pair& wanted) {
  if (recorded.source == wanted.source && recorded.target == wanted.target) return;
  connection.fail(Error(Cause::damaged, Scope::run, "opening the ledger")
                      .because("it is about other stores: " + recorded.source + " -> " + recorded.target)
                      .hint("move it away: the next run then compares by content"));
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Ledger Ledger::open(const std::string& path, const Pair& pair, Entropy& entropy, Mode mode) {
  act_as_runner();
  const DatabaseFile file = look_at_database(path);
  const bool is_in_memory = mode == Mode::preview && !file.exists;
  if (!file.exists && !is_in_memory) create_database_file(file.path);
  auto database = std::make_unique<Database>(sqlite::Connection(is_in_memory ? in_memory_file : file.path, path));
  sqlite::Connection& connection = database->connection;
  database->mode = mode;
  configure(connection);
  if (!is_in_memory) {
    connection.execute("PRAGMA locking_mode = EXCLUSIVE");  // before WAL, which then needs no shared memory
    (void)recognise(connection, migration_steps());         // before anything is written
    choose_journal(connection, mode);
    take_for_ourselves(connection, mode);
    if (file.ended_uncleanly) check_after_unclean_end(connection);
    if (mode == Mode::lasting) sync_directory_of(file.path);
  }
  database->prepare(pair, entropy);
  database->load();
  refuse_other_pair(connection, database->pair, pair);
  return Ledger(std::move(database));
}

Ledger Ledger::in_memory(Entropy& entropy) {
  auto database = std::make_unique<Database>(sqlite::Connection(in_memory_file, "the ledger in memory"));
  configure(database->connection);
  database->prepare({}, entropy);
  database->load();
  return Ledger(std::move(database));
}

Ledger Ledger::open_to_read(const std::string& path) {
  act_as_runner();
  const auto missing = [&](std::string_view reason) {
    return Error(Cause::not_found, Scope::run, "opening the ledger").at(path).because(reason);
  };
  const DatabaseFile file = look_at_database(path);
  if (!file.exists) throw missing("there is none: no run was recorded");
  auto database = std::make_unique<Database>(sqlite::Connection(file.path, path));
  sqlite::Connection& connection = database->connection;
  configure(connection);
  connection.execute("PRAGMA query_only = ON");
  if (recognise(connection, migration_steps()) == Recognised::empty) throw missing("no run was recorded in it");
  if (file.ended_uncleanly) check_after_unclean_end(connection);
  database->load();
  return Ledger(std::move(database));
}

const Pair& Ledger::pair() const { return database_->pair; }
const mail::KeySecrets& Ledger::secrets() const { return database_->secrets; }
bool Ledger::is_new() const { return database_->is_new; }

bool Ledger::was_replaced(Side side, const store::StoreId& now) const {
  const std::lock_guard lock(database_->mutex);
  return (side == Side::source ? database_->source_id : database_->target_id) != now;
}

void Ledger::renew_identity(Side side, const store::StoreId& now) {
  const std::lock_guard lock(database_->mutex);
  database_->begin();
  database_->connection
      .query(side == Side::source ? "UPDATE pair SET source_id = ? WHERE source_id <> ?1"
                                  : "UPDATE pair SET target_id = ? WHERE target_id <> ?1")
      .with_octets(now.text)
      .run();
  database_->connection.query("UPDATE folder SET stamp = NULL WHERE side = ? AND stamp IS NOT NULL")
      .with(static_cast<std::int64_t>(side))
      .run();
  (side == Side::source ? database_->source_id : database_->target_id) = now;
}

std::string Ledger::unsynced_boot() {
  const std::lock_guard lock(database_->mutex);
  sqlite::Query query = database_->connection.query("SELECT unsynced_boot FROM pair");
  return query.next() ? std::string(query.octets(0)) : std::string();
}

void Ledger::set_unsynced_boot(std::string_view boot) {
  if (unsynced_boot() == boot) return;
  const std::lock_guard lock(database_->mutex);
  database_->begin();
  database_->connection.query("UPDATE pair SET unsynced_boot = ?")
      .with_octets_or_null(boot.empty() ? std::nullopt : std::optional(boot))
      .run();
}

void Ledger::sync_less() {
  const std::lock_guard lock(database_->mutex);
  if (database_->mode == Mode::lasting && !database_->connection.in_transaction())
    database_->connection.execute("PRAGMA synchronous = NORMAL");
}

void Ledger::commit() {
  const std::lock_guard lock(database_->mutex);
  database_->connection.check_usable();  // a transaction that SQLite took back is no success
  if (!database_->connection.in_transaction() || database_->mode == Mode::preview) return;
  database_->counts.save(database_->connection);
  database_->connection.execute("COMMIT");
}

std::uint64_t Ledger::rows_written() const {
  const std::lock_guard lock(database_->mutex);
  return database_->rows_written;
}

}  // namespace mailhaul::ledger
