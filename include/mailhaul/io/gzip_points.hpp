#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mailhaul/base/bytes.hpp"

namespace mailhaul::io {

/// A place in a gzip stream where decompressing can begin: a boundary between deflate blocks and what stands before it.
struct GzipPoint {
  std::uint64_t plain_at = 0;   ///< octets that are out by then
  std::uint64_t stored_at = 0;  ///< octets of the stream that are taken by then, the last one perhaps in part
  unsigned bits_left = 0;       ///< bits of that last octet that belong behind the point
  std::uint8_t last_octet = 0;
  std::string window{};   ///< up to 32 KiB of plain octets before it
  bool is_begin = false;  ///< a header comes next
};

/// Points noted while a stream was read through, close enough that what lies before any place of it costs little to
/// pass over, and never more than a bounded number: with half of them gone the rest stand twice as far apart.
class GzipPoints {
 public:
  explicit GzipPoints(std::uint64_t apart_octets = std::uint64_t{1} << 20U, std::size_t most = 512)
      : apart_(apart_octets), most_(most) {}

  /// Whether one at that place would be wanted.
  [[nodiscard]] bool wants(std::uint64_t plain_at) const {
    return points_.empty() || plain_at >= points_.back().plain_at + apart_;
  }
  void add(GzipPoint point);
  /// The last one at or before a place; the beginning of the stream where there is none.
  [[nodiscard]] const GzipPoint& before(std::uint64_t plain_at) const;
  [[nodiscard]] std::size_t size() const { return points_.size(); }

 private:
  std::uint64_t apart_;
  std::size_t most_;
  std::vector<GzipPoint> points_{};
  GzipPoint begin_{0, 0, 0, 0, {}, true};
};

}  // namespace mailhaul::io
