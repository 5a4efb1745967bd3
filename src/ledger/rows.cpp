#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "database.hpp"
#include "encoding.hpp"

namespace mailhaul::ledger {
namespace {

using Connection = sqlite::Connection;
using Query = sqlite::Query;

// Columns in the order of the table, which insert() depends on as well; rows in that of the ids, by indexes that have
// them so: nothing is sorted.
constexpr std::string_view select_by_id = "SELECT * FROM message WHERE id = ?";
constexpr std::string_view select_at_source =
    "SELECT * FROM message WHERE source_folder = ? AND source_handle IS NOT NULL ORDER BY id";
constexpr std::string_view select_at_target =
    "SELECT * FROM message WHERE target_folder = ? AND target_handle IS NOT NULL ORDER BY id";
constexpr std::string_view select_ends_at_source =
    "SELECT id, source_handle, source_flags, source_keywords FROM message "
    "WHERE source_folder = ? AND source_handle IS NOT NULL ORDER BY id";
constexpr std::string_view select_ends_at_target =
    "SELECT id, target_handle, target_flags, target_keywords FROM message "
    "WHERE target_folder = ? AND target_handle IS NOT NULL ORDER BY id";
constexpr std::string_view select_numbered =
    "SELECT target_handle, uid, ids FROM message WHERE target_folder = ? AND target_handle IS NOT NULL "
    "AND source_folder = ? AND source_handle IS NOT NULL AND uid IS NOT NULL";
constexpr std::string_view select_gone_from_source =
    "SELECT * FROM message WHERE source_folder = ? AND source_folder <> 0 AND source_handle IS NULL ORDER BY id";
constexpr std::string_view select_gone_from_target =
    "SELECT * FROM message WHERE target_folder = ? AND target_folder <> 0 AND target_handle IS NULL ORDER BY id";
constexpr std::string_view select_without_source =
    "SELECT * FROM message WHERE target_folder = ? AND source_handle IS NULL AND target_handle IS NOT NULL ORDER BY id";

constexpr std::string_view insert_rows = "INSERT INTO message VALUES";
constexpr std::string_view one_row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
/// For each statement SQLite opens the table and all its indexes: with 10 rows a statement 100,000 rows cost a third
/// less than with one, with 50 hardly less than with 10.
constexpr std::size_t rows_at_once = 10;

template <std::size_t count>
constexpr auto insert_statement = [] {
  std::array<char, insert_rows.size() + count*(one_row.size() + 1) - 1> text{};
  auto at = std::copy(insert_rows.begin(), insert_rows.end(), text.begin());
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) *at++ = ',';
    at = std::copy(one_row.begin(), one_row.end(), at);
  }
  return text;
}();

mail::FlagSet read_flags(const Query& query, int column) {
  return mail::FlagSet::from_bits(static_cast<unsigned>(query.number(column)));
}

mail::KeywordSet read_keywords(Connection& connection, const Query& query, int column) {
  mail::KeywordSet keywords;
  if (query.is_null(column)) return keywords;
  auto names = decode_texts(query.octets(column));
  if (!names) connection.fail_damaged("a message in it has damaged keywords");
  keywords.add_all(std::move(*names));
  return keywords;
}

std::optional<Sighting> read_sighting(Connection& connection, const Query& query, int handle) {
  constexpr int flags = 2;
  constexpr int keywords = 4;
  if (query.is_null(handle)) return std::nullopt;
  return Sighting{{std::string(query.octets(handle))},
                  read_flags(query, handle + flags),
                  read_keywords(connection, query, handle + keywords)};
}

/// The UID and, in the column behind it, the rest.
mail::ServerIds read_ids(Connection& connection, const Query& query, int uid) {
  auto ids = decode_ids(query.maybe_number(uid), query.octets(uid + 1));
  if (!ids) connection.fail_damaged("a message in it has damaged numbers");
  return std::move(*ids);
}

Row row_from(Connection& connection, const Query& query) {
  Row row;
  row.id = query.number(0);
  row.source_folder = query.number(1);
  row.target_folder = query.number(2);
  row.source = read_sighting(connection, query, 3);
  row.target = read_sighting(connection, query, 4);
  row.ours = query.number(9) != 0;
  row.touched = query.number(10) != 0;
  row.gone_run = query.number(11);
  const auto key = decode_key(query.octets(14));
  if (!key) connection.fail_damaged("a message in it has a damaged key");
  row.ids = read_ids(connection, query, 12);
  row.key = *key;
  return row;
}

std::optional<Row> read_row(Connection& connection, RowId id) {
  Query query = connection.query(select_by_id);
  query.with(id);
  if (!query.next()) return std::nullopt;
  return row_from(connection, query);
}

/// What is written of a row, as octets that live as long as the query.
class Columns {
 public:
  explicit Columns(const Row& row)
      : row_(row),
        source_keywords_(keywords_of(row.source)),
        target_keywords_(keywords_of(row.target)),
        ids_(encode_ids(row.ids)),
        key_(encode_key(row.key)) {}

  void bind_ends(Query& query) const {
    query.with(row_.source_folder).with(row_.target_folder);
    query.with_octets_or_null(handle_of(row_.source)).with_octets_or_null(handle_of(row_.target));
  }
  void bind_rest(Query& query) const {
    query.with(flags_of(row_.source)).with(flags_of(row_.target));
    query.with_octets_or_null(unless_empty(source_keywords_)).with_octets_or_null(unless_empty(target_keywords_));
    query.with(std::int64_t{row_.ours ? 1 : 0}).with(std::int64_t{row_.touched ? 1 : 0}).with(row_.gone_run);
    query.with(row_.ids.uid ? std::optional<std::int64_t>(row_.ids.uid->value) : std::nullopt);
    query.with_octets_or_null(unless_empty(ids_)).with_octets(key_);
  }

 private:
  static std::string keywords_of(const std::optional<Sighting>& end) {
    return end ? encode_texts(end->keywords.names()) : std::string();
  }
  static std::optional<std::string_view> handle_of(const std::optional<Sighting>& end) {
    return end ? std::optional<std::string_view>(end->handle.token) : std::nullopt;
  }
  static std::int64_t flags_of(const std::optional<Sighting>& end) { return end ? end->flags.bits() : 0; }
  static std::optional<std::string_view> unless_empty(const std::string& octets) {
    return octets.empty() ? std::nullopt : std::optional<std::string_view>(octets);
  }

  const Row& row_;
  std::string source_keywords_;
  std::string target_keywords_;
  std::string ids_;
  std::string key_;
};

bool same_handle(const std::optional<Sighting>& a, const std::optional<Sighting>& b) {
  return a.has_value() == b.has_value() && (!a || a->handle == b->handle);
}

bool same_ends(const Row& a, const Row& b) {
  return a.source_folder == b.source_folder && a.target_folder == b.target_folder && same_handle(a.source, b.source) &&
         same_handle(a.target, b.target);
}

bool same(const Row& a, const Row& b) {
  return same_ends(a, b) && a.source == b.source && a.target == b.target && a.key == b.key && a.ids == b.ids &&
         a.ours == b.ours && a.touched == b.touched && a.gone_run == b.gone_run;
}

void visit_each(Connection& connection, std::string_view select, FolderId folder,
                const std::function<void(const Row&)>& visit) {
  Query query = connection.query(select);
  query.with(folder);
  while (query.next()) visit(row_from(connection, query));
}

}  // namespace

template <std::size_t count>
void Ledger::Database::insert(std::span<const Row, count> rows) {
  begin();
  {
    constexpr auto& statement = insert_statement<count>;
    std::vector<Columns> columns;
    columns.reserve(count);
    Query query = connection.query({statement.data(), statement.size()});
    RowId id = last_row;
    for (const Row& row : rows) {
      const Columns& of_row = columns.emplace_back(row);
      query.with(++id);
      of_row.bind_ends(query);
      of_row.bind_rest(query);
    }
    query.run();
  }
  last_row += static_cast<RowId>(count);
  for (const Row& row : rows) counts.change(RowCounts::Change::more, row);
  rows_written += count;
}

RowId Ledger::add(const Row& row) {
  const std::lock_guard lock(database_->mutex);
  database_->insert(std::span<const Row, 1>(&row, 1));
  return database_->last_row;
}

void Ledger::add_all(std::span<const Row> rows) {
  const std::lock_guard lock(database_->mutex);
  for (; rows.size() >= rows_at_once; rows = rows.subspan(rows_at_once)) database_->insert(rows.first<rows_at_once>());
  for (; !rows.empty(); rows = rows.subspan(1)) database_->insert(rows.first<1>());
}

void Ledger::update(const Row& row) {
  const std::lock_guard lock(database_->mutex);
  Connection& connection = database_->connection;
  const auto before = read_row(connection, row.id);
  assert(before && "a row that was forgotten, or never added");
  if (!before || same(*before, row)) return;
  database_->begin();
  {
    const Columns columns(row);
    // SQLite renews every index that has one of the columns named, whether or not it changes.
    const bool ends_stay = same_ends(*before, row);
    Query query = connection.query(
        ends_stay ? "UPDATE message SET source_flags = ?, target_flags = ?, source_keywords = ?, target_keywords = ?, "
                    "ours = ?, touched = ?, gone_run = ?, uid = ?, ids = ?, key = ? WHERE id = ?"
                  : "UPDATE message SET source_folder = ?, target_folder = ?, source_handle = ?, target_handle = ?, "
                    "source_flags = ?, target_flags = ?, source_keywords = ?, target_keywords = ?, ours = ?, "
                    "touched = ?, gone_run = ?, uid = ?, ids = ?, key = ? WHERE id = ?");
    if (!ends_stay) columns.bind_ends(query);
    columns.bind_rest(query);
    query.with(row.id).run();
  }
  database_->counts.change(RowCounts::Change::fewer, *before);
  database_->counts.change(RowCounts::Change::more, row);
  ++database_->rows_written;
}

void Ledger::forget(RowId row) {
  const std::lock_guard lock(database_->mutex);
  const auto before = read_row(database_->connection, row);
  if (!before) return;
  database_->begin();
  database_->connection.query("DELETE FROM message WHERE id = ?").with(row).run();
  database_->counts.change(RowCounts::Change::fewer, *before);
  ++database_->rows_written;
}

std::optional<Row> Ledger::row(RowId id) {
  const std::lock_guard lock(database_->mutex);
  return read_row(database_->connection, id);
}

void Ledger::each_in(Side side, FolderId folder, const std::function<void(const Row&)>& visit) {
  const std::lock_guard lock(database_->mutex);
  visit_each(database_->connection, side == Side::source ? select_at_source : select_at_target, folder, visit);
}

void Ledger::each_end_in(Side side, FolderId folder, const std::function<void(const End&)>& visit) {
  const std::lock_guard lock(database_->mutex);
  Connection& connection = database_->connection;
  Query query = connection.query(side == Side::source ? select_ends_at_source : select_ends_at_target);
  query.with(folder);
  while (query.next())
    visit({query.number(0), query.octets(1), read_flags(query, 2), read_keywords(connection, query, 3)});
}

void Ledger::each_numbered(FolderId source_folder, FolderId target_folder,
                           const std::function<void(std::string_view, const mail::ServerIds&)>& visit) {
  const std::lock_guard lock(database_->mutex);
  Connection& connection = database_->connection;
  Query query = connection.query(select_numbered);
  query.with(target_folder).with(source_folder);
  while (query.next()) visit(query.octets(0), read_ids(connection, query, 1));
}

void Ledger::each_gone_from(Side side, FolderId folder, const std::function<void(const Row&)>& visit) {
  const std::lock_guard lock(database_->mutex);
  visit_each(database_->connection, side == Side::source ? select_gone_from_source : select_gone_from_target, folder,
             visit);
}

void Ledger::each_without_source(FolderId target_folder, const std::function<void(const Row&)>& visit) {
  const std::lock_guard lock(database_->mutex);
  visit_each(database_->connection, select_without_source, target_folder, visit);
}

std::uint64_t Ledger::count_in(Side side, FolderId folder) {
  const std::lock_guard lock(database_->mutex);
  Query query = database_->connection.query(
      side == Side::source ? "SELECT count(*) FROM message WHERE source_folder = ? AND source_handle IS NOT NULL"
                           : "SELECT count(*) FROM message WHERE target_folder = ? AND target_handle IS NOT NULL");
  query.with(folder);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

bool Ledger::has_any(Side side, FolderId folder) {
  const std::lock_guard lock(database_->mutex);
  Query query = database_->connection.query(
      side == Side::source ? "SELECT 1 FROM message WHERE source_folder = ? AND source_handle IS NOT NULL LIMIT 1"
                           : "SELECT 1 FROM message WHERE target_folder = ? AND target_handle IS NOT NULL LIMIT 1");
  query.with(folder);
  return query.next();
}

std::uint64_t Ledger::count_ours(FolderId target_folder) {
  const std::lock_guard lock(database_->mutex);
  Query query = database_->connection.query(
      "SELECT count(*) FROM message WHERE target_folder = ? AND target_handle IS NOT NULL AND ours <> 0");
  query.with(target_folder);
  return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

Counts Ledger::counts() {
  const std::lock_guard lock(database_->mutex);
  return database_->counts.total();
}

Counts Ledger::counts_of_source(FolderId folder) {
  const std::lock_guard lock(database_->mutex);
  return database_->counts.of_source(folder);
}

}  // namespace mailhaul::ledger
