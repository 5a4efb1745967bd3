#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::mbox {

/// What is asked of one message that stands in an mbox.
struct MessageChange {
  std::optional<std::uint64_t> offset{};  ///< where its postmark is; nothing: that handle never was one of ours
  std::optional<std::size_t> as_of{};     ///< which stamp the offset holds under; nothing: none was named
  std::variant<store::FlagChange, store::AsSeen> what{};  ///< other flags, or gone if it still is like that
};

/// The batch of a folder: what was asked for, in that order.
class FolderChanges {
 public:
  void as_of(const store::Stamp& stamp) { stamps_.push_back(stamp); }
  /// Our own octets behind the others moved no message: who held the stamp `before` holds `after`.
  void grew(const store::Stamp& before, const store::Stamp& after);

  void append() { order_.push_back(append_mark); }
  void change_flags(const store::Handle& handle, const store::FlagChange& change);
  void expunge(const store::AsSeen& message);
  [[nodiscard]] bool empty() const { return order_.empty(); }
  /// Whether any change was asked for under a stamp: without one it can't be made.
  [[nodiscard]] bool may_change() const;

  [[nodiscard]] const std::vector<MessageChange>& changes() const { return changes_; }
  /// Of changes(): which of them hold in a folder with that stamp.
  [[nodiscard]] std::vector<std::size_t> holding(const store::Stamp& now) const;
  /// One receipt for each that was asked for, from those for the appends and those for changes().
  [[nodiscard]] std::vector<store::Receipt> receipts(const std::vector<store::Receipt>& appended,
                                                     const std::vector<store::Receipt::Outcome>& changed) const;
  /// The next batch begins; the stamp that was named last still counts.
  void clear();

 private:
  static constexpr std::size_t append_mark = static_cast<std::size_t>(-1);
  void add(const store::Handle& handle, std::variant<store::FlagChange, store::AsSeen> what);

  std::vector<store::Stamp> stamps_{};
  std::vector<MessageChange> changes_{};
  std::vector<store::Handle> handles_{};
  std::vector<std::size_t> order_{};  ///< index in changes_, or append_mark
};

}  // namespace mailhaul::formats::mbox
