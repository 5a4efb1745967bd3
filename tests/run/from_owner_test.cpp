#include "mailhaul/run/from_owner.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

TEST(FromOwner, IsANameOrANumberOfThisMachine) {
  EXPECT_EQ(parse_from_owner("root"), 0U);
  EXPECT_EQ(parse_from_owner("0"), 0U);
  EXPECT_EQ(parse_from_owner("4294967294"), 4294967294U);
}

TEST(FromOwner, IsNeverGuessed) {
  // "-1" and "4294967295" mean "leave it" to chown(2); what overflows must not become another user.
  for (const char* text :
       {"", " ", "-1", "+5", "4294967295", "4294967296", "99999999999999999999", "0x5", "5 ", "no-such-user-at-all"}) {
    try {
      (void)parse_from_owner(text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::usage) << text;
    }
  }
}

}  // namespace
}  // namespace mailhaul::run
