#include "mailhaul/io/compression.hpp"

#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailhaul/io/pump.hpp"

namespace mailhaul::io {
namespace {

using namespace std::string_view_literals;

constexpr std::array written{Compression::gzip, Compression::bzip2, Compression::zstd, Compression::xz};

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

std::string compressed(std::string_view plain, Compression compression, std::size_t piece = 0) {
  StringSink out;
  CompressingSink sink(out, compression);
  MemorySource source(as_bytes(plain), piece);
  copy(source, sink);
  sink.finish();
  return out.take();
}

std::string decompressed(std::string_view stream, Compression compression, std::size_t piece = 0,
                         const ExpansionLimits& limits = {}) {
  MemorySource source(as_bytes(stream), piece);
  std::vector<std::byte> buffer;
  DecompressingSource plain(source, compression, limits, {"cur/1.a", Side::source}, buffer);
  StringSink out;
  copy(plain, out);
  return out.take();
}

/// The error of a stream that can't be read; none when it can.
std::optional<Error> error_of(std::string_view stream, Compression compression, const ExpansionLimits& limits = {}) {
  try {
    static_cast<void>(decompressed(stream, compression, 0, limits));
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

/// Words and noise: compresses, but not to nothing.
std::string mail_like(std::size_t octets) {
  std::string text;
  std::uint32_t noise = 1;
  while (text.size() < octets) {
    noise = noise * 1664525U + 1013904223U;
    text += "line " + std::to_string(noise) + (noise % 7 == 0 ? "\r\n" : "\n");
  }
  text.resize(octets);
  return text;
}

/// "hello\n" as gzip, bzip2, zstd and xz of Debian 12 write it.
struct Foreign {
  Compression compression;
  std::string_view hex;
};
constexpr std::array foreign{
    Foreign{Compression::gzip, "1f8b0800000000000003cb48cdc9c9e7020020303a3606000000"},
    Foreign{Compression::bzip2, "425a6839314159265359c1c080e2000001410000100244a00030cd00c3462997177245385090c1c080e2"},
    Foreign{Compression::zstd, "28b52ffd240631000068656c6c6f0a5388bd91"},
    Foreign{Compression::xz,
            "fd377a585a000004e6d6b4460200210116000000742fe5a301000568656c6c6f0a000000a56097f194f6fde000011e06c12fa41d"
            "1fb6f37d010000000004595a"},
};

TEST(DetectCompression, GoesByTheFirstOctets) {
  for (const Foreign& one : foreign)
    EXPECT_EQ(detect_compression(as_bytes(from_hex(one.hex))), one.compression) << to_string(one.compression);
  EXPECT_EQ(detect_compression(as_bytes("Dovecot-LZ4\r*\x9b\xc5\0\1\0\0"sv)), Compression::lz4);
}

TEST(DetectCompression, NeedsNoMoreThanItsMagic) {
  for (const Foreign& one : foreign) {
    const std::string stream = from_hex(one.hex);
    EXPECT_EQ(detect_compression(as_bytes(stream).first(compression_magic_octets)), one.compression);
  }
  for (const Compression compression : written)
    EXPECT_EQ(detect_compression(as_bytes(compressed("", compression))), compression) << to_string(compression);
}

TEST(DetectCompression, LeavesMailAlone) {
  for (const std::string_view plain :
       {""sv, "Return-Path: <a@b>\n"sv, "From: x\n"sv, "BZh1 is a word\n"sv, "BZh9\n"sv, "\x1f\x8b"sv,
        "\x1f\x8b\x07 text"sv, "\x1f\x8b\x08\xff no such flags"sv, "(\xb5/\xfd"sv, "(\xb5/\xfd\x08"sv,
        "\xfd"
        "7zXZ\0"sv,
        "\xfd"
        "7zXZ\0\0\x7f"sv,
        "Dovecot-LZ4 is what Dovecot writes\n"sv, "Date: x\n"sv})
    EXPECT_EQ(detect_compression(as_bytes(plain)), std::nullopt) << plain;
}

TEST(DecompressingSource, ReadsWhatOtherProgramsWrote) {
  for (const Foreign& one : foreign)
    EXPECT_EQ(decompressed(from_hex(one.hex), one.compression), "hello\n") << to_string(one.compression);
}

TEST(DecompressingSource, GivesBackWhatWasCompressedWhateverThePieces) {
  const std::string large = mail_like(3'000'000);
  for (const Compression compression : written) {
    for (const std::string& plain : {std::string(), std::string("x"), mail_like(70'000), large}) {
      const std::string stream = compressed(plain, compression, 1000);
      EXPECT_EQ(decompressed(stream, compression), plain) << to_string(compression);
      EXPECT_EQ(decompressed(stream, compression, 4093), plain) << to_string(compression);
      if (plain.size() < 100'000) {
        EXPECT_EQ(decompressed(stream, compression, 1), plain) << to_string(compression);
      }
    }
  }
}

TEST(DecompressingSource, ReadsStreamsThatFollowEachOther) {
  for (const Compression compression : written) {
    const std::string stream =
        compressed("one\n", compression) + compressed("", compression) + compressed("two\n", compression);
    for (const std::size_t piece : {0U, 1U, 5U})
      EXPECT_EQ(decompressed(stream, compression, piece), "one\ntwo\n") << to_string(compression) << piece;
  }
}

TEST(DecompressingSource, StaysAtItsEnd) {
  const std::string stream = compressed("x", Compression::gzip);
  MemorySource source(as_bytes(stream));
  std::vector<std::byte> buffer;
  DecompressingSource plain(source, Compression::gzip, {}, {}, buffer);
  EXPECT_EQ(as_text(plain.read()), "x");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(plain.read().empty());
}

TEST(DecompressingSource, DoesNotUndoTwice) {
  const std::string once = compressed("x", Compression::gzip);
  EXPECT_EQ(decompressed(compressed(once, Compression::gzip), Compression::gzip), once);
}

TEST(DecompressingSource, SaysWhereAStreamIsCutShort) {
  for (const Compression compression : written) {
    const std::string stream = compressed(mail_like(2000), compression);
    for (std::size_t length = 0; length < stream.size(); ++length) {
      const auto error = error_of(std::string_view(stream).substr(0, length), compression);
      ASSERT_TRUE(error) << to_string(compression) << " passed with " << length << " of " << stream.size();
      EXPECT_EQ(error->cause(), Cause::damaged);
      EXPECT_EQ(error->scope(), Scope::message);
      EXPECT_EQ(error->place(), "cur/1.a");
    }
  }
}

/// libarchive would let this one pass: it does not look at the check of a gzip stream.
TEST(DecompressingSource, NeverGivesOtherOctetsForAChangedOne) {
  const std::string plain = mail_like(700);
  for (const Compression compression : written) {
    const std::string stream = compressed(plain, compression);
    for (std::size_t i = 0; i < stream.size() * 8; ++i) {
      std::string broken = stream;
      broken[i / 8] = static_cast<char>(static_cast<unsigned char>(broken[i / 8]) ^ (1U << (i % 8)));
      // Of a header's time and system nothing depends.
      if (const auto error = error_of(broken, compression); !error) {
        EXPECT_EQ(decompressed(broken, compression), plain) << to_string(compression) << " bit " << i;
      }
    }
  }
}

TEST(DecompressingSource, PassesOverNothingThatStandsBehind) {
  for (const Compression compression : written) {
    const std::string stream = compressed("x\n", compression);
    for (const std::string_view behind : {"j"sv, "junk"sv, "From a@b Thu Nov 29 22:33:52 2001\n"sv, "\x1f\x8b"sv}) {
      const auto error = error_of(stream + std::string(behind), compression);
      ASSERT_TRUE(error) << to_string(compression) << behind;
      EXPECT_EQ(error->cause(), Cause::damaged);
    }
  }
}

TEST(DecompressingSource, StopsABomb) {
  constexpr std::size_t mebi = 1U << 20U;
  ExpansionLimits limits;
  limits.free_octets = mebi;
  const std::string zeros(8 * mebi, '\0');
  for (const Compression compression : written) {
    const std::string bomb = compressed(zeros, compression);
    ASSERT_LT(bomb.size() * limits.most_ratio, zeros.size());
    MemorySource source(as_bytes(bomb));
    std::vector<std::byte> buffer;
    DecompressingSource plain(source, compression, limits, {}, buffer);
    std::uint64_t seen = 0;
    try {
      for (Bytes piece = plain.read(); !piece.empty(); piece = plain.read()) seen += piece.size();
      ADD_FAILURE() << to_string(compression);
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::limit);
      EXPECT_EQ(error.scope(), Scope::message);
    }
    EXPECT_LE(seen, limits.free_octets + bomb.size() * limits.most_ratio) << to_string(compression);
  }
}

TEST(DecompressingSource, LetsASmallOneExpandAsItLikes) {
  const std::string zeros(15U << 20U, '\0');
  for (const Compression compression : written) {
    const std::string stream = compressed(zeros, compression);
    ASSERT_LT(stream.size() * 200, zeros.size());
    EXPECT_EQ(decompressed(stream, compression).size(), zeros.size()) << to_string(compression);
  }
}

TEST(DecompressingSource, StopsAtTheLargestMessage) {
  ExpansionLimits limits;
  limits.largest_octets = 1000;
  EXPECT_FALSE(error_of(compressed(mail_like(1000), Compression::gzip), Compression::gzip, limits));
  const auto error = error_of(compressed(mail_like(1001), Compression::gzip), Compression::gzip, limits);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->cause(), Cause::limit);
}

TEST(DecompressingSource, GivesNoStreamTheWindowItAsksFor) {
  // zstd: a window of 2^28; xz: "hello\n" with --lzma2=dict=256MiB.
  const auto zstd = error_of(from_hex("28b52ffd0090010000"), Compression::zstd);
  ASSERT_TRUE(zstd);
  EXPECT_EQ(zstd->cause(), Cause::limit);
  const auto xz = error_of(from_hex("fd377a585a000004e6d6b44602002101200000000988a57601000568656c6c6f0a000000a56097f194"
                                    "f6fde000011e06c12fa41d1fb6f37d010000000004595a"),
                           Compression::xz);
  ASSERT_TRUE(xz);
  EXPECT_EQ(xz->cause(), Cause::limit);
}

TEST(DecompressingSource, SaysThatLz4IsNotRead) {
  const auto error = error_of("Dovecot-LZ4\r*\x9b\xc5\0\1\0\0"sv, Compression::lz4);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->cause(), Cause::unsupported);
  EXPECT_EQ(error->place(), "cur/1.a");
}

/// What a file says when it was read to its end: that it changed meanwhile.
class ChangedSource final : public Source {
 public:
  explicit ChangedSource(std::string octets) : octets_(std::move(octets)) {}
  [[nodiscard]] Bytes read() override {
    if (given_) throw Error(Cause::source_changed, Scope::message, "reading");
    given_ = true;
    return as_bytes(octets_);
  }

 private:
  std::string octets_;
  bool given_ = false;
};

TEST(DecompressingSource, HearsWhatItsSourceSaysAtTheEnd) {
  for (const Compression compression : written) {
    ChangedSource source(compressed("x", compression));
    std::vector<std::byte> buffer;
    DecompressingSource plain(source, compression, {}, {}, buffer);
    try {
      drain(plain);
      ADD_FAILURE() << to_string(compression);
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::source_changed);
    }
  }
}

TEST(CompressingSink, WritesTheSameEachTime) {
  const std::string plain = mail_like(300'000);
  for (const Compression compression : written) {
    EXPECT_EQ(compressed(plain, compression), compressed(plain, compression));
    EXPECT_LT(compressed(plain, compression).size(), plain.size());
  }
}

TEST(CompressingSink, LeavesADamagedStreamWhenItIsNotFinished) {
  for (const Compression compression : written) {
    StringSink out;
    {
      CompressingSink sink(out, compression);
      sink.write(as_bytes("x"));
    }
    EXPECT_TRUE(error_of(out.text(), compression)) << to_string(compression);
  }
}

}  // namespace
}  // namespace mailhaul::io
