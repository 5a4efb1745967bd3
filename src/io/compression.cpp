#include "mailhaul/io/compression.hpp"

#include <array>
#include <cassert>
#include <utility>

#include "io/codec.hpp"

namespace mailhaul::io {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t buffer_octets = 128 * 1024;

unsigned octet(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// RFC 1952: deflate is the only method there is, and three of the flags have no meaning.
bool is_gzip(std::string_view text) {
  return text.starts_with("\x1f\x8b\x08"sv) && text.size() > 3 && (octet(text, 3) & 0xe0U) == 0;
}

/// A block size, then the mark of a block or, in an empty stream, that of the end.
bool is_bzip2(std::string_view text) {
  constexpr std::string_view block("\x31\x41\x59\x26\x53\x59", 6);
  constexpr std::string_view end("\x17\x72\x45\x38\x50\x90", 6);
  if (!text.starts_with("BZh"sv) || text.size() < 4 + block.size() || text[3] < '1' || text[3] > '9') return false;
  const std::string_view mark = text.substr(4, block.size());
  return mark == block || mark == end;
}

/// RFC 8878: one bit of the frame header must be 0.
bool is_zstd(std::string_view text) {
  return text.starts_with("\x28\xb5\x2f\xfd"sv) && text.size() > 4 && (octet(text, 4) & 0x08U) == 0;
}

/// The stream flags: an octet of 0 and the kind of check, of which there are 16.
bool is_xz(std::string_view text) {
  return text.starts_with("\xfd"
                          "7zXZ\0\0"sv) &&
         text.size() > 7 && octet(text, 7) < 16;
}

bool is_lz4(std::string_view text) { return text.starts_with("Dovecot-LZ4\r*\x9b\xc5"sv); }

}  // namespace

std::string_view to_string(Compression compression) {
  switch (compression) {
  case Compression::gzip: return "gzip";
  case Compression::bzip2: return "bzip2";
  case Compression::zstd: return "zstd";
  case Compression::xz: return "xz";
  case Compression::lz4: return "lz4";
  }
  return "";
}

std::optional<Compression> detect_compression(Bytes beginning) {
  const std::string_view text = as_text(beginning);
  if (text.empty()) return std::nullopt;
  switch (text.front()) {  // every plain message ends here
  case '\x1f': return is_gzip(text) ? std::optional(Compression::gzip) : std::nullopt;
  case 'B': return is_bzip2(text) ? std::optional(Compression::bzip2) : std::nullopt;
  case '\x28': return is_zstd(text) ? std::optional(Compression::zstd) : std::nullopt;
  case '\xfd': return is_xz(text) ? std::optional(Compression::xz) : std::nullopt;
  case 'D': return is_lz4(text) ? std::optional(Compression::lz4) : std::nullopt;
  default: return std::nullopt;
  }
}

bool may_be_taken_for_compressed(Bytes beginning) {
  const std::string_view text = as_text(beginning);
  if (text.starts_with("BZh"sv)) return text.size() > 3 && text[3] >= '1' && text[3] <= '9';
  return text.starts_with("\x1f\x8b"sv) || text.starts_with("\x28\xb5\x2f\xfd"sv) ||
         text.starts_with("\xfd"
                          "7zXZ\0"sv) ||
         is_lz4(text);
}

DecompressingSource::DecompressingSource(Source& compressed, Compression compression, const ExpansionLimits& limits,
                                         StreamPlace place, std::vector<std::byte>& buffer)
    : compressed_(compressed), compression_(compression), limits_(limits), place_(std::move(place)), buffer_(buffer) {
  try {
    codec_ = make_decoder(compression_);
  } catch (const Error& error) {
    throw failure(error.cause(), error.reason());
  }
}

DecompressingSource::DecompressingSource(Source& compressed, GzipPoints& points, const ExpansionLimits& limits,
                                         StreamPlace place, std::vector<std::byte>& buffer)
    : compressed_(compressed),
      compression_(Compression::gzip),
      limits_(limits),
      place_(std::move(place)),
      buffer_(buffer),
      codec_(make_noting_decoder(points)) {}

DecompressingSource::DecompressingSource(Source& compressed, const GzipPoint& point, const ExpansionLimits& limits,
                                         StreamPlace place, std::vector<std::byte>& buffer)
    : compressed_(compressed),
      compression_(Compression::gzip),
      limits_(limits),
      place_(std::move(place)),
      buffer_(buffer),
      codec_(make_resumed_decoder(point)) {}

DecompressingSource::~DecompressingSource() = default;

Error DecompressingSource::failure(Cause cause, std::string_view reason) const {
  return Error(cause, Scope::message, std::string("decompressing ").append(to_string(compression_)))
      .at(place_.place)
      .because(reason)
      .on(place_.side);
}

void DecompressingSource::fill() {
  if (!rest_.empty() || source_ended_) return;
  rest_ = compressed_.read();
  source_ended_ = rest_.empty();
}

void DecompressingSource::check_limits() const {
  if (made_ > limits_.largest_octets) throw failure(Cause::limit, "larger than the limit once decompressed");
  if (made_ > limits_.free_octets && made_ / limits_.most_ratio > taken_)
    throw failure(Cause::limit, "expands to more than " + std::to_string(limits_.most_ratio) + " times its size");
}

Bytes DecompressingSource::read() {
  if (buffer_.size() < buffer_octets) buffer_.resize(buffer_octets);
  const std::span<std::byte> out(buffer_);
  for (;;) {
    fill();
    if (between_streams_) {
      if (rest_.empty()) return {};
      codec_->restart();
    }
    Codec::Step step;
    try {
      step = codec_->step(rest_, out, source_ended_);
    } catch (const Error& error) {
      throw failure(error.cause(), error.reason());
    }
    rest_ = rest_.subspan(step.taken);
    taken_ += step.taken;
    made_ += step.made;
    check_limits();
    between_streams_ = step.ended;
    if (step.made > 0) return Bytes(out.first(step.made));
    if (source_ended_ && !step.ended) throw failure(Cause::damaged, "the stream is cut short");
  }
}

CompressingSink::CompressingSink(Sink& into, Compression compression)
    : into_(into), codec_(make_encoder(compression)), buffer_(buffer_octets) {}

CompressingSink::~CompressingSink() = default;

void CompressingSink::write(Bytes octets) {
  if (!octets.empty()) put(octets, false);
}

void CompressingSink::finish() { put({}, true); }

void CompressingSink::put(Bytes octets, bool last) {
  for (;;) {
    const Codec::Step step = codec_->step(octets, buffer_, last);
    octets = octets.subspan(step.taken);
    if (step.made > 0) into_.write(Bytes(buffer_).first(step.made));
    if (last ? step.ended : octets.empty()) return;
    assert(step.taken + step.made > 0);
  }
}

}  // namespace mailhaul::io
