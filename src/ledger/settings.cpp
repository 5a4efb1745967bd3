#include "database.hpp"
#include "encoding.hpp"
#include "mailhaul/ledger/ledger.hpp"

namespace mailhaul::ledger {

using sqlite::Query;

namespace {

/// Owner, kind by its word, name: the numbers of kinds may change between versions.
std::string encode_setting(const store::SettingId& id) {
  return encode_texts({id.owner, std::string(store::to_string(id.kind)), id.name});
}

}  // namespace

bool Ledger::has_setting(std::string_view kind, const store::FolderRef& folder) {
  const std::lock_guard lock(database_->mutex);
  const std::string name = encode_folder(folder);
  Query query = database_->connection.query("SELECT 1 FROM setting WHERE kind = ? AND folder = ?");
  query.with_octets(kind).with_octets(name);
  return query.next();
}

void Ledger::add_setting(std::string_view kind, const store::FolderRef& folder) {
  if (has_setting(kind, folder)) return;
  const std::lock_guard lock(database_->mutex);
  const std::string name = encode_folder(folder);
  database_->begin();
  database_->connection.query("INSERT OR IGNORE INTO setting VALUES(?, ?)").with_octets(kind).with_octets(name).run();
}

std::optional<SettingBase> Ledger::find_base(const store::SettingId& setting) {
  const std::lock_guard lock(database_->mutex);
  const std::string id = encode_setting(setting);
  Query query =
      database_->connection.query("SELECT source_digest, target_digest, ours FROM account_setting WHERE id = ?");
  query.with_octets(id);
  if (!query.next()) return std::nullopt;
  SettingBase base;
  if (!query.is_null(0)) base.source = std::string(query.octets(0));
  if (!query.is_null(1)) base.target = std::string(query.octets(1));
  base.ours = query.number(2) != 0;
  return base;
}

void Ledger::set_base(const store::SettingId& setting, const SettingBase& base) {
  if (find_base(setting) == base) return;
  const std::lock_guard lock(database_->mutex);
  const std::string id = encode_setting(setting);
  database_->begin();
  database_->connection.query("INSERT OR REPLACE INTO account_setting VALUES(?, ?, ?, ?)")
      .with_octets(id)
      .with_octets_or_null(base.source)
      .with_octets_or_null(base.target)
      .with(std::int64_t{base.ours})
      .run();
}

}  // namespace mailhaul::ledger
