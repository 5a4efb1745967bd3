#include "database.hpp"
#include "encoding.hpp"

namespace mailhaul::ledger {
namespace {

using Connection = sqlite::Connection;
using Query = sqlite::Query;

static_assert(static_cast<int>(Side::source) == 1 && static_cast<int>(Side::target) == 2, "stored as numbers");
std::int64_t number_of(Side side) { return static_cast<std::int64_t>(side); }

store::FolderRef folder_from(Connection& connection, std::string_view octets) {
  auto folder = decode_folder(octets);
  if (!folder) connection.fail_damaged("a folder in it has no name");
  return std::move(*folder);
}

/// Token, NUL, what is needed to go on from it, which is plain text.
std::string octets_of(const store::Stamp& stamp) { return stamp.token + '\0' + stamp.resume; }

store::Stamp stamp_from(std::string_view octets) {
  const std::size_t nul = std::min(octets.rfind('\0'), octets.size());
  return {std::string(octets.substr(0, nul)), false, std::string(octets.substr(std::min(nul + 1, octets.size())))};
}

/// Columns in the order of the table.
Folder read_folder(Connection& connection, const Query& query) {
  Folder folder;
  folder.id = query.number(0);
  folder.ref = folder_from(connection, query.octets(2));
  if (!query.is_null(3)) folder.state.stamp = stamp_from(query.octets(3));
  if (!query.is_null(4)) folder.state.uid_validity = mail::UidValidity{static_cast<std::uint32_t>(query.number(4))};
  if (!query.is_null(5)) folder.state.wanted = folder_from(connection, query.octets(5));
  if (!query.is_null(6)) folder.state.given = folder_from(connection, query.octets(6));
  folder.state.finished = query.number(7) != 0;
  folder.state.was_made = query.number(8) != 0;
  folder.state.list_digest = query.octets(9);
  folder.state.messages = static_cast<std::uint64_t>(query.number(10));
  return folder;
}

std::optional<Folder> folder_named(Connection& connection, Side side, std::string_view name) {
  Query query = connection.query("SELECT * FROM folder WHERE side = ? AND name = ?");
  query.with(number_of(side)).with_octets(name);
  if (!query.next()) return std::nullopt;
  return read_folder(connection, query);
}

std::optional<Folder> folder_with(Connection& connection, FolderId id) {
  Query query = connection.query("SELECT * FROM folder WHERE id = ?");
  query.with(id);
  if (!query.next()) return std::nullopt;
  return read_folder(connection, query);
}

std::optional<std::string> encoded(const std::optional<store::FolderRef>& folder) {
  if (!folder) return std::nullopt;
  return encode_folder(*folder);
}

}  // namespace

FolderId Ledger::folder_id(Side side, const store::FolderRef& folder) {
  const std::lock_guard lock(database_->mutex);
  const std::string name = encode_folder(folder);
  if (const auto there = folder_named(database_->connection, side, name)) return there->id;
  database_->begin();
  database_->connection.query("INSERT INTO folder(side, name, finished) VALUES(?, ?, 1)")
      .with(number_of(side))
      .with_octets(name)
      .run();
  return database_->connection.last_inserted();
}

std::optional<Folder> Ledger::find_folder(Side side, const store::FolderRef& folder) {
  const std::lock_guard lock(database_->mutex);
  return folder_named(database_->connection, side, encode_folder(folder));
}

std::optional<Folder> Ledger::folder(FolderId id) {
  const std::lock_guard lock(database_->mutex);
  return folder_with(database_->connection, id);
}

std::vector<Folder> Ledger::folders(Side side) {
  const std::lock_guard lock(database_->mutex);
  Query query = database_->connection.query("SELECT * FROM folder WHERE side = ? ORDER BY id");
  query.with(number_of(side));
  std::vector<Folder> folders;
  while (query.next()) folders.push_back(read_folder(database_->connection, query));
  return folders;
}

void Ledger::set_state(FolderId folder, const FolderState& state) {
  const std::lock_guard lock(database_->mutex);
  FolderState wanted = state;
  if (wanted.stamp && wanted.stamp->young) wanted.stamp.reset();
  const auto there = folder_with(database_->connection, folder);
  if (!there || there->state == wanted) return;
  database_->begin();
  const std::optional<std::string> wanted_name = encoded(wanted.wanted);
  const std::optional<std::string> given_name = encoded(wanted.given);
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
  };
  const auto stamp_octets = wanted.stamp ? std::optional(octets_of(*wanted.stamp)) : std::nullopt;
  const auto stamp = view(stamp_octets);
  const auto validity = wanted.uid_validity ? std::optional<std::int64_t>(wanted.uid_validity->value) : std::nullopt;
  database_->connection
      .query("UPDATE folder SET stamp = ?, uid_validity = ?, wanted = ?, given = ?, finished = ?, was_made = ?, "
             "list_digest = ?, messages = ? WHERE "
             "id = ?")
      .with_octets_or_null(stamp)
      .with(validity)
      .with_octets_or_null(view(wanted_name))
      .with_octets_or_null(view(given_name))
      .with(std::int64_t{wanted.finished ? 1 : 0})
      .with(std::int64_t{wanted.was_made ? 1 : 0})
      .with_octets_or_null(wanted.list_digest.empty() ? std::nullopt
                                                      : std::optional<std::string_view>(wanted.list_digest))
      .with(static_cast<std::int64_t>(wanted.messages))
      .with(folder)
      .run();
}

}  // namespace mailhaul::ledger
