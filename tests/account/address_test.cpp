#include "mailhaul/account/address.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account {
namespace {

TEST(Address, SplitsAtTheLastSign) {
  const auto address = split_address("a@b@example.com");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->local_part, "a@b");
  EXPECT_EQ(address->domain, "example.com");
  for (const char* text : {"", "@", "bob", "bob@", "@example.com"}) EXPECT_FALSE(split_address(text)) << text;
}

TEST(Address, SafeLocalParts) {
  for (const char* text : {"bob", "a.b", "b+tag", "B_o-b", "1"}) EXPECT_TRUE(is_safe_local_part(text)) << text;
  for (const char* text : {"", ".", "..", "../x", "a/b", "a:b", "a|b", "a\"b", "a b", "a\nb", "\xc3\xa4"})
    EXPECT_FALSE(is_safe_local_part(text)) << text;
  EXPECT_TRUE(is_safe_local_part(std::string(64, 'a')));
  EXPECT_FALSE(is_safe_local_part(std::string(65, 'a')));
}

TEST(Address, SafeDomains) {
  for (const char* text : {"example.com", "a-b.example.co.uk", "xn--bcher-kva.example", "EXAMPLE.com"})
    EXPECT_TRUE(is_safe_domain(text)) << text;
  for (const char* text : {"", "com", ".", "a..b", ".a.b", "a.b.", "-a.com", "a-.com", "a_b.com", "a/b.com", "a:b.com"})
    EXPECT_FALSE(is_safe_domain(text)) << text;
  EXPECT_FALSE(is_safe_domain(std::string(64, 'a') + ".com"));
}

TEST(Address, SafeAddresses) {
  for (const char* const good : {"a@b.example", "A.b+c_d-e@B.Example", "o'brien@x.example", "a!b%c@x.example"})
    EXPECT_TRUE(is_safe_address(good)) << good;
  for (const std::string bad : {"",
                                "a",
                                "a@",
                                "@b.example",
                                "a@b",
                                "a@localhost",
                                ".a@b.example",
                                "a.@b.example",
                                "a..b@b.example",
                                "-a@b.example",
                                "'a@b.example",
                                "a b@b.example",
                                "a@b@c.example",
                                "|a@b.example",
                                "/a@b.example",
                                "#a@b.example",
                                "\"a\"@b.example",
                                "a,b@c.example",
                                "a\n@b.example",
                                "\xc3\xbc@b.example",
                                "a@[192.0.2.1]",
                                "a:b@c.example",
                                "a\\@b.example",
                                "<a@b.example>",
                                "(a)b@c.example",
                                "a;b@c.example"})
    EXPECT_FALSE(is_safe_address(bad)) << bad;
  EXPECT_FALSE(is_safe_address(std::string(65, 'a') + "@b.example"));
}

TEST(Address, LowerCaseOfLettersAlone) { EXPECT_EQ(lower_case("ExAmple.COM\xc3\x84"), "example.com\xc3\x84"); }

}  // namespace
}  // namespace mailhaul::account
