#include "formats/archive/tar_stream.hpp"

#include <algorithm>

namespace mailhaul::formats::archive {
namespace {

constexpr std::size_t piece_octets = 256 * 1024;

}  // namespace

FileRange::FileRange(const StoredFile& file, std::uint64_t begin, std::uint64_t end)
    : file_(file), at_(std::min(begin, file.size_octets())), end_(std::min(end, file.size_octets())) {}

Bytes FileRange::read() {
  if (buffer_.empty()) buffer_.resize(piece_octets);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece_octets, end_ - std::min(at_, end_)));
  if (wanted == 0) return {};
  const std::size_t got = file_.read_at(std::span(buffer_).first(wanted), at_);
  at_ += got;
  return Bytes(buffer_).first(got);
}

std::uint64_t FileRange::skip(std::uint64_t octets) {
  const std::uint64_t passed = std::min(octets, end_ - std::min(at_, end_));
  at_ += passed;
  return passed;
}

PlainOctets::PlainOctets(const StoredFile& file, io::Compression compression, const io::ExpansionLimits& limits,
                         io::GzipPoints* points)
    : stored_(file, 0, file.size_octets()) {
  const io::StreamPlace place{file.place(), file.side()};
  if (points != nullptr && compression == io::Compression::gzip)
    plain_.emplace(stored_, *points, limits, place, buffer_);
  else
    plain_.emplace(stored_, compression, limits, place, buffer_);
}

}  // namespace mailhaul::formats::archive
