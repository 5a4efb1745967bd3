// The only file that speaks to the compression libraries; what they say becomes an Error here.
//
// Why four libraries and not libarchive over them: libarchive 3.6 does not check the CRC of a gzip stream (a flipped
// bit would pass as mail), passes over what stands behind a stream in silence, and lets an xz stream ask for a window
// of 1 GiB. All four are what libarchive itself would use.

#include "io/codec.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace mailhaul::io {
namespace {

constexpr std::string_view window_too_large = "asks for a window over 128 MiB";

[[noreturn]] void fail(Cause cause, std::string_view reason) {
  throw Error(cause, Scope::message, "decompressing").because(reason);
}

[[noreturn]] void fail_memory() { throw std::bad_alloc(); }

/// The counters of zlib and bzip2 have 32 bits.
template <class Octets>
unsigned length_for_c(const Octets& octets) {
  constexpr std::size_t most = std::numeric_limits<int>::max();
  return static_cast<unsigned>(std::min(octets.size(), most));
}

/// These interfaces take input as not const and do not write to it.
template <class Octet>
Octet* input_for_c(Bytes in) {
  return reinterpret_cast<Octet*>(const_cast<std::byte*>(in.data()));
}

template <class Octet>
Octet* output_for_c(std::span<std::byte> out) {
  return reinterpret_cast<Octet*>(out.data());
}

constexpr int gzip_only = 16;  // added to the window bits: a gzip header and nothing else
constexpr int gzip_window_bits = MAX_WBITS + gzip_only;

class GzipCodec : public Codec {
 protected:
  template <class Call>
  Step run(Bytes in, std::span<std::byte> out, Call call, int& result) {
    stream_.next_in = input_for_c<Bytef>(in);
    stream_.avail_in = length_for_c(in);
    stream_.next_out = output_for_c<Bytef>(out);
    stream_.avail_out = length_for_c(out);
    const Step before{stream_.avail_in, stream_.avail_out};
    result = call(stream_);
    return {before.taken - stream_.avail_in, before.made - stream_.avail_out, result == Z_STREAM_END};
  }
  z_stream stream_{};
};

class GzipDecoder final : public GzipCodec {
 public:
  GzipDecoder() {
    if (inflateInit2(&stream_, gzip_window_bits) != Z_OK) fail_memory();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool /*last*/) override {
    int result = Z_OK;
    const Step step = run(
        in, out, [](z_stream& stream) { return inflate(&stream, Z_NO_FLUSH); }, result);
    if (result == Z_MEM_ERROR) fail_memory();
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) return step;
    // What came before the fault is whole; the next step says the same again and makes nothing.
    if (result == Z_DATA_ERROR && step.made > 0) return step;
    fail(Cause::damaged, stream_.msg != nullptr ? stream_.msg : "not a valid gzip stream");
  }
  void restart() override { inflateReset(&stream_); }
};

/// Stops between deflate blocks, and notes points there.
class NotingGzipDecoder final : public GzipCodec {
 public:
  explicit NotingGzipDecoder(GzipPoints& points) : points_(points) {
    if (inflateInit2(&stream_, gzip_window_bits) != Z_OK) fail_memory();
  }
  ~NotingGzipDecoder() override { inflateEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool /*last*/) override {
    int result = Z_OK;
    const Step step = run(
        in, out, [](z_stream& stream) { return inflate(&stream, Z_BLOCK); }, result);
    taken_ += step.taken;
    made_ += step.made;
    if (result == Z_MEM_ERROR) fail_memory();
    if (result == Z_DATA_ERROR && step.made > 0) return step;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      fail(Cause::damaged, stream_.msg != nullptr ? stream_.msg : "not a valid gzip stream");
    if (step.taken > 0) last_octet_ = std::to_integer<std::uint8_t>(in[step.taken - 1]);
    if (result == Z_OK) note();
    return step;
  }
  void restart() override {
    inflateReset(&stream_);
    if (points_.wants(made_)) points_.add({made_, taken_, 0, 0, {}, true});
  }

 private:
  void note() {
    constexpr int between_blocks = 128;
    constexpr int in_last_block = 64;
    constexpr std::size_t window_octets = 32 * 1024;
    const int type = stream_.data_type;
    if ((type & between_blocks) == 0 || (type & in_last_block) != 0 || !points_.wants(made_)) return;
    GzipPoint point{made_, taken_, static_cast<unsigned>(type) & 7U, last_octet_, std::string(window_octets, '\0')};
    uInt length = 0;
    inflateGetDictionary(&stream_, reinterpret_cast<Bytef*>(point.window.data()), &length);
    point.window.resize(length);
    points_.add(std::move(point));
  }

  GzipPoints& points_;
  std::uint64_t taken_ = 0;
  std::uint64_t made_ = 0;
  std::uint8_t last_octet_ = 0;
};

/// Goes on from a point. The check of the stream that it is in can't be made; those of streams behind it are.
class ResumedGzipDecoder final : public GzipCodec {
 public:
  explicit ResumedGzipDecoder(const GzipPoint& point) : is_raw_(!point.is_begin) {
    if (inflateInit2(&stream_, is_raw_ ? -MAX_WBITS : gzip_window_bits) != Z_OK) fail_memory();
    if (!is_raw_) return;
    if (point.bits_left > 0) {
      const int bits = point.last_octet >> (8U - point.bits_left);
      inflatePrime(&stream_, static_cast<int>(point.bits_left), bits);
    }
    inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(point.window.data()),
                         static_cast<uInt>(point.window.size()));
  }
  ~ResumedGzipDecoder() override { inflateEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool /*last*/) override {
    if (trailer_left_ > 0) {
      const std::size_t passed = std::min(trailer_left_, in.size());
      trailer_left_ -= passed;
      return {passed, 0, trailer_left_ == 0};
    }
    int result = Z_OK;
    Step step = run(
        in, out, [](z_stream& stream) { return inflate(&stream, Z_NO_FLUSH); }, result);
    if (result == Z_MEM_ERROR) fail_memory();
    if (result == Z_DATA_ERROR && step.made > 0) return step;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      fail(Cause::damaged, stream_.msg != nullptr ? stream_.msg : "not a valid gzip stream");
    constexpr std::size_t trailer_octets = 8;
    if (result == Z_STREAM_END && std::exchange(is_raw_, false)) {
      trailer_left_ = trailer_octets;
      step.ended = false;
    }
    return step;
  }
  void restart() override { inflateReset2(&stream_, gzip_window_bits); }

 private:
  bool is_raw_;
  std::size_t trailer_left_ = 0;
};

class GzipEncoder final : public GzipCodec {
 public:
  GzipEncoder() {
    constexpr int memory_level = 8;  // the default of deflateInit
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      fail_memory();
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool last) override {
    int result = Z_OK;
    return run(
        in, out, [last](z_stream& stream) { return deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH); }, result);
  }
  void restart() override { deflateReset(&stream_); }
};

class Bzip2Codec : public Codec {
 protected:
  template <class Call>
  Step run(Bytes in, std::span<std::byte> out, Call call, int& result) {
    stream_.next_in = input_for_c<char>(in);
    stream_.avail_in = length_for_c(in);
    stream_.next_out = output_for_c<char>(out);
    stream_.avail_out = length_for_c(out);
    const Step before{stream_.avail_in, stream_.avail_out};
    result = call(stream_);
    return {before.taken - stream_.avail_in, before.made - stream_.avail_out, result == BZ_STREAM_END};
  }
  bz_stream stream_{};
};

class Bzip2Decoder final : public Bzip2Codec {
 public:
  Bzip2Decoder() { begin(); }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool /*last*/) override {
    int result = BZ_OK;
    const Step step = run(
        in, out, [](bz_stream& stream) { return BZ2_bzDecompress(&stream); }, result);
    if (result == BZ_MEM_ERROR) fail_memory();
    if (result == BZ_OK || result == BZ_STREAM_END) return step;
    fail(Cause::damaged, "not a valid bzip2 stream, or its check fails");
  }
  void restart() override {
    BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    begin();
  }

 private:
  void begin() {
    constexpr int quiet = 0;
    constexpr int small = 0;
    if (BZ2_bzDecompressInit(&stream_, quiet, small) != BZ_OK) fail_memory();
  }
};

class Bzip2Encoder final : public Bzip2Codec {
 public:
  Bzip2Encoder() { begin(); }
  ~Bzip2Encoder() override { BZ2_bzCompressEnd(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool last) override {
    if (in.empty() && !last) return {};  // to bzip2 a fault of ours
    int result = BZ_OK;
    return run(
        in, out, [last](bz_stream& stream) { return BZ2_bzCompress(&stream, last ? BZ_FINISH : BZ_RUN); }, result);
  }
  void restart() override {
    BZ2_bzCompressEnd(&stream_);
    stream_ = {};
    begin();
  }

 private:
  void begin() {
    constexpr int block_size = 9;
    if (BZ2_bzCompressInit(&stream_, block_size, 0, 0) != BZ_OK) fail_memory();
  }
};

class ZstdDecoder final : public Codec {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    constexpr int window_log = 27;
    static_assert(std::uint64_t{1} << window_log == ExpansionLimits::largest_window);
    if (context_ == nullptr) fail_memory();
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, window_log);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  Step step(Bytes in, std::span<std::byte> out, bool /*last*/) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer into{out.data(), out.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_, &into, &from);
    if (ZSTD_isError(result) != 0) {
      if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) fail_memory();
      if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) fail(Cause::limit, window_too_large);
      fail(Cause::damaged, ZSTD_getErrorName(result));
    }
    return {from.pos, into.pos, result == 0};
  }
  void restart() override { ZSTD_DCtx_reset(context_, ZSTD_reset_session_only); }

 private:
  ZSTD_DCtx* context_;
};

class ZstdEncoder final : public Codec {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) fail_memory();
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }
  Step step(Bytes in, std::span<std::byte> out, bool last) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer into{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_, &into, &from, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) fail_memory();  // nothing else can fail here
    return {from.pos, into.pos, last && left == 0};
  }
  void restart() override { ZSTD_CCtx_reset(context_, ZSTD_reset_session_only); }

 private:
  ZSTD_CCtx* context_;
};

class XzCodec : public Codec {
 public:
  ~XzCodec() override { lzma_end(&stream_); }
  Step step(Bytes in, std::span<std::byte> out, bool last) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = output_for_c<std::uint8_t>(out);
    stream_.avail_out = out.size();
    const lzma_ret result = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    switch (result) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR:
      return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, result == LZMA_STREAM_END};
    case LZMA_MEM_ERROR: fail_memory();
    case LZMA_MEMLIMIT_ERROR: fail(Cause::limit, window_too_large);
    default: fail(Cause::damaged, "not a valid xz stream, or its check fails");
    }
  }

 protected:
  lzma_stream stream_{};
};

class XzDecoder final : public XzCodec {
 public:
  XzDecoder() { begin(); }
  void restart() override { begin(); }

 private:
  void begin() {
    constexpr std::uint64_t beside_the_window = 1U << 20;
    // It takes streams that follow each other, and the padding that xz allows between them, as one.
    if (lzma_stream_decoder(&stream_, ExpansionLimits::largest_window + beside_the_window, LZMA_CONCATENATED) !=
        LZMA_OK)
      fail_memory();
  }
};

class XzEncoder final : public XzCodec {
 public:
  XzEncoder() { begin(); }
  void restart() override { begin(); }

 private:
  void begin() {
    lzma_options_lzma options{};
    if (lzma_lzma_preset(&options, LZMA_PRESET_DEFAULT) != 0) fail_memory();
    options.dict_size = 1U << 20;  // a message; the preset's 8 MiB cost 94 MiB of memory
    const std::array<lzma_filter, 2> filters{lzma_filter{LZMA_FILTER_LZMA2, &options},
                                             lzma_filter{LZMA_VLI_UNKNOWN, nullptr}};
    if (lzma_stream_encoder(&stream_, filters.data(), LZMA_CHECK_CRC64) != LZMA_OK) fail_memory();
  }
};

[[noreturn]] void refuse_lz4() { fail(Cause::unsupported, "lz4 as Dovecot writes it is not read by this version"); }

}  // namespace

std::unique_ptr<Codec> make_decoder(Compression compression) {
  switch (compression) {
  case Compression::gzip: return std::make_unique<GzipDecoder>();
  case Compression::bzip2: return std::make_unique<Bzip2Decoder>();
  case Compression::zstd: return std::make_unique<ZstdDecoder>();
  case Compression::xz: return std::make_unique<XzDecoder>();
  case Compression::lz4: break;
  }
  refuse_lz4();
}

std::unique_ptr<Codec> make_noting_decoder(GzipPoints& points) { return std::make_unique<NotingGzipDecoder>(points); }

std::unique_ptr<Codec> make_resumed_decoder(const GzipPoint& point) {
  return std::make_unique<ResumedGzipDecoder>(point);
}

std::unique_ptr<Codec> make_encoder(Compression compression) {
  switch (compression) {
  case Compression::gzip: return std::make_unique<GzipEncoder>();
  case Compression::bzip2: return std::make_unique<Bzip2Encoder>();
  case Compression::zstd: return std::make_unique<ZstdEncoder>();
  case Compression::xz: return std::make_unique<XzEncoder>();
  case Compression::lz4: break;
  }
  refuse_lz4();
}

}  // namespace mailhaul::io
