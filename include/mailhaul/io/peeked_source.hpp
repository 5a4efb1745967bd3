#pragma once

#include <optional>

#include "mailhaul/io/source.hpp"

namespace mailhaul::io {

/// A source whose first piece can be looked at before it is read.
class PeekedSource final : public Source {
 public:
  /// `source` is lent.
  explicit PeekedSource(Source& source) : source_(source) {}

  /// The first piece, valid until the second read(); only before the first one.
  [[nodiscard]] Bytes peek() {
    if (!first_) first_ = source_.read();
    return *first_;
  }
  [[nodiscard]] Bytes read() override {
    if (!first_) return source_.read();
    const Bytes piece = *first_;
    if (piece.empty()) return piece;  // the end stays the end
    first_.reset();
    return piece;
  }

 private:
  Source& source_;
  std::optional<Bytes> first_{};
};

}  // namespace mailhaul::io
