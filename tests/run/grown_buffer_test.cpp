#include "run/grown_buffer.hpp"

#include <grp.h>

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

/// A group with so many members that its line takes `wanted` octets.
struct LongGroup {
  std::size_t wanted = 0;
  std::size_t asked = 0;
  std::size_t largest = 0;

  int operator()(char* octets, std::size_t size) {
    ++asked;
    largest = std::max(largest, size);
    if (size < wanted) return ERANGE;
    std::fill_n(octets, size, 'm');  // all of it is there
    return 0;
  }
};

TEST(GrownBuffer, GrowsUntilAGroupFits) {
  LongGroup group{3'000'000};
  GrownBuffer buffer(1024);
  EXPECT_EQ(buffer.fill([&](char* octets, std::size_t size) { return group(octets, size); }), 0);
  EXPECT_GE(group.largest, group.wanted);
  EXPECT_LE(group.asked, 8U);
}

TEST(GrownBuffer, EndsWhereNothingIsEnough) {
  LongGroup group{~std::size_t{0}};
  GrownBuffer buffer;
  EXPECT_EQ(buffer.fill([&](char* octets, std::size_t size) { return group(octets, size); }), ERANGE);
  EXPECT_LE(group.largest, 4 * GrownBuffer::most_octets);
}

TEST(GrownBuffer, PassesOnWhatIsNoLackOfRoom) {
  int asked = 0;
  EXPECT_EQ(GrownBuffer().fill([&](char*, std::size_t) { return ++asked < 3 ? EINTR : EIO; }), EIO);
  EXPECT_EQ(asked, 3);
}

TEST(GrownBuffer, IsWhatTheSystemAsksFor) {
  // The C library's own ERANGE: one octet never holds a name.
  ::group entry{};
  ::group* found = nullptr;
  GrownBuffer buffer(1);
  const int error =
      buffer.fill([&](char* octets, std::size_t size) { return ::getgrgid_r(0, &entry, octets, size, &found); });
  ASSERT_EQ(error, 0);
  ASSERT_NE(found, nullptr);
  EXPECT_NE(std::string(found->gr_name), "");
}

}  // namespace
}  // namespace mailhaul::run
