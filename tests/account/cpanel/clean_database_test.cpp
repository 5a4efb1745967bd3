#include "account/cpanel/clean_database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "account/cpanel/database_maker.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Rows = std::vector<std::string>;

struct Cleaned {
  std::string octets{};
  std::string digest{};
  std::vector<std::string> changes{};
  std::optional<Cause> cause{};  ///< why there is none
  std::string reason{};
};

ScratchFile scratch(const ScratchRoom& room, const std::string& octets) {
  ScratchFile file(room);
  file.append(as_bytes(octets));
  return file;
}

Cleaned cleaned(const StoredDatabase& stored, const store::Renaming* renaming = nullptr) {
  const ScratchRoom room;
  DatabaseFiles files{scratch(room, stored.database)};
  if (!stored.log.empty()) files.write_ahead_log = scratch(room, stored.log);
  if (!stored.journal.empty()) files.rollback_journal = scratch(room, stored.journal);
  try {
    const CleanDatabase clean = clean_database(room, std::move(files), renaming);
    Cleaned out{{}, clean.digest(), clean.changes()};
    const auto content = clean.content();
    for (Bytes piece = content->read(); !piece.empty(); piece = content->read()) out.octets += as_text(piece);
    EXPECT_EQ(out.octets.size(), clean.octets());
    return out;
  } catch (const Error& error) {
    EXPECT_EQ(error.scope(), Scope::message);
    return {{}, {}, {}, error.cause(), error.reason()};
  }
}

StoredDatabase roundcube() { return after({}, roundcube_schema); }

/// The second contact is in the write-ahead log alone.
StoredDatabase with_live_log() {
  return after(roundcube(), "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
                            "INSERT INTO contacts (contact_id, user_id, email) VALUES (2, 1, 'last@old.example');");
}

constexpr const char* contacts = "SELECT email FROM contacts ORDER BY contact_id";

TEST(CleanDatabase, HoldsWhatIsInTheLogAloneAndNeedsNone) {
  const StoredDatabase stored = with_live_log();
  ASSERT_FALSE(stored.log.empty());
  ASSERT_EQ(rows_of(after({stored.database}, "PRAGMA journal_mode=DELETE").database, contacts),
            (Rows{"first@old.example"}));
  const Cleaned clean = cleaned(stored);
  EXPECT_EQ(rows_of(clean.octets, contacts), (Rows{"first@old.example", "last@old.example"}));
  EXPECT_EQ(rows_of(clean.octets, "PRAGMA journal_mode"), (Rows{"delete"}));
  EXPECT_EQ(rows_of(clean.octets, "PRAGMA integrity_check"), (Rows{"ok"}));
  EXPECT_EQ(clean.changes, Rows());
}

TEST(CleanDatabase, HasOneDigestWhereverTheServerHadItsContent) {
  const StoredDatabase live = with_live_log();
  const Cleaned clean = cleaned(live);
  const StoredDatabase checkpointed = after(live, "PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(checkpointed.log.empty());
  ASSERT_NE(checkpointed.database, live.database);
  EXPECT_EQ(cleaned(checkpointed).digest, clean.digest);
  // And in the way of a rollback, after more writes that leave nothing, and copied again.
  const StoredDatabase written = after(checkpointed, "PRAGMA journal_mode=DELETE; PRAGMA user_version=1;"
                                                     "PRAGMA user_version=0;");
  ASSERT_NE(written.database.substr(24, 4), checkpointed.database.substr(24, 4));
  EXPECT_EQ(cleaned(written).digest, clean.digest);
  EXPECT_EQ(cleaned({clean.octets}).digest, clean.digest);
}

TEST(CleanDatabase, HasAnotherDigestWhenAnythingInItIsAnother) {
  const StoredDatabase stored = with_live_log();
  const std::string digest = cleaned(stored).digest;
  EXPECT_NE(cleaned({stored.database}).digest, digest);
  EXPECT_NE(cleaned(after(stored, "UPDATE contacts SET email = 'lasT@old.example' WHERE contact_id = 2")).digest,
            digest);
  EXPECT_NE(cleaned(after(stored, "PRAGMA user_version=7")).digest, digest);
}

TEST(CleanDatabase, CountsNoWritesAndNoVersionsOfSqliteInItsDigest) {
  const ScratchRoom room;
  const auto digest_with = [&](std::size_t at) {
    std::string octets(8192, 'x');
    if (at != 0) octets[at] = 'y';
    return CleanDatabase(scratch(room, octets), {}).digest();
  };
  const std::string digest = digest_with(0);
  for (std::size_t at = 1; at < 110; ++at) {
    const bool is_counted = at < 24 || (at > 27 && at < 92) || at > 99;
    EXPECT_EQ(digest_with(at) != digest, is_counted) << at;
  }
  EXPECT_NE(digest_with(8191), digest);
}

TEST(CleanDatabase, TakesBackWhatATransactionLeftHalfDone) {
  // So many pages that some are in the file already.
  const StoredDatabase filled =
      after(roundcube(), "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                         "INSERT INTO cache SELECT 1, 'k' || i, NULL, 'before' || hex(zeroblob(1000)) FROM n;");
  const StoredDatabase torn =
      after(filled, "PRAGMA cache_size=5; BEGIN; UPDATE cache SET data = 'after' || hex(zeroblob(1000))");
  ASSERT_NE(torn.database, filled.database);
  ASSERT_FALSE(torn.journal.empty());
  const Cleaned clean = cleaned(torn);
  EXPECT_EQ(rows_of(clean.octets, "SELECT count(*) FROM cache WHERE data LIKE 'before%'"), (Rows{"300"}));
  EXPECT_EQ(clean.digest, cleaned(filled).digest);
}

TEST(CleanDatabase, DeletesNothingThatAJournalCallsItsSuperJournal) {
  const std::string victim = std::filesystem::temp_directory_path() / "mailhaul-super-journal-victim";
  std::ofstream(victim) << "not a journal";
  StoredDatabase torn =
      after(roundcube(), "PRAGMA cache_size=1; BEGIN;"
                         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                         "INSERT INTO cache SELECT 1, 'k' || i, NULL, hex(zeroblob(1000)) FROM n;");
  ASSERT_FALSE(torn.journal.empty());
  const auto number = [](std::uint32_t value) {
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>(value >> shift);
    return octets;
  };
  std::uint32_t sum = 0;
  for (const char c : victim) sum += static_cast<unsigned char>(c);
  torn.journal += number(0x40000000 / 4096 + 1) + victim + number(static_cast<std::uint32_t>(victim.size())) +
                  number(sum) + "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  // SQLite on the disk does it, so the record is a good one.
  (void)after(torn, "SELECT count(*) FROM users");
  EXPECT_FALSE(std::filesystem::exists(victim));
  std::ofstream(victim) << "not a journal";
  (void)cleaned(torn);
  EXPECT_TRUE(std::filesystem::exists(victim));
  std::filesystem::remove(victim);
}

TEST(CleanDatabase, RefusesWhatIsNoDatabaseOrDamaged) {
  EXPECT_EQ(cleaned({"** This file contains an SQLite 2.1 database **"}).cause, Cause::damaged);
  EXPECT_EQ(cleaned({"SQLite"}).cause, Cause::damaged);
  const StoredDatabase good = roundcube();
  StoredDatabase cut = good;
  cut.database.resize(cut.database.size() / 2);
  EXPECT_EQ(cleaned(cut).cause, Cause::damaged);
  StoredDatabase overwritten = good;
  overwritten.database.replace(5 * 4096, 4096, std::string(4096, '\x55'));
  EXPECT_EQ(cleaned(overwritten).cause, Cause::damaged);
  EXPECT_NE(cleaned(overwritten).reason, "");
  StoredDatabase headless = good;
  headless.database.replace(16, 84, std::string(84, '\xff'));
  EXPECT_EQ(cleaned(headless).cause, Cause::damaged);
}

TEST(CleanDatabase, OfAnEmptyFileIsAnEmptyFile) {
  const Cleaned clean = cleaned({});
  EXPECT_EQ(clean.cause, std::nullopt);
  EXPECT_EQ(clean.octets, "");
}

store::Renaming to_new_example() {
  store::Renaming renaming;
  renaming.domains = {{"old.example", "new.example"}};
  renaming.users = {{"alice", "alicia"}};
  return renaming;
}

TEST(CleanDatabase, CallsUsersAndIdentitiesAsTheTargetDoes) {
  const store::Renaming renaming = to_new_example();
  const StoredDatabase stored =
      after(with_live_log(), "INSERT INTO users (user_id, username, mail_host) VALUES (2, 'alice', 'localhost')");
  const Cleaned clean = cleaned(stored, &renaming);
  EXPECT_EQ(rows_of(clean.octets, "SELECT username FROM users ORDER BY user_id"), (Rows{"bob@new.example", "alicia"}));
  EXPECT_EQ(rows_of(clean.octets, "SELECT email, \"reply-to\", bcc, signature FROM identities ORDER BY identity_id"),
            (Rows{"bob@new.example|Bob <bob@new.example>, ann@other.example||bob@old.example",
                  "sales@other.example||archive@new.example,x@other.example|"}));
  EXPECT_EQ(rows_of(clean.octets, contacts), (Rows{"first@old.example", "last@old.example"}));
  EXPECT_EQ(rows_of(clean.octets, "PRAGMA integrity_check"), (Rows{"ok"}));
  EXPECT_EQ(clean.changes,
            (Rows{"users.username: alice -> alicia", "users.username: bob@old.example -> bob@new.example",
                  "identities.email: bob@old.example -> bob@new.example",
                  "identities.reply-to: Bob <bob@old.example>, ann@other.example -> Bob <bob@new.example>, "
                  "ann@other.example",
                  "identities.bcc: archive@old.example,x@other.example -> archive@new.example,x@other.example"}));
  // Done once more it changes nothing; and it does not matter where the content was.
  const Cleaned again = cleaned({clean.octets}, &renaming);
  EXPECT_EQ(again.changes, Rows());
  EXPECT_EQ(again.digest, clean.digest);
  EXPECT_EQ(cleaned(after(stored, "PRAGMA wal_checkpoint(TRUNCATE)"), &renaming).digest, clean.digest);
}

TEST(CleanDatabase, LeavesAUserWhoseNewNameIsTakenAndSaysSo) {
  const store::Renaming renaming = to_new_example();
  const Cleaned clean = cleaned(
      after(roundcube(), "INSERT INTO users (user_id, username, mail_host) VALUES (2, 'bob@new.example', 'localhost')"),
      &renaming);
  EXPECT_EQ(rows_of(clean.octets, "SELECT username FROM users ORDER BY user_id"),
            (Rows{"bob@old.example", "bob@new.example"}));
  ASSERT_GE(clean.changes.size(), 2U);
  EXPECT_EQ(clean.changes[1], "users.username: 1 of them stay as they are: there is one of the new name already");
}

TEST(CleanDatabase, RenamesNothingInTablesOfOtherMakes) {
  const store::Renaming renaming = to_new_example();
  const Cleaned clean = cleaned(after({}, "CREATE TABLE users (login); INSERT INTO users VALUES ('bob@old.example');"
                                          "CREATE TABLE t (email); INSERT INTO t VALUES ('bob@old.example');"
                                          "CREATE VIEW identities AS SELECT email FROM t;"),
                                &renaming);
  EXPECT_EQ(clean.cause, std::nullopt) << clean.reason;
  EXPECT_EQ(clean.changes, Rows());
  EXPECT_EQ(rows_of(clean.octets, "SELECT login FROM users UNION ALL SELECT email FROM identities"),
            (Rows{"bob@old.example", "bob@old.example"}));
}

TEST(CleanDatabase, RunsNoProgramThatLiesInTheSchema) {
  const store::Renaming renaming = to_new_example();
  const Cleaned clean =
      cleaned(after(roundcube(), "CREATE TRIGGER t1 AFTER UPDATE ON users BEGIN DELETE FROM contacts; END;"
                                 "CREATE VIEW v AS SELECT * FROM users;"
                                 "CREATE TRIGGER t2 INSTEAD OF UPDATE ON v BEGIN DELETE FROM contacts; END;"),
              &renaming);
  EXPECT_EQ(clean.cause, std::nullopt) << clean.reason;
  EXPECT_EQ(rows_of(clean.octets, contacts), (Rows{"first@old.example"}));
  EXPECT_EQ(rows_of(clean.octets, "SELECT username FROM users"), (Rows{"bob@new.example"}));
  EXPECT_EQ(rows_of(clean.octets, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"), (Rows{"2"}));
}

TEST(CleanDatabase, CarriesATableOfAModuleWithoutRunningIt) {
  const Cleaned clean = cleaned(after(roundcube(), "CREATE VIRTUAL TABLE words USING fts5(word);"
                                                   "INSERT INTO words VALUES ('found');"));
  EXPECT_EQ(clean.cause, std::nullopt) << clean.reason;
  EXPECT_EQ(rows_of(clean.octets, "SELECT word FROM words WHERE words MATCH 'found'"), (Rows{"found"}));
}

TEST(CleanDatabase, RefusesARowThatIsLargerThanItsLimit) {
  const store::Renaming renaming = to_new_example();
  const Cleaned clean = cleaned(
      after({}, "CREATE TABLE users (a, username GENERATED ALWAYS AS (hex(zeroblob(a))) STORED NOT NULL); CREATE TABLE "
                "t (a, b GENERATED ALWAYS AS (hex(zeroblob(a))) VIRTUAL NOT NULL); INSERT INTO t VALUES (40000000)"),
      &renaming);
  EXPECT_EQ(clean.cause, Cause::limit) << clean.reason;
}

}  // namespace
}  // namespace mailhaul::account::cpanel
