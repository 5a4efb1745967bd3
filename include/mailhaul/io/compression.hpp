#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/io/gzip_points.hpp"
#include "mailhaul/io/sink.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::io {

class Codec;

/// What a whole message or mbox may be compressed with (maildir.md section 10).
enum class Compression {
  gzip,
  bzip2,
  zstd,
  xz,
  lz4,  ///< Dovecot's own framing: recognised, not read
};
[[nodiscard]] std::string_view to_string(Compression compression);

/// So many octets of a beginning are enough to recognise every compression.
inline constexpr std::size_t compression_magic_octets = 15;

/// By the first octets, never by a name. More is asked of them than the magic: the fixed parts of the header behind it
/// must fit too, so that text which only begins with "BZh1" or two odd octets stays text. What passes here is
/// compressed, and when it is no valid stream it is damaged mail, not plain mail.
[[nodiscard]] std::optional<Compression> detect_compression(Bytes beginning);

/// Whether other readers may take it for compressed: Dovecot's zlib plugin looks at the magic alone, so a plain message
/// whose first header is called "BZh9" can't be read there.
[[nodiscard]] bool may_be_taken_for_compressed(Bytes beginning);

/// S13: what a stream may grow to.
struct ExpansionLimits {
  std::uint64_t largest_octets = std::uint64_t{4} << 30U;
  std::uint64_t most_ratio = 200;  ///< octets out for one octet in …
  /// … once so many are out: more than mail servers take, since an attachment full of blanks is mail too.
  std::uint64_t free_octets = std::uint64_t{64} << 20U;
  static constexpr std::uint64_t largest_window = 1U << 27;  ///< 128 MiB of memory for one stream
};

/// Whom errors of a stream are about.
struct StreamPlace {
  std::string place{};
  Side side = Side::source;
};

/// The plain octets of a compressed stream, or of several that stand one behind the other.
///
/// All of scope message, as soon as they are seen: Error(damaged) for a stream that is cut short, fails its check or
/// has anything else behind it (nothing is passed over in silence); Error(limit) over `limits`; Error(unsupported) for
/// lz4. Reads `compressed` to its end, so what that says at its end is heard.
class DecompressingSource final : public Source {
 public:
  /// `compressed` and `buffer` are lent and must outlive this.
  DecompressingSource(Source& compressed, Compression compression, const ExpansionLimits& limits, StreamPlace place,
                      std::vector<std::byte>& buffer);
  /// A gzip stream from its beginning; notes in `points`, which is lent too, where it can be gone on with.
  DecompressingSource(Source& compressed, GzipPoints& points, const ExpansionLimits& limits, StreamPlace place,
                      std::vector<std::byte>& buffer);
  /// A gzip stream from a point: what comes first is the octet at its `stored_at`.
  DecompressingSource(Source& compressed, const GzipPoint& point, const ExpansionLimits& limits, StreamPlace place,
                      std::vector<std::byte>& buffer);
  ~DecompressingSource() override;
  [[nodiscard]] Bytes read() override;

 private:
  [[nodiscard]] Error failure(Cause cause, std::string_view reason) const;
  void fill();
  void check_limits() const;

  Source& compressed_;
  Compression compression_;
  ExpansionLimits limits_;
  StreamPlace place_;
  std::vector<std::byte>& buffer_;
  std::unique_ptr<Codec> codec_;
  Bytes rest_{};  ///< of the piece that was read last
  bool source_ended_ = false;
  bool between_streams_ = false;
  std::uint64_t taken_ = 0;
  std::uint64_t made_ = 0;
};

/// Compresses what is written to it, the same octets in the same way each time.
class CompressingSink final : public Sink {
 public:
  /// `into` is lent. Error(unsupported) for lz4.
  CompressingSink(Sink& into, Compression compression);
  ~CompressingSink() override;
  void write(Bytes octets) override;
  /// Writes the end of the stream; without it the stream is damaged. Once.
  void finish();

 private:
  void put(Bytes octets, bool last);

  Sink& into_;
  std::unique_ptr<Codec> codec_;
  std::vector<std::byte> buffer_;
};

}  // namespace mailhaul::io
