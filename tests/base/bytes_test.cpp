#include "mailhaul/base/bytes.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

TEST(Bytes, TextComesBackOctetForOctet) {
  using namespace std::string_view_literals;
  const auto text = "a\0\xff\r\n"sv;
  const Bytes octets = as_bytes(text);
  ASSERT_EQ(octets.size(), 5U);
  EXPECT_EQ(octets[1], std::byte{0});
  EXPECT_EQ(octets[2], std::byte{0xff});
  EXPECT_EQ(as_text(octets), text);
}

TEST(Bytes, NothingIsNothing) {
  EXPECT_TRUE(as_bytes({}).empty());
  EXPECT_EQ(as_text({}), "");
}

}  // namespace
}  // namespace mailhaul
