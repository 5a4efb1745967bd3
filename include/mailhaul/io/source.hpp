#pragma once

#include "mailhaul/base/bytes.hpp"

namespace mailhaul::io {

/// Octets are pulled, piece by piece. One thread.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// The next piece, valid until the next call; empty only at the end (and then again at each call).
  /// Pieces have any size: a filter may cut them where it likes, so no memory is copied on the way.
  [[nodiscard]] virtual Bytes read() = 0;
};

/// A source over octets that somebody else keeps.
class MemorySource final : public Source {
 public:
  /// `piece_octets` 0: all in one piece.
  explicit MemorySource(Bytes all, std::size_t piece_octets = 0) : rest_(all), piece_(piece_octets) {}
  [[nodiscard]] Bytes read() override {
    const std::size_t n = piece_ == 0 || piece_ > rest_.size() ? rest_.size() : piece_;
    const Bytes piece = rest_.first(n);
    rest_ = rest_.subspan(n);
    return piece;
  }

 private:
  Bytes rest_;
  std::size_t piece_;
};

}  // namespace mailhaul::io
