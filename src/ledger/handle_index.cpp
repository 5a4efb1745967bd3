#include "handle_index.hpp"

#include <algorithm>

#include <xxhash.h>

namespace mailhaul::ledger {
namespace {

/// About 50 octets each. Folders are gone through one after the other, so what is dropped is seldom asked for again.
constexpr std::size_t most_entries = 2'000'000;

struct End {
  Side side;
  FolderId folder;
  const std::optional<Sighting>& sighting;
};

std::array<End, 2> ends_of(const Row& row) {
  return {End{Side::source, row.source_folder, row.source}, End{Side::target, row.target_folder, row.target}};
}

}  // namespace

std::uint64_t HandleIndex::hash_of(std::string_view token) const {
  return XXH3_64bits_withSecret(token.data(), token.size(), secret_.data(), secret_.size());
}

HandleIndex::OfFolder& HandleIndex::loaded(sqlite::Connection& connection, Side side, FolderId folder) {
  const auto there = folders_.find({side, folder});
  if (there != folders_.end()) return there->second;
  std::size_t entries = 0;
  for (const auto& [key, of_folder] : folders_) entries += of_folder.size();
  if (entries > most_entries) folders_.clear();
  OfFolder made;
  sqlite::Query query = connection.query(
      side == Side::source
          ? "SELECT id, source_handle FROM message WHERE source_folder = ? AND source_handle IS NOT NULL"
          : "SELECT id, target_handle FROM message WHERE target_folder = ? AND target_handle IS NOT NULL");
  query.with(folder);
  while (query.next()) made.emplace(hash_of(query.octets(1)), query.number(0));
  return folders_.emplace(std::pair(side, folder), std::move(made)).first->second;
}

std::vector<RowId> HandleIndex::candidates(sqlite::Connection& connection, Side side, FolderId folder,
                                           const store::Handle& handle) {
  const auto [first, last] = loaded(connection, side, folder).equal_range(hash_of(handle.token));
  std::vector<RowId> ids;
  for (auto entry = first; entry != last; ++entry) ids.push_back(entry->second);
  std::sort(ids.begin(), ids.end());
  return ids;
}

void HandleIndex::add(RowId id, const Row& row) {
  for (const End& end : ends_of(row)) {
    const auto there = folders_.find({end.side, end.folder});
    if (end.sighting && there != folders_.end()) there->second.emplace(hash_of(end.sighting->handle.token), id);
  }
}

void HandleIndex::remove(RowId id, const Row& row) {
  for (const End& end : ends_of(row)) {
    const auto there = folders_.find({end.side, end.folder});
    if (!end.sighting || there == folders_.end()) continue;
    const auto [first, last] = there->second.equal_range(hash_of(end.sighting->handle.token));
    const auto entry = std::find_if(first, last, [&](const auto& one) { return one.second == id; });
    if (entry != last) there->second.erase(entry);
  }
}

}  // namespace mailhaul::ledger
