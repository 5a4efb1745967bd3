#include "ledger/schema.hpp"

#include <array>
#include <list>

#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerSchema = LedgerTest;
using Connection = sqlite::Connection;

constexpr std::array two_steps{"CREATE TABLE thing(a)", "ALTER TABLE thing ADD COLUMN b DEFAULT 7"};
constexpr MigrationSteps first_step() { return MigrationSteps(two_steps).first(1); }

Connection in_memory() { return {":memory:", "memory"}; }

TEST_F(LedgerSchema, AnEmptyDatabaseGetsEveryStep) {
  Connection connection = in_memory();
  EXPECT_EQ(recognise(connection, two_steps), Recognised::empty);
  migrate(connection, two_steps);
  EXPECT_EQ(recognise(connection, two_steps), Recognised::ledger);
  EXPECT_EQ(connection.ask_number("PRAGMA user_version"), 2);
  connection.execute("INSERT INTO thing(a) VALUES(1)");
  EXPECT_EQ(connection.ask_number("SELECT b FROM thing"), 7);
}

TEST_F(LedgerSchema, AnOlderOneGetsTheStepsThatAreMissingAndKeepsWhatItHas) {
  Connection connection = in_memory();
  migrate(connection, first_step());
  connection.execute("INSERT INTO thing VALUES(41); COMMIT");
  EXPECT_EQ(recognise(connection, two_steps), Recognised::ledger);
  migrate(connection, two_steps);
  EXPECT_EQ(connection.ask_number("PRAGMA user_version"), 2);
  EXPECT_EQ(connection.ask_number("SELECT a + b FROM thing"), 48);
}

TEST_F(LedgerSchema, StepsAreOneTransactionThatIsForgottenWithoutACommit) {
  write_octets(path(), "");
  {
    Connection connection(path(), path());
    migrate(connection, first_step());
    connection.execute("COMMIT");
  }
  {
    Connection connection(path(), path());
    migrate(connection, two_steps);
    EXPECT_TRUE(connection.in_transaction());
  }
  Connection connection(path(), path());
  EXPECT_EQ(connection.ask_number("PRAGMA user_version"), 1);
  EXPECT_EQ(error_of([&] { connection.execute("SELECT b FROM thing"); }).scope(), Scope::run);
}

TEST_F(LedgerSchema, AStepThatFailsLeavesTheOldVersion) {
  constexpr std::array broken{two_steps[0], "ALTER TABLE thing ADD COLUMN b", "ALTER TABLE nothing ADD COLUMN b"};
  write_octets(path(), "");
  {
    Connection connection(path(), path());
    migrate(connection, first_step());
    connection.execute("COMMIT");
    EXPECT_THROW(migrate(connection, broken), Error);
  }
  Connection connection(path(), path());
  EXPECT_EQ(connection.ask_number("PRAGMA user_version"), 1);
  EXPECT_EQ(connection.ask_number("SELECT count(*) FROM pragma_table_info('thing')"), 1);
}

TEST_F(LedgerSchema, NothingMissingWritesNothing) {
  Connection connection = in_memory();
  migrate(connection, two_steps);
  connection.execute("COMMIT");
  migrate(connection, two_steps);
  EXPECT_FALSE(connection.in_transaction());
}

TEST_F(LedgerSchema, OneThatKnowsMoreStepsIsOfANewerVersion) {
  Connection connection = in_memory();
  migrate(connection, two_steps);
  const Error error = error_of([&] { (void)recognise(connection, first_step()); });
  EXPECT_EQ(error.cause(), Cause::unsupported);
  EXPECT_NE(error.reason().find("newer version"), std::string::npos);
}

TEST_F(LedgerSchema, TheRealStepsMakeWhatALedgerUses) {
  Connection connection = in_memory();
  migrate(connection, migration_steps());
  EXPECT_EQ(connection.ask_number("PRAGMA application_id"), application_id);
  EXPECT_EQ(connection.ask("PRAGMA integrity_check"), "ok");
}

/// Each lookup has its index: without it a run over a million rows walks them all for each message.
TEST_F(LedgerSchema, LookupsUseTheirIndexes) {
  Connection connection = in_memory();
  migrate(connection, migration_steps());
  std::list<std::string> kept;
  for (const auto& [index, where] : std::vector<std::pair<std::string, std::string>>{
           {"at_source", "source_folder = 1 AND source_handle IS NOT NULL"},
           {"at_target", "target_folder = 1 AND target_handle IS NOT NULL"},
           {"at_target",
            "target_folder = 1 AND target_handle IS NOT NULL AND source_folder = 1 AND source_handle IS NOT NULL AND "
            "uid IS NOT NULL"},
           {"gone_from_source", "source_folder = 1 AND source_folder <> 0 AND source_handle IS NULL"},
           {"gone_from_target", "target_folder = 1 AND target_folder <> 0 AND target_handle IS NULL"}}) {
    const std::string& statement =
        kept.emplace_back("EXPLAIN QUERY PLAN SELECT id, key FROM message WHERE " + where + " ORDER BY id");
    sqlite::Query query = connection.query(statement);
    ASSERT_TRUE(query.next());
    const std::string plan(query.octets(3));
    EXPECT_FALSE(query.next()) << query.octets(3) << ": nothing is sorted";
    EXPECT_NE(plan.find(" INDEX " + index + " ("), std::string::npos) << where << ": " << plan;
  }
}

}  // namespace
}  // namespace mailhaul::ledger
