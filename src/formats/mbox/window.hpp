#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/io/source.hpp"
#include "split_rules.hpp"

namespace mailhaul::formats::mbox {

/// Octets read with one pread; architecture.md section 7.
inline constexpr std::size_t default_block_octets = 1024 * 1024;
/// How far a stream is read ahead, and held in memory, to see what stands there.
inline constexpr std::size_t lookahead_octets = 16 * 1024 * 1024;

/// A part of a file in memory that slides forward by blocks. All positions are offsets in the file.
///
/// The walk ends at `end`, the size when it began: what is appended later belongs to the next walk. With LineEnds::cr a
/// CR that no LF follows is seen as LF, so that nobody above has to know of such files. One thread.
///
/// Of a compressed file it shows the plain octets, which only come front to back: positions are offsets in them, end()
/// is out of reach until it was met, and peek() sees no further than `lookahead_octets`.
class Window {
 public:
  Window(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets,
         LineEnds line_ends = LineEnds::lf, std::unique_ptr<io::Source> plain = nullptr);

  /// Whether an octet stands at `offset`. A stream is read that far, and forgotten up to `keep`.
  [[nodiscard]] bool reaches(std::uint64_t offset, std::uint64_t keep);

  [[nodiscard]] std::uint64_t end() const { return end_; }
  /// What is in memory: [begin, filled).
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t filled() const { return begin_ + size_; }
  [[nodiscard]] bool is_complete() const { return filled() >= end_; }

  /// The octets in memory from `offset` on; valid until more() or jump().
  [[nodiscard]] std::string_view from(std::uint64_t offset) const;
  /// The octet at `offset`, or NUL when it is not in memory.
  [[nodiscard]] char at(std::uint64_t offset) const;

  /// Forgets what stands before `keep` and reads the next block.
  /// Error(io_error, message): unread_from() says where the file can't be read. Error(source_changed, folder): the file
  /// is shorter than it was. A stream that can't be read further ends the walk: every Error has scope folder.
  void more(std::uint64_t keep);
  /// Forgets everything and goes on at `offset`; in a stream only forward, so begin() tells whether it could.
  void jump(std::uint64_t offset);
  /// A look at octets anywhere, past the window; returns how many there were before the end.
  /// Views of from() are not valid any more.
  [[nodiscard]] std::size_t peek(std::span<char> into, std::uint64_t offset);
  /// Where the last more() met octets that can't be read.
  [[nodiscard]] std::uint64_t unread_from() const { return filled(); }

 private:
  void make_room(std::size_t octets);
  void forget(std::uint64_t keep);
  /// The next piece of the stream, its end, or a failure that waits until its place is reached.
  void append_plain();
  void append(std::string_view octets);
  void more_plain();
  [[nodiscard]] std::size_t read(std::size_t octets);
  void see_cr_as_lf(std::span<char> octets, std::uint64_t offset) const;

  const fs::File& file_;
  Side side_;
  std::uint64_t end_;
  std::size_t block_octets_;
  LineEnds line_ends_;
  std::unique_ptr<io::Source> plain_;  ///< what is inside the file where it is compressed; else null
  std::optional<Error> plain_failure_{};
  bool cr_is_held_ = false;           ///< at the end of a piece, where the octet behind it decides
  std::unique_ptr<char[]> buffer_{};  ///< not a vector: fresh octets need no zeros, read() fills them
  std::size_t capacity_ = 0;
  std::size_t start_ = 0;  ///< index in buffer_ of the octet at begin_
  std::size_t size_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace mailhaul::formats::mbox
