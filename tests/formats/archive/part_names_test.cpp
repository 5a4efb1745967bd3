#include "formats/archive/part_names.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::archive {
namespace {

using Names = std::vector<std::string>;

TEST(PartName, IsAnArchivesNameAndANumber) {
  const auto part = parse_part_name("cpmove-a.tar.gz.part00012");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->archive, "cpmove-a.tar.gz");
  EXPECT_EQ(part->number, 12U);
  EXPECT_EQ(parse_part_name("a.part1.part2")->archive, "a.part1");
  for (const char* other : {"a", "a.part", "a.partx", "a.part1x", ".part1", "a.part1234567890", "a.part-1"})
    EXPECT_FALSE(parse_part_name(other)) << other;
}

TEST(PartSet, IsInNumericOrder) {
  const PartSet parts = order_parts({"a.part10", "a.part9", "a.part8", "b.part1", "a", "a.part7", "a.part6", "a.part5",
                                     "a.part4", "a.part3", "a.part2", "a.part1"},
                                    "a");
  EXPECT_EQ(parts.fault, "");
  EXPECT_EQ(parts.names, (Names{"a.part1", "a.part2", "a.part3", "a.part4", "a.part5", "a.part6", "a.part7", "a.part8",
                                "a.part9", "a.part10"}));
}

TEST(PartSet, MayBeginAtZero) { EXPECT_EQ(order_parts({"a.part00000", "a.part00001"}, "a").fault, ""); }

TEST(PartSet, NamesThePartThatIsMissing) {
  EXPECT_EQ(order_parts({"a.part00001", "a.part00003"}, "a").fault, "part 2 is missing");
  EXPECT_EQ(order_parts({"a.part00002", "a.part00003"}, "a").fault, "part 1 is missing");
  EXPECT_EQ(order_parts({"a.part00000", "a.part00002"}, "a").fault, "part 1 is missing");
}

TEST(PartSet, KnowsOnePartOnce) {
  EXPECT_EQ(order_parts({"a.part1", "a.part01", "a.part2"}, "a").fault, "two files are part 1: a.part01 and a.part1");
}

}  // namespace
}  // namespace mailhaul::formats::archive
