#include "mailhaul/base/entropy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

/// Counts upwards, so that what is done with the octets can be told.
class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = std::byte{next_++};
  }

 private:
  std::uint8_t next_ = 1;
};

TEST(Entropy, NumberUsesEightFreshOctets) {
  CountingEntropy entropy;
  std::set<std::uint8_t> octets;
  for (int i = 0; i < 2; ++i) {
    std::uint64_t number = entropy.number();
    for (; number != 0; number >>= 8) octets.insert(static_cast<std::uint8_t>(number & 0xff));
  }
  EXPECT_EQ(octets.size(), 16U);
  EXPECT_EQ(*octets.begin(), 1);
  EXPECT_EQ(*octets.rbegin(), 16);
}

TEST(SystemEntropy, FillsTheWholeOfSmallAndLargeBuffers) {
  SystemEntropy entropy;
  // 192: a hash secret (H1). Over 256 octets the kernel may give less than asked.
  for (const std::size_t size : {std::size_t{1}, std::size_t{192}, std::size_t{257}, std::size_t{1} << 20}) {
    // An octet that is 0 by chance in every one of 16 rounds: 2^-128 each.
    std::vector<std::byte> seen(size);
    std::vector<std::byte> buffer(size);
    for (int round = 0; round < 16; ++round) {
      std::ranges::fill(buffer, std::byte{0});
      entropy.fill(buffer);
      for (std::size_t i = 0; i < size; ++i) seen[i] |= buffer[i];
    }
    EXPECT_EQ(std::ranges::count(seen, std::byte{0}), 0) << size;
  }
}

TEST(SystemEntropy, FillsNothingOfAnEmptyBuffer) {
  SystemEntropy entropy;
  EXPECT_NO_THROW(entropy.fill({}));
}

TEST(SystemEntropy, NeverGivesANumberTwice) {
  SystemEntropy entropy;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) numbers.insert(entropy.number());
  EXPECT_EQ(numbers.size(), 1000U);
}

}  // namespace
}  // namespace mailhaul
