#include "mailhaul/io/gzip_points.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::io {

void GzipPoints::add(GzipPoint point) {
  if (!wants(point.plain_at)) return;
  if (points_.size() == most_) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < points_.size(); i += 2) std::swap(points_[kept++], points_[i]);
    points_.resize(kept);
    apart_ *= 2;
    if (!wants(point.plain_at)) return;
  }
  points_.push_back(std::move(point));
}

const GzipPoint& GzipPoints::before(std::uint64_t plain_at) const {
  const auto behind =
      std::upper_bound(points_.begin(), points_.end(), plain_at,
                       [](std::uint64_t wanted, const GzipPoint& point) { return wanted < point.plain_at; });
  return behind == points_.begin() ? begin_ : *(behind - 1);
}

}  // namespace mailhaul::io
