#include "mailhaul/account/facts.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account {
namespace {

using store::Destination;
using store::SettingKind;

store::Setting forwarder(const std::string& domain, const std::string& key, std::vector<Destination> to) {
  return {{domain, SettingKind::forwarder, key}, store::Forwarder{std::move(to), {}}};
}

AccountFacts example() {
  const std::vector<store::Setting> settings{
      {{"Example.com", SettingKind::domain, {}}, store::Domain{store::Domain::Kind::main, {}, {}}},
      {{"bob@example.com", SettingKind::mailbox, {}}, store::MailboxState{true, true, true}},
      forwarder("example.com", "Sales@example.com", {{Destination::Kind::address, "bob+shop@EXAMPLE.com"}}),
      forwarder("example.com", "all", {{Destination::Kind::address, "sales@example.com"}}),
      forwarder("example.com", "bob@example.com", {{Destination::Kind::address, "all@example.com"}}),
      forwarder("example.com", "*", {{Destination::Kind::address, "bob@example.com"}}),
      forwarder("example.com", "root", {{Destination::Kind::user, "acct"}}),
      {{"example.org", SettingKind::domain_forwarder, {}}, store::DomainForwarder{"example.com"}},
  };
  return facts_of(settings, "acct");
}

TEST(AccountFacts, DomainsAreThoseOfTheAccountInLowerCase) {
  const AccountFacts facts = example();
  EXPECT_EQ(facts.domains, std::set<std::string>{"example.com"});
  EXPECT_EQ(facts.main_domain, "example.com");
  EXPECT_EQ(facts.mailboxes(), std::vector<std::string>{"bob@example.com"});
}

TEST(AccountFacts, EveryWayToAMailboxIsFoundAndALoopEnds) {
  const std::vector<std::string> expected{"bob@example.com", "sales@example.com", "bob@example.org",
                                          "all@example.com", "sales@example.org", "all@example.org"};
  EXPECT_EQ(example().addresses_of("bob@example.com"), expected);
  EXPECT_EQ(example().addresses_of("acct"), (std::vector<std::string>{"acct", "root@example.com", "root@example.org"}));
  EXPECT_EQ(example().addresses_of("nobody@example.com").size(), 2U);  // itself, and of example.org
}

TEST(AccountFacts, AWayMayLeadThroughTheFileOfAList) {
  store::Forwarder forwarder{{{Destination::Kind::include, "/home/acct/list"}}, {}};
  forwarder.lists["/home/acct/list"].members = {"x@o.example", "Bob@example.com", "acct"};
  const std::vector<store::Setting> settings{
      {{"example.com", SettingKind::domain, {}}, store::Domain{store::Domain::Kind::main, {}, {}}},
      {{"example.com", SettingKind::forwarder, "all"}, forwarder},
  };
  const AccountFacts facts = facts_of(settings, "acct");
  EXPECT_EQ(facts.addresses_of("bob@example.com"), (std::vector<std::string>{"bob@example.com", "all@example.com"}));
  EXPECT_EQ(facts.addresses_of("acct"), (std::vector<std::string>{"acct", "all@example.com"}));
}

TEST(AccountFacts, AKeyOfAForwarderIsAnAddress) {
  EXPECT_EQ(AccountFacts::address_of({"example.com", SettingKind::forwarder, "*"}), "@example.com");
  EXPECT_EQ(AccountFacts::address_of({"example.com", SettingKind::forwarder, "Info"}), "info@example.com");
  EXPECT_EQ(AccountFacts::address_of({"example.com", SettingKind::forwarder, "a@b.example"}), "a@b.example");
}

}  // namespace
}  // namespace mailhaul::account
