#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/store.hpp"

namespace mailhaul::sync {

/// Remembers what each message of a target folder was called at the source, for FolderWriter::finish(). Packed: 12
/// octets a message beside its handle and names (S13).
class Numbering final : public store::NumberedMessages {
 public:
  /// A message without a UID is nothing to remember.
  void add(std::string_view target, const mail::ServerIds& ids);
  /// Sorts; add() no more after it. A UID that two messages claim is told of neither.
  bool next(store::Handle& handle, mail::ServerIds& ids) override;

 private:
  struct Row {
    std::uint32_t uid = 0;
    std::uint32_t at_high = 0;  ///< where its text begins, in two halves: no padding
    std::uint32_t at_low = 0;
    [[nodiscard]] std::uint64_t at() const { return std::uint64_t{at_high} << 32U | at_low; }
  };
  void put(std::string_view text);
  [[nodiscard]] std::string get(std::uint64_t& at) const;

  std::vector<Row> rows_;
  std::string text_;
  std::size_t next_ = 0;
  bool is_sorted_ = false;
};

}  // namespace mailhaul::sync
