#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "listing.hpp"
#include "mailhaul/mail/content_key.hpp"

namespace mailhaul::sync {

/// A row of the ledger that is not as it was, at one end or at both.
struct RowChange {
  ledger::Row row{};  ///< as recorded: the base
  std::optional<ledger::Sighting> source_now{};
  std::optional<ledger::Sighting> target_now{};
  std::optional<ledger::FolderId> target_folder_now{};  ///< its user filed it there
  bool source_gone = false;
  bool target_gone = false;
  bool is_unplaced = false;  ///< it lies, or may lie, in a folder of the target that could not be listed

  [[nodiscard]] const ledger::Sighting* source() const {
    if (source_gone || !row.source) return nullptr;
    return source_now ? &*source_now : &*row.source;
  }
  /// Where at the target it is, or last was.
  [[nodiscard]] ledger::FolderId target_folder() const { return target_folder_now.value_or(row.target_folder); }
  [[nodiscard]] const ledger::Sighting* target() const {
    if (target_now) return &*target_now;
    return target_gone || !row.target ? nullptr : &*row.target;
  }
};

/// All that differs between the ledger and the two stores, by row; and the messages that no row knows.
class Differences {
 public:
  explicit Differences(ledger::Ledger& ledger) : ledger_(ledger) {}

  void add(const Listing& listing);
  /// Rows that a proof says are gone at the target, so far.
  [[nodiscard]] bool misses_any() const;
  /// A message of the target that no row knows, and whose content is that of one that is gone from its place: its user
  /// filed it there, or put it back. Each such stranger is taken out of its listing. The others become rows: their keys
  /// are remembered.
  void settle_target_strangers(std::vector<Listing>& listings);

  [[nodiscard]] std::map<ledger::RowId, RowChange>& rows() { return rows_; }

 private:
  RowChange& change_of(ledger::RowId id);
  ledger::Ledger& ledger_;
  std::map<ledger::RowId, RowChange> rows_{};
};

/// Rows whose message has left its place at the source in this run, to be recognised where it appears again. Only what
/// a proof says is gone is in here. Any number of threads.
class Vanished {
 public:
  void add(const RowChange& change);
  /// Of those with that content and from a folder that it may come from: one from the same folder before one from
  /// another. Taken out.
  [[nodiscard]] std::optional<RowChange> take(const mail::ContentKey& key, ledger::FolderId source_folder,
                                              const std::function<bool(ledger::FolderId)>& may_come_from);
  [[nodiscard]] bool empty() const;
  /// Those that were not taken: they are gone.
  [[nodiscard]] std::vector<RowChange> left() const;

 private:
  mutable std::mutex mutex_{};
  std::unordered_map<mail::ContentKey, std::vector<RowChange>, mail::ContentKeyHash> by_key_{};
};

}  // namespace mailhaul::sync
