#include "mailhaul/run/wording.hpp"

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

TEST(Wording, CountsAreGrouped) {
  EXPECT_EQ(with_groups(0), "0");
  EXPECT_EQ(with_groups(999), "999");
  EXPECT_EQ(with_groups(1000), "1 000");
  EXPECT_EQ(with_groups(155313), "155 313");
  EXPECT_EQ(with_groups(18446744073709551615ULL), "18 446 744 073 709 551 615");
}

TEST(Wording, NounsFollowTheirNumber) {
  EXPECT_EQ(counted(1, "message"), "1 message");
  EXPECT_EQ(counted(0, "message"), "0 messages");
  EXPECT_EQ(counted(2000, "message"), "2 000 messages");
}

TEST(Wording, OctetsAreReadable) {
  EXPECT_EQ(readable_octets(1023), "1023 B");
  EXPECT_EQ(readable_octets(1536), "1.5 KiB");
  EXPECT_EQ(readable_octets(5ULL << 30), "5.0 GiB");
}

}  // namespace
}  // namespace mailhaul::run
