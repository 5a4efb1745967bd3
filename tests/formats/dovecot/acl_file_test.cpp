#include "formats/dovecot/acl_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::dovecot {
namespace {

TEST(AclFile, LinesAreIdentifiersAndRights) {
  const store::Acl acl =
      parse_acl("# who may\nuser=bob lrwst\nanyone lr :post\n\n\"user=a b\" l\nowner\nbad\x01 lr\n-user=eve lr");
  EXPECT_EQ(acl,
            (store::Acl{
                {"user=bob", "lrwst"}, {"anyone", "lr :post"}, {"user=a b", "l"}, {"owner", ""}, {"-user=eve", "lr"}}));
  EXPECT_TRUE(parse_acl("\"user=without end lr\n").empty());
  EXPECT_TRUE(parse_acl(" lr\n").empty());
}

TEST(AclFile, WhatIsWrittenIsRead) {
  const store::Acl acl{{"user=bob", "lr"}, {"user=a \"b\\ c", "lrs :named"}, {"anyone", ""}, {"#x", "l"}};
  EXPECT_EQ(parse_acl(acl_text(acl)), acl);
  EXPECT_EQ(acl_text({{"user=bob", "lr"}}), "user=bob lr\n");
}

TEST(AclFile, CouriersDefaultSaysNothing) {
  std::size_t untranslated = 0;
  EXPECT_TRUE(parse_courier_acl("owner aceilrstwx\nadministrators aceilrstwx\n", untranslated).empty());
  EXPECT_EQ(untranslated, 0U);
}

TEST(AclFile, CouriersRightsBecomeDovecots) {
  std::size_t untranslated = 0;
  const store::Acl acl = parse_courier_acl(
      "owner aceilrstwx\nuser=bob acilr\nanonymous lr\nadministrators lr\nowner lr\n-anyone w\n", untranslated);
  EXPECT_EQ(acl, (store::Acl{{"user=bob", "akilr"}, {"anyone", "lr"}, {"owner", "lr"}, {"-anyone", "w"}}));
  EXPECT_EQ(untranslated, 1U) << "administrators with other rights than the usual";
}

}  // namespace
}  // namespace mailhaul::formats::dovecot
