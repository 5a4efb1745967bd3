#include "mailhaul/store/account_settings.hpp"

#include <gtest/gtest.h>

namespace mailhaul::store {
namespace {

TEST(AccountSettings, FieldsOfOneAreNotTakenForThoseOfAnother) {
  const Forwarder one{{{Destination::Kind::address, "a@x.org"}, {Destination::Kind::address, "b@x.org"}}, ""};
  const Forwarder joined{{{Destination::Kind::address, "a@x.orgb@x.org"}}, ""};
  EXPECT_NE(comparable(one), comparable(joined));
  EXPECT_NE(comparable(Forwarder{{{Destination::Kind::user, "a@x.org"}}, ""}),
            comparable(Forwarder{{{Destination::Kind::address, "a@x.org"}}, ""}));
}

TEST(AccountSettings, HowALineWasWrittenIsNotCompared) {
  const std::vector<Destination> to{{Destination::Kind::pipe, "/usr/bin/php -q /home/u/p.php"}};
  EXPECT_EQ(comparable(Forwarder{to, "|\"/usr/bin/php -q /home/u/p.php\""}),
            comparable(Forwarder{to, "\"|/usr/bin/php -q /home/u/p.php\""}));
}

TEST(AccountSettings, UnsetIsNotZero) {
  Responder always;
  Responder unset;
  always.interval_hours = 0;
  EXPECT_NE(comparable(always), comparable(unset));
}

TEST(AccountSettings, ASummaryNeverHoldsAHash) {
  EXPECT_EQ(summary(Password{"$6$salt$secret", 17000}), "hash $6$");
  EXPECT_EQ(summary(Password{"aBcDeFgHiJkLm", std::nullopt}), "hash of the oldest kind");
  EXPECT_EQ(summary(Password{}), "none");
}

}  // namespace
}  // namespace mailhaul::store
