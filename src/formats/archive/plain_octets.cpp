#include "formats/archive/plain_octets.hpp"

#include <algorithm>
#include <limits>

namespace mailhaul::formats::archive {
namespace {

/// The whole was measured when it was read through; of a part no ratio says anything.
io::ExpansionLimits no_limits() {
  io::ExpansionLimits limits;
  limits.largest_octets = limits.free_octets = std::numeric_limits<std::uint64_t>::max();
  return limits;
}

}  // namespace

PlainOctetsAt::PlainOctetsAt(const StoredFile& file, std::optional<io::Compression> compression,
                             const io::GzipPoints& points)
    : file_(file), compression_(compression), points_(points) {}

void PlainOctetsAt::begin_at(std::uint64_t at) {
  plain_.reset();
  rest_ = {};
  const auto from = [this](std::uint64_t begin) {
    stored_ = std::make_unique<FileRange>(file_, begin, file_.size_octets());
  };
  const io::StreamPlace place{file_.place(), file_.side()};
  if (!compression_) {
    from(at);
    at_ = at;
  } else if (*compression_ == io::Compression::gzip) {
    const io::GzipPoint& point = points_.before(at);
    from(point.stored_at);
    plain_.emplace(*stored_, point, no_limits(), place, buffer_);
    at_ = point.plain_at;
  } else {
    from(0);
    plain_.emplace(*stored_, *compression_, no_limits(), place, buffer_);
    at_ = 0;
  }
}

void PlainOctetsAt::seek(std::uint64_t at) {
  const bool is_in_piece = is_usable_ && at >= at_ && at - at_ <= rest_.size();
  if (!is_in_piece) {
    const bool is_near = is_usable_ && at >= at_ && compression_ &&
                         (*compression_ != io::Compression::gzip || points_.before(at).plain_at <= at_ + rest_.size());
    if (!is_near) begin_at(at);
  }
  is_usable_ = true;
  while (at_ < at)
    if (read(at - at_).empty()) return;
}

Bytes PlainOctetsAt::read(std::uint64_t most) {
  if (rest_.empty()) {
    is_usable_ = false;
    rest_ = plain_ ? plain_->read() : stored_->read();
    is_usable_ = true;
  }
  const Bytes piece = rest_.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, rest_.size())));
  rest_ = rest_.subspan(piece.size());
  at_ += piece.size();
  return piece;
}

}  // namespace mailhaul::formats::archive
