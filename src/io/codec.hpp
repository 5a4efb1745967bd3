#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/gzip_points.hpp"

namespace mailhaul::io {

/// One direction of one compression, step by step: the common shape of four C libraries.
class Codec {
 public:
  struct Step {
    std::size_t taken = 0;  ///< octets of `in` that are used up
    std::size_t made = 0;   ///< octets that now stand in `out`
    bool ended = false;     ///< the stream is complete
  };
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  /// `last`: nothing comes behind `in`. A step that neither takes nor makes needs more input, or more room.
  /// Error of scope message and cause damaged (or limit, for too large a window).
  virtual Step step(Bytes in, std::span<std::byte> out, bool last) = 0;
  /// Begins a new stream.
  virtual void restart() = 0;
};

[[nodiscard]] std::unique_ptr<Codec> make_decoder(Compression compression);
/// Of gzip; notes points in `points`, which it lends.
[[nodiscard]] std::unique_ptr<Codec> make_noting_decoder(GzipPoints& points);
/// Of gzip; what it is given first is the octet at GzipPoint::stored_at.
[[nodiscard]] std::unique_ptr<Codec> make_resumed_decoder(const GzipPoint& point);
[[nodiscard]] std::unique_ptr<Codec> make_encoder(Compression compression);

}  // namespace mailhaul::io
