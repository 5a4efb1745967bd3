#include "ledger/sqlite.hpp"

#include "ledger/world.hpp"

namespace mailhaul::ledger::sqlite {
namespace {

class SqliteConnection : public LedgerTest {
 protected:
  SqliteConnection() { connection_.execute("CREATE TABLE t(a, b)"); }
  Connection connection_{":memory:", "/state/l"};
};

TEST_F(SqliteConnection, NoOctetsAreNotNull) {
  connection_.query("INSERT INTO t VALUES(?, ?)")
      .with_octets(std::string_view())
      .with_octets_or_null(std::nullopt)
      .run();
  Query query = connection_.query("SELECT a, b FROM t");
  ASSERT_TRUE(query.next());
  EXPECT_FALSE(query.is_null(0));
  EXPECT_EQ(query.octets(0), "");
  EXPECT_TRUE(query.is_null(1));
  EXPECT_EQ(query.maybe_number(1), std::nullopt);
  EXPECT_FALSE(query.next());
}

TEST_F(SqliteConnection, NumbersAndOctetsComeBack) {
  const std::string octets("a\0\xff", 3);
  connection_.query("INSERT INTO t VALUES(?, ?)").with(std::int64_t{-5}).with_octets(octets).run();
  EXPECT_EQ(connection_.last_inserted(), 1);
  Query query = connection_.query("SELECT a, b FROM t");
  ASSERT_TRUE(query.next());
  EXPECT_EQ(query.number(0), -5);
  EXPECT_EQ(query.maybe_number(0), -5);
  EXPECT_EQ(query.octets(1), octets);
  EXPECT_EQ(connection_.ask_number("SELECT a FROM t"), -5);
  EXPECT_EQ(connection_.ask("SELECT a FROM t WHERE a = 9"), "");
}

TEST_F(SqliteConnection, AStatementIsUsedAgainFromItsBeginning) {
  for (int i = 0; i < 3; ++i) connection_.query("INSERT INTO t VALUES(?, NULL)").with(std::int64_t{i}).run();
  for (int i = 0; i < 2; ++i) {
    Query query = connection_.query("SELECT a FROM t ORDER BY a");
    ASSERT_TRUE(query.next());
    EXPECT_EQ(query.number(0), 0);
  }
  EXPECT_FALSE(connection_.query("SELECT a FROM t WHERE a = ?").next()) << "what was bound before is gone";
}

TEST_F(SqliteConnection, AFailureNamesTheFileAndIsTheLastThingItDoes) {
  const Error first = error_of([&] { connection_.execute("INSERT INTO nothing VALUES(1)"); });
  EXPECT_EQ(first.place(), "/state/l");
  EXPECT_EQ(first.scope(), Scope::run);
  for (const auto& act : std::vector<std::function<void()>>{
           [&] { connection_.execute("INSERT INTO t VALUES(1, 2)"); }, [&] { (void)connection_.query("SELECT 1"); },
           [&] { (void)connection_.ask("SELECT 1"); }, [&] { (void)connection_.ask_number("SELECT 1"); }})
    EXPECT_STREQ(error_of(act).what(), first.what());
}

TEST_F(SqliteConnection, WhatWasNotCommittedIsRolledBackWithIt) {
  write_octets(path(), "");
  {
    Connection connection(path(), "l");
    connection.execute("CREATE TABLE t(a); BEGIN; INSERT INTO t VALUES(1)");
    EXPECT_TRUE(connection.in_transaction());
    Connection moved = std::move(connection);
    EXPECT_EQ(moved.ask_number("SELECT count(*) FROM t"), 1);
  }
  Connection connection(path(), "l");
  EXPECT_EQ(connection.ask_number("SELECT count(*) FROM t"), 0);
}

TEST_F(SqliteConnection, AFileThatIsNotThereIsNotMade) {
  EXPECT_EQ(error_of([&] { const Connection connection(path(), "l"); }).cause(), Cause::cannot_create);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace mailhaul::ledger::sqlite
