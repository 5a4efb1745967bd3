#include "formats/maildir/quota_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::maildir {
namespace {

TEST(QuotaFile, SumsItsLines) {
  const QuotaFile file = parse_quota_file("1000S,20C\n  500            3\n-100 -1\n   7 1 \n");
  EXPECT_TRUE(file.is_readable);
  EXPECT_EQ(file.limits, "1000S,20C");
  EXPECT_EQ(file.octets, 407);
  EXPECT_EQ(file.messages, 3);
}

TEST(QuotaFile, KnowsLimits) {
  for (const char* line : {"0S", "1000S", "5C", "1000S,20C"}) EXPECT_EQ(parse_quota_file(line).limits, line);
  for (const char* line : {"", "S", "1000", "1000S,", "1000X", "5 1", "1000S 20C"})
    EXPECT_EQ(parse_quota_file(line).limits, "") << line;
}

TEST(QuotaFile, IsUnreadableWithALineThatIsNoChange) {
  for (const char* line : {"5", "x 1", "5 x", "5 1 2", "99999999999999999999 1"})
    EXPECT_FALSE(parse_quota_file(std::string("1S\n") + line + "\n").is_readable) << line;
  EXPECT_FALSE(parse_quota_file("1S\n" + std::string(6000, '\n')).is_readable);
}

TEST(QuotaFile, ReadsWhatItWrites) {
  const QuotaFile file = parse_quota_file(quota_file_text("1000S", {123, 4}));
  EXPECT_TRUE(file.is_readable);
  EXPECT_EQ(file.limits, "1000S");
  EXPECT_EQ(file.octets, 123);
  EXPECT_EQ(file.messages, 4);
}

}  // namespace
}  // namespace mailhaul::formats::maildir
