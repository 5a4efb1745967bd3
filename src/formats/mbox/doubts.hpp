#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace mailhaul::formats::mbox {

/// What a splitter met, could have read in another way, and did not stop at.
enum class Doubt : std::uint8_t {
  rejected_line,        ///< begins with "From " and is no postmark: taken as text
  mark_without_header,  ///< a postmark that no header line follows
  mark_without_blank,   ///< a postmark without an empty line before it
  wrong_length,         ///< a Content-Length that leads to no boundary: not used
  long_header,          ///< a header block over mail::header_block_limit_octets
};
inline constexpr std::size_t doubts_number = 5;

/// Counts doubts, and tells each one to whoever listens. One thread.
class Doubts {
 public:
  /// The line in question, cut; empty where the doubt is not about a line.
  using Listener = std::function<void(Doubt, std::uint64_t offset, std::string_view line)>;

  struct Count {
    std::uint64_t number = 0;
    std::uint64_t first = 0;  ///< offset in the file
  };

  void listen(Listener listener) { listener_ = std::move(listener); }
  [[nodiscard]] bool is_heard() const { return static_cast<bool>(listener_); }
  void add(Doubt doubt, std::uint64_t offset, std::string_view line = {}) {
    Count& count = counts_[static_cast<std::size_t>(doubt)];
    if (count.number++ == 0) count.first = offset;
    if (listener_) listener_(doubt, offset, line);
  }
  [[nodiscard]] const Count& count(Doubt doubt) const { return counts_[static_cast<std::size_t>(doubt)]; }

 private:
  std::array<Count, doubts_number> counts_{};
  Listener listener_{};
};

}  // namespace mailhaul::formats::mbox
