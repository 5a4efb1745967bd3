#include "plain_stream.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t piece_octets = 256 * 1024;

/// A file that somebody else keeps open, read front to back.
class Stored final : public io::Source {
 public:
  Stored(const fs::File& file, std::uint64_t end, Side side) : file_(file), end_(end), side_(side) {}
  [[nodiscard]] Bytes read() override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece_octets, end_ - offset_));
    if (wanted == 0) return {};
    buffer_.resize(piece_octets);
    const std::size_t got = file_.read_at(std::span(buffer_).first(wanted), offset_);
    if (got < wanted)
      throw Error(Cause::source_changed, Scope::message, "reading an mbox")
          .at(file_.place())
          .because("the file became shorter while it was read")
          .hint("run the same command again")
          .on(side_);
    offset_ += got;
    return Bytes(buffer_).first(got);
  }

 private:
  const fs::File& file_;
  std::uint64_t end_;
  Side side_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> buffer_{};
};

class PlainStream final : public io::Source {
 public:
  PlainStream(const fs::File& file, io::Compression compression, Side side, std::uint64_t end)
      : stored_(file, end, side), plain_(stored_, compression, limits(), {file.place(), side}, buffer_) {}
  [[nodiscard]] Bytes read() override { return plain_.read(); }

 private:
  /// A mailbox is as large as it is; that of a message is looked at elsewhere.
  static io::ExpansionLimits limits() {
    io::ExpansionLimits limits;
    limits.largest_octets = std::numeric_limits<std::uint64_t>::max();
    return limits;
  }
  std::vector<std::byte> buffer_{};
  Stored stored_;
  io::DecompressingSource plain_;
};

}  // namespace

std::optional<io::Compression> compression_of(const fs::File& file) {
  std::array<std::byte, io::compression_magic_octets> octets;
  return io::detect_compression(Bytes(octets).first(file.read_at(octets, 0)));
}

std::unique_ptr<io::Source> plain_stream(const fs::File& file, std::optional<io::Compression> compression, Side side,
                                         std::uint64_t end) {
  return compression ? std::make_unique<PlainStream>(file, *compression, side, end) : nullptr;
}

}  // namespace mailhaul::formats::mbox
