#include "mailhaul/io/source.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace mailhaul::io {
namespace {

std::vector<std::size_t> piece_sizes(Source& source) {
  std::vector<std::size_t> sizes;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) sizes.push_back(piece.size());
  return sizes;
}

TEST(MemorySource, GivesAllInOnePieceUnlessToldOtherwise) {
  MemorySource source(as_bytes("0123456789"));
  EXPECT_EQ(as_text(source.read()), "0123456789");
  EXPECT_TRUE(source.read().empty());
}

TEST(MemorySource, CutsPiecesAndTheLastIsShort) {
  using Sizes = std::vector<std::size_t>;
  MemorySource by_four(as_bytes("0123456789"), 4);
  EXPECT_EQ(piece_sizes(by_four), (Sizes{4, 4, 2}));
  MemorySource by_five(as_bytes("0123456789"), 5);
  EXPECT_EQ(piece_sizes(by_five), (Sizes{5, 5}));
  MemorySource by_more(as_bytes("0123456789"), 11);
  EXPECT_EQ(piece_sizes(by_more), (Sizes{10}));
}

TEST(MemorySource, StaysAtItsEnd) {
  MemorySource source(as_bytes("a"), 1);
  EXPECT_FALSE(source.read().empty());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(source.read().empty());
  MemorySource nothing({}, 4);
  EXPECT_TRUE(nothing.read().empty());
}

TEST(MemorySource, CopiesNothing) {
  const std::string_view kept = "0123456789";
  MemorySource source(as_bytes(kept), 5);
  EXPECT_EQ(as_text(source.read()).data(), kept.data());
  EXPECT_EQ(as_text(source.read()).data(), kept.data() + 5);
}

}  // namespace
}  // namespace mailhaul::io
