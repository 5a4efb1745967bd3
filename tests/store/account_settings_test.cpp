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

Forwarder with_list(ListFile list) {
  Forwarder forwarder{{{Destination::Kind::address, "a@x.org"}, {Destination::Kind::include, "/home/u/l"}}, ""};
  forwarder.lists["/home/u/l"] = std::move(list);
  return forwarder;
}

TEST(AccountSettings, WhatAListHoldsIsPartOfItsForwarderAndWhyItCantBeReadIsNot) {
  const Forwarder nobody_looked{{{Destination::Kind::address, "a@x.org"}, {Destination::Kind::include, "/home/u/l"}},
                                ""};
  EXPECT_EQ(comparable(with_list({{}, "it is a link"})), comparable(nobody_looked));
  EXPECT_NE(comparable(with_list({})), comparable(nobody_looked)) << "that nobody is in it is known";
  EXPECT_NE(comparable(with_list({{"b@x.org"}, {}})), comparable(with_list({})));
  EXPECT_NE(comparable(with_list({{"b@x.org", "c"}, {}})), comparable(with_list({{"b@x.org"}, {}})));
}

TEST(AccountSettings, AListIsShownWithItsMembers) {
  EXPECT_EQ(summary(with_list({{"b@x.org", "c"}, {}})), "a@x.org, list /home/u/l (b@x.org, c)");
  EXPECT_EQ(summary(with_list({})), "a@x.org, list /home/u/l (empty)");
  EXPECT_EQ(summary(with_list({{}, "it is a link"})), "a@x.org, list /home/u/l (it is a link)");
  EXPECT_EQ(summary(Forwarder{{{Destination::Kind::include, "/x"}}, ""}), "list /x");
}

TEST(AccountSettings, AMemberOfAListIsAnAddressOrAUser) {
  EXPECT_EQ(destination_of_member("b@x.org"), (Destination{Destination::Kind::address, "b@x.org"}));
  EXPECT_EQ(destination_of_member("b"), (Destination{Destination::Kind::user, "b"}));
}

}  // namespace
}  // namespace mailhaul::store
