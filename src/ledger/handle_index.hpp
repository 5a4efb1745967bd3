#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mailhaul/ledger/ledger.hpp"
#include "sqlite.hpp"

namespace mailhaul::ledger {

/// Finds rows by handle. In memory, of the folders that were asked for, not an index of the database: names come in no
/// order, so each batch of a first copy would rewrite as many pages as it has messages, at each end.
///
/// 64 bits a handle, hashed with a secret: whoever names the files must not make them all meet in one place (A16).
/// Rows of one hash are told apart by who asks.
class HandleIndex {
 public:
  using Secret = std::array<std::byte, mail::KeySecrets::octets>;
  /// `secret` must outlive it.
  explicit HandleIndex(const Secret& secret) : secret_(secret) {}

  /// Row ids that may have that handle there, the smallest first.
  [[nodiscard]] std::vector<RowId> candidates(sqlite::Connection& connection, Side side, FolderId folder,
                                              const store::Handle& handle);
  /// Both ends of a row that is new, or as it is after a change.
  void add(RowId id, const Row& row);
  /// Both ends of a row that is gone, or as it was before a change.
  void remove(RowId id, const Row& row);

 private:
  using OfFolder = std::unordered_multimap<std::uint64_t, RowId>;
  [[nodiscard]] std::uint64_t hash_of(std::string_view token) const;
  [[nodiscard]] OfFolder& loaded(sqlite::Connection& connection, Side side, FolderId folder);

  const Secret& secret_;
  std::map<std::pair<Side, FolderId>, OfFolder> folders_{};
};

}  // namespace mailhaul::ledger
