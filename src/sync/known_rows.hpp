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

/// The rows that have an end in one folder, to be found by what is met there. Each is found once. Messages mostly come
/// in the order of the rows: each is looked for first behind the one that was found before it.
class KnownRows {
 public:
  /// `content`: where handles don't last. Costs 40 octets a row more.
  enum class By { handle, content };
  KnownRows(ledger::Ledger& ledger, Side side, ledger::FolderId folder, By by);

  [[nodiscard]] std::optional<Known> take(const store::Handle& handle);
  /// By::content only: the row of a message with that content; of several the one with its handle, else with its flags,
  /// else the first.
  [[nodiscard]] std::optional<Known> take(const mail::ContentKey& key, const ledger::Sighting& now);
  /// Where the rows say that messages are, in the order of the ledger.
  [[nodiscard]] std::vector<store::Handle> handles() const;
  /// Those that nothing was found for, in the order of the ledger.
  [[nodiscard]] std::vector<ledger::RowId> left() const;

 private:
  using Index = std::vector<std::size_t>;
  struct Item {
    ledger::RowId row = 0;
    std::size_t handle_at = 0;  ///< in `handles_`
    std::size_t handle_octets = 0;
    mail::FlagSet flags{};
    bool is_taken = false;
  };
  void add(const ledger::End& end);
  [[nodiscard]] std::string_view handle_of(std::size_t item) const {
    return std::string_view(handles_).substr(items_[item].handle_at, items_[item].handle_octets);
  }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view handle);
  /// The first place of `by_key_` from `place` on whose item was not taken.
  [[nodiscard]] std::size_t open_from(std::size_t place);
  [[nodiscard]] Known take_item(std::size_t at);
  /// 0: the handle and the flags too; 1: the flags; 2: none.
  [[nodiscard]] int distance(std::size_t at, const ledger::Sighting& now) const;

  std::vector<Item> items_{};
  std::string handles_{};
  std::unordered_map<ledger::RowId, mail::KeywordSet> keywords_{};  ///< of those that have some
  std::vector<mail::ContentKey> keys_{};
  Index by_handle_{};         ///< items sorted by handle; made when one is not where it was looked for first
  Index by_key_{};            ///< the same by content
  Index next_{};              ///< of a place of `by_key_` that was taken: one behind it, with none between that was not
  std::size_t expected_ = 0;  ///< the item behind the one that was found last
};

}  // namespace mailhaul::sync
