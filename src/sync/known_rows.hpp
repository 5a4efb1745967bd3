#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mailhaul/ledger/ledger.hpp"

namespace mailhaul::sync {

/// What a row says of one end of its message.
struct Known {
  ledger::RowId row = 0;
  ledger::Sighting seen{};
};

/// The rows that have an end in one folder, found by the handles of messages where these last. Messages mostly come in
/// the order of the rows: each looks first behind the one that was found before it. Each row is found once. 40 octets
/// and its handle a row.
class RowsByHandle {
 public:
  RowsByHandle(ledger::Ledger& ledger, Side side, ledger::FolderId folder);

  [[nodiscard]] std::optional<Known> take(const store::Handle& handle);
  /// Those that nothing was found for, in the order of the ledger.
  [[nodiscard]] std::vector<ledger::RowId> left() const;

 private:
  struct Item {
    ledger::RowId row = 0;
    std::size_t handle_at = 0;  ///< in `handles_`
    std::size_t handle_octets = 0;
    mail::FlagSet flags{};
    bool is_taken = false;
  };
  [[nodiscard]] std::string_view handle_of(std::size_t item) const {
    return std::string_view(handles_).substr(items_[item].handle_at, items_[item].handle_octets);
  }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view handle);

  std::vector<Item> items_{};
  std::string handles_{};
  std::unordered_map<ledger::RowId, mail::KeywordSet> keywords_{};  ///< of those that have some
  std::vector<std::size_t>
      by_handle_{};  ///< items sorted by handle; made when one is not where it was looked for first
  std::size_t next_ = 0;
};

/// The same where handles don't last: by what the messages hold.
class RowsByKey {
 public:
  RowsByKey(ledger::Ledger& ledger, Side side, ledger::FolderId folder);

  /// The row whose message lies there, for one that is known to be still the same.
  [[nodiscard]] std::optional<Known> take(const store::Handle& place);
  /// The row of a message with that content: of several the one with its handle, else with its flags, else the first.
  [[nodiscard]] std::optional<Known> take(const mail::ContentKey& key, const ledger::Sighting& now);
  /// Where the rows say that messages are.
  [[nodiscard]] std::vector<store::Handle> handles() const;
  [[nodiscard]] std::vector<ledger::RowId> left() const;

 private:
  std::unordered_map<mail::ContentKey, std::vector<Known>, mail::ContentKeyHash> by_key_{};
  std::unordered_map<std::string, mail::ContentKey> key_at_{};
};

}  // namespace mailhaul::sync
