#include "formats/archive/read_ahead.hpp"

#include "formats/archive/world.hpp"
#include "support/faulty_kernel.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr std::size_t piece = 1024 * 1024;

/// Octets that say where they stand.
std::string pattern(std::size_t octets) {
  std::string out(octets, '\0');
  for (std::size_t i = 0; i < octets; ++i) out[i] = static_cast<char>(i * 7 + (i >> 8U) * 13 + (i >> 16U) * 29);
  return out;
}

class ReadAheadTest : public testing::Test {
 protected:
  void put(std::size_t octets) {
    text_ = pattern(octets);
    world_.put(text_);
  }
  [[nodiscard]] StoredFile open() { return StoredFile::open(context_, World::path, fs::Rules{}); }

  World world_{};
  support::FaultyKernel kernel_{world_.machine};
  Context context_{kernel_, world_.entropy, world_.clock, world_.findings, world_.instants, "host.example", 4711};
  std::string text_{};
};

TEST_F(ReadAheadTest, GivesAllOctetsInTheirOrder) {
  for (const std::size_t octets : {std::size_t{1}, piece - 1, piece, piece + 1, 3 * piece, 3 * piece + 511}) {
    put(octets);
    const StoredFile file = open();
    ReadAhead ahead(file);
    EXPECT_EQ(content_of(ahead), text_) << octets;
    EXPECT_TRUE(ahead.read().empty()) << octets;
    EXPECT_EQ(ahead.skip(1), 0U) << octets;
  }
}

TEST_F(ReadAheadTest, PassesOverMuchAndReadsLittle) {
  put(5 * piece);
  const StoredFile file = open();
  ReadAhead ahead(file);
  EXPECT_EQ(ahead.read().size(), piece);
  EXPECT_EQ(ahead.skip(piece - 1), 0U) << "that is there already";
  EXPECT_EQ(ahead.skip(2 * piece + 7), 2 * piece + 7);
  EXPECT_EQ(as_text(ahead.read()), text_.substr(3 * piece + 7, piece));
  EXPECT_EQ(ahead.skip(std::uint64_t{1} << 40U), piece - 7) << "no further than to the end";
  EXPECT_TRUE(ahead.read().empty());
}

TEST_F(ReadAheadTest, MayBeGivenUpAtAnyTime) {
  put(3 * piece);
  const StoredFile file = open();
  for (std::size_t pieces = 0; pieces < 4; ++pieces) {
    ReadAhead ahead(file);
    for (std::size_t i = 0; i < pieces; ++i) EXPECT_EQ(ahead.read().size(), i < 3 ? piece : 0);
  }
}

TEST_F(ReadAheadTest, AFailureIsToldWhereItsOctetsWouldBe) {
  put(3 * piece);
  const StoredFile file = open();
  kernel_.count_anew();
  kernel_.inject({.call = support::Call::read_at, .nth = 2, .errno_value = EIO});
  ReadAhead ahead(file);
  EXPECT_EQ(as_text(ahead.read()), text_.substr(0, piece));
  EXPECT_EQ(ahead.skip(2 * piece), 0U);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(error_of([&] { static_cast<void>(ahead.read()); }).cause(), Cause::io_error);
}

}  // namespace
}  // namespace mailhaul::formats::archive
