#include "formats/archive/member_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mailhaul::formats::archive {
namespace {

std::string split(std::string_view name) {
  std::vector<std::string_view> components{"left over"};
  const NameFault fault = split_member_name(name, components);
  if (fault != NameFault::none) {
    EXPECT_TRUE(components.empty()) << name;
    return std::string("refused: ") + reason_of(fault);
  }
  std::string out;
  for (const std::string_view component : components) out.append("[").append(component).append("]");
  return out;
}

TEST(MemberName, IsTakenApart) {
  EXPECT_EQ(split("a"), "[a]");
  EXPECT_EQ(split("a/b/c"), "[a][b][c]");
  EXPECT_EQ(split("./a/b"), "[a][b]");
  EXPECT_EQ(split("././a/"), "[a]");
  EXPECT_EQ(split("a/..b/...c"), "[a][..b][...c]");
  EXPECT_EQ(split("a\n/b c"), "[a\n][b c]");
  EXPECT_EQ(split(".a/.b"), "[.a][.b]");
}

TEST(MemberName, OfTheRootHasNoComponents) {
  EXPECT_EQ(split("."), "");
  EXPECT_EQ(split("./"), "");
}

TEST(MemberName, ThatLeadsOutIsRefused) {
  EXPECT_EQ(split("/etc/shadow"), "refused: an absolute name");
  EXPECT_EQ(split(".//etc/shadow"), "refused: a name with an empty part");
  EXPECT_EQ(split(".."), "refused: a name with \"..\" in it");
  EXPECT_EQ(split("a/../../b"), "refused: a name with \"..\" in it");
  EXPECT_EQ(split("./../b"), "refused: a name with \"..\" in it");
  EXPECT_EQ(split(""), "refused: a name with an empty part");
  EXPECT_EQ(split("a//b"), "refused: a name with an empty part");
  EXPECT_EQ(split("a//"), "refused: a name with an empty part");
  EXPECT_EQ(split("a/./b"), "refused: a name with \".\" in it");
  EXPECT_EQ(split(std::string_view("a\0b", 3)), "refused: a name with an octet of 0");
}

TEST(MemberName, HasBounds) {
  const std::string longest(255, 'x');
  EXPECT_EQ(split(longest), "[" + longest + "]");
  EXPECT_EQ(split("a/" + longest + "x"), "refused: a name with a part of more than 255 octets");
  std::string deep = "a";
  for (std::size_t i = 1; i < most_components; ++i) deep += "/a";
  EXPECT_EQ(split(deep).size(), 3 * most_components);
  EXPECT_EQ(split(deep + "/a"), "refused: a name with too many levels");
}

}  // namespace
}  // namespace mailhaul::formats::archive
