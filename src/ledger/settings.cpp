#include "database.hpp"
#include "encoding.hpp"
#include "mailhaul/ledger/ledger.hpp"

namespace mailhaul::ledger {

using sqlite::Query;

namespace {

/// Owner, kind by its word, name: the numbers of kinds may change between versions.
// Of the column `ours`.
constexpr std::int64_t ours_bit = 1;
constexpr std::int64_t in_progress_bit = 2;

std::string encode_setting(const store::SettingId& id) {
  return encode_texts({id.owner, std::string(store::to_string(id.kind)), id.name});
}

/// Nothing: no encoding gave it, or it is of a kind that nobody here knows.
std::optional<store::SettingId> decode_setting(std::string_view octets) {
  const auto texts = decode_texts(octets);
  if (!texts || texts->size() != 3) return std::nullopt;
  for (int kind = 0; kind <= static_cast<int>(store::SettingKind::note); ++kind)
    if (store::to_string(static_cast<store::SettingKind>(kind)) == (*texts)[1])
      return store::SettingId{(*texts)[0], static_cast<store::SettingKind>(kind), (*texts)[2]};
  return std::nullopt;
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
  Query query = database_->connection.query(
      "SELECT source_digest, target_digest, ours, source_id FROM account_setting WHERE id = ?");
  query.with_octets(id);
  if (!query.next()) return std::nullopt;
  SettingBase base;
  if (!query.is_null(0)) base.source = std::string(query.octets(0));
  if (!query.is_null(1)) base.target = std::string(query.octets(1));
  base.ours = (query.number(2) & ours_bit) != 0;
  base.is_in_progress = (query.number(2) & in_progress_bit) != 0;
  auto from = decode_setting(query.octets(3));
  if (!from) database_->connection.fail_damaged("a setting in it has no name");
  base.from = *std::move(from);
  return base;
}

void Ledger::set_base(const store::SettingId& setting, const SettingBase& base) {
  if (find_base(setting) == base) return;
  const std::lock_guard lock(database_->mutex);
  const std::string id = encode_setting(setting);
  const std::string from = encode_setting(base.from);
  database_->begin();
  database_->connection.query("INSERT OR REPLACE INTO account_setting VALUES(?, ?, ?, ?, ?)")
      .with_octets(id)
      .with_octets_or_null(base.source)
      .with_octets_or_null(base.target)
      .with((base.ours ? ours_bit : 0) | (base.is_in_progress ? in_progress_bit : 0))
      .with_octets(from)
      .run();
}

std::vector<store::SettingId> Ledger::settings_with_base() {
  const std::lock_guard lock(database_->mutex);
  std::vector<store::SettingId> settings;
  Query query = database_->connection.query("SELECT id FROM account_setting ORDER BY id");
  while (query.next()) {
    auto id = decode_setting(query.octets(0));
    if (!id) database_->connection.fail_damaged("a setting in it has no name");
    settings.push_back(*std::move(id));
  }
  return settings;
}

void Ledger::forget_base(const store::SettingId& setting) {
  if (!find_base(setting)) return;
  const std::lock_guard lock(database_->mutex);
  const std::string id = encode_setting(setting);
  database_->begin();
  database_->connection.query("DELETE FROM account_setting WHERE id = ?").with_octets(id).run();
}

}  // namespace mailhaul::ledger
