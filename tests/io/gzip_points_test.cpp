#include "mailhaul/io/gzip_points.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/pump.hpp"

namespace mailhaul::io {
namespace {

/// Words, so that blocks refer to what is far behind them.
std::string text(std::size_t octets, std::uint64_t seed) {
  std::string out;
  while (out.size() < octets) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    out += "word" + std::to_string(seed >> 52U) + ((seed >> 40U) % 7 == 0 ? "\n" : " ");
  }
  return out;
}

std::string packed(std::string_view plain) {
  StringSink out;
  CompressingSink sink(out, Compression::gzip);
  sink.write(as_bytes(plain));
  sink.finish();
  return out.take();
}

std::string noted(std::string_view stream, GzipPoints& points, std::size_t piece) {
  MemorySource source(as_bytes(stream), piece);
  std::vector<std::byte> buffer;
  DecompressingSource plain(source, points, {}, {"a.tar.gz", Side::source}, buffer);
  StringSink out;
  copy(plain, out);
  return out.take();
}

std::string resumed(std::string_view stream, const GzipPoint& point, std::size_t piece) {
  MemorySource source(as_bytes(stream.substr(point.stored_at)), piece);
  std::vector<std::byte> buffer;
  DecompressingSource plain(source, point, {}, {"a.tar.gz", Side::source}, buffer);
  StringSink out;
  copy(plain, out);
  return out.take();
}

TEST(GzipPoints, LetAStreamBeGoneOnWith) {
  const std::string plain = text(600'000, 1);
  const std::string stream = packed(plain);
  for (const std::size_t piece : {std::size_t{0}, std::size_t{1000}, std::size_t{7}}) {
    GzipPoints points(20'000);
    EXPECT_EQ(noted(stream, points, piece), plain);
    EXPECT_GT(points.size(), 3U);
    for (std::size_t at = 0; at < plain.size(); at += 50'000) {
      const GzipPoint& point = points.before(at);
      ASSERT_LE(point.plain_at, at);
      EXPECT_EQ(resumed(stream, point, piece), plain.substr(point.plain_at)) << at;
    }
  }
}

TEST(GzipPoints, LeadThroughStreamsThatStandOneBehindTheOther) {
  const std::string plain[] = {text(100'000, 2), "", text(300, 3), text(200'000, 4)};
  std::string stream;
  std::string all;
  for (const std::string& one : plain) {
    stream += packed(one);
    all += one;
  }
  GzipPoints points(10'000);
  EXPECT_EQ(noted(stream, points, 333), all);
  for (std::size_t at = 0; at < all.size(); at += 9'000) {
    const GzipPoint& point = points.before(at);
    EXPECT_EQ(resumed(stream, point, 333), all.substr(point.plain_at)) << at;
  }
}

TEST(GzipPoints, AreNeverMoreThanTheyMayBe) {
  const std::string plain = text(2'000'000, 5);
  const std::string stream = packed(plain);
  GzipPoints points(1'000, 8);
  EXPECT_EQ(noted(stream, points, 0), plain);
  EXPECT_LE(points.size(), 8U);
  EXPECT_GE(points.size(), 4U);
  const GzipPoint& last = points.before(plain.size());
  EXPECT_GT(last.plain_at, plain.size() / 2);
  EXPECT_EQ(resumed(stream, last, 0), plain.substr(last.plain_at));
}

TEST(GzipPoints, StillHearTheCheckOfAStreamThatIsReadWhole) {
  std::string stream = packed(text(50'000, 6));
  stream[stream.size() - 7] = static_cast<char>(stream[stream.size() - 7] ^ 1);
  GzipPoints points(1'000);
  EXPECT_THROW(static_cast<void>(noted(stream, points, 0)), Error);
}

TEST(GzipPoints, SayThatAStreamWasCutShort) {
  const std::string stream = packed(text(200'000, 7));
  GzipPoints points(10'000);
  static_cast<void>(noted(stream, points, 0));
  EXPECT_THROW(static_cast<void>(resumed(stream.substr(0, stream.size() - 4), points.before(100'000), 0)), Error);
  EXPECT_THROW(static_cast<void>(resumed(stream.substr(0, stream.size() / 4 * 3), points.before(100'000), 0)), Error);
}

}  // namespace
}  // namespace mailhaul::io
