#include "schema.hpp"

#include <array>
#include <string>

namespace mailhaul::ledger {
namespace {

/// pair     One row: what the ledger is about, and the secrets of its keys (H1).
/// folder   At one end (side 1: source, 2: target). `name`, `wanted` and `given` as encode_folder() has them.
/// message  See Row. A handle of NULL: it has no end there. Handles are not unique: while an mbox is rewritten, one
///          message takes the offset that another had. No index has them: names come in no order, so each batch of a
///          first copy would rewrite as many pages as it has messages. Ids of rows that are gone are not given again
///          within a run.
/// tally    How many rows of each kind have that source folder (0: none), so that nobody counts a million of them.
/// setting  `kind` and folder of what was brought over.
/// run      One row a run; `failures` as encode_texts() has them.
constexpr const char* version_1 = R"(
CREATE TABLE pair(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  source BLOB NOT NULL, target BLOB NOT NULL,
  source_id BLOB NOT NULL, target_id BLOB NOT NULL,
  first_secret BLOB NOT NULL, second_secret BLOB NOT NULL,
  unsynced_boot BLOB);
CREATE TABLE folder(
  id INTEGER PRIMARY KEY,
  side INTEGER NOT NULL, name BLOB NOT NULL,
  stamp BLOB, uid_validity INTEGER, wanted BLOB, given BLOB, finished INTEGER NOT NULL,
  was_made INTEGER NOT NULL DEFAULT 0, list_digest BLOB, messages INTEGER NOT NULL DEFAULT 0,
  UNIQUE(side, name));
CREATE TABLE message(
  id INTEGER PRIMARY KEY,
  source_folder INTEGER NOT NULL, target_folder INTEGER NOT NULL,
  source_handle BLOB, target_handle BLOB,
  source_flags INTEGER NOT NULL, target_flags INTEGER NOT NULL,
  source_keywords BLOB, target_keywords BLOB,
  ours INTEGER NOT NULL, touched INTEGER NOT NULL, gone_run INTEGER NOT NULL,
  uid INTEGER, ids BLOB, key BLOB NOT NULL);
CREATE INDEX at_source ON message(source_folder) WHERE source_handle IS NOT NULL;
CREATE INDEX at_target ON message(target_folder) WHERE target_handle IS NOT NULL;
CREATE INDEX gone_from_source ON message(source_folder) WHERE source_handle IS NULL AND source_folder <> 0;
CREATE INDEX gone_from_target ON message(target_folder) WHERE target_handle IS NULL AND target_folder <> 0;
CREATE INDEX without_source ON message(target_folder) WHERE source_handle IS NULL AND target_handle IS NOT NULL;
CREATE TABLE tally(
  source_folder INTEGER PRIMARY KEY,
  known INTEGER NOT NULL, removed_at_target INTEGER NOT NULL, removed_at_source INTEGER NOT NULL,
  only_at_target INTEGER NOT NULL, tombstones INTEGER NOT NULL);
CREATE TABLE setting(
  kind BLOB NOT NULL, folder BLOB NOT NULL,
  PRIMARY KEY(kind, folder)) WITHOUT ROWID;
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  began INTEGER NOT NULL, ended INTEGER,
  source_messages INTEGER NOT NULL DEFAULT 0, copied INTEGER NOT NULL DEFAULT 0, adopted INTEGER NOT NULL DEFAULT 0,
  flags_changed INTEGER NOT NULL DEFAULT 0, moved INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0, octets_copied INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,
  verdict BLOB, failures BLOB);
)";

/// account_setting  What lies beside the mail of an account, one row a setting: what each end read like after the last
///                  run (SettingBase), never the value itself. `id` (at the target) and `source_id`
///                  as encode_texts() has owner, kind and name.
///                  `ours`: 1, and 2 more while a run writes it.
constexpr const char* version_2 = R"(
CREATE TABLE account_setting(
  id BLOB PRIMARY KEY,
  source_digest BLOB, target_digest BLOB, ours INTEGER NOT NULL, source_id BLOB NOT NULL) WITHOUT ROWID;
)";

constexpr std::array released_steps{version_1, version_2};

}  // namespace

MigrationSteps migration_steps() { return released_steps; }

Recognised recognise(sqlite::Connection& connection, MigrationSteps steps) {
  const std::int64_t application = connection.ask_number("PRAGMA application_id");
  const std::int64_t version = connection.ask_number("PRAGMA user_version");
  if (application != application_id) {
    const bool has_tables = connection.ask_number("SELECT count(*) FROM sqlite_master") != 0;
    if (application != 0 || version != 0 || has_tables)
      connection.fail_damaged("it is a database of another program, not a ledger");
    return Recognised::empty;
  }
  if (version < 1) connection.fail_damaged("it has no version");
  if (version > static_cast<std::int64_t>(steps.size()))
    connection.fail(Error(Cause::unsupported, Scope::run, "opening the ledger")
                        .because("written by a newer version of mailhaul (" + std::to_string(version) + ")")
                        .hint("use that one"));
  return Recognised::ledger;
}

void migrate(sqlite::Connection& connection, MigrationSteps steps) {
  const auto version = static_cast<std::size_t>(connection.ask_number("PRAGMA user_version"));
  if (version >= steps.size()) return;
  if (!connection.in_transaction()) connection.execute("BEGIN IMMEDIATE");
  for (const char* const step : steps.subspan(version)) connection.execute(step);
  // Both are part of the transaction.
  connection.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
  connection.execute(("PRAGMA user_version = " + std::to_string(steps.size())).c_str());
}

}  // namespace mailhaul::ledger
