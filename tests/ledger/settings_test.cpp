#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using store::SettingId;
using store::SettingKind;
using LedgerSettings = LedgerTest;

const SettingId bobs_password{"bob@example.com", SettingKind::password, ""};

TEST_F(LedgerSettings, BasesLastAndAreToldApart) {
  const SettingBase base{"source digest", "target digest", true, true};
  const SettingBase only_target{std::nullopt, std::string("\0\xff", 2), false, false};
  {
    Ledger ledger = open();
    EXPECT_FALSE(ledger.find_base(bobs_password));
    ledger.set_base(bobs_password, base);
    ledger.set_base({"example.com", SettingKind::forwarder, "bob@example.com"}, only_target);
    ledger.commit();
  }
  Ledger ledger = open();
  EXPECT_EQ(ledger.find_base(bobs_password), base);
  EXPECT_EQ(ledger.find_base({"example.com", SettingKind::forwarder, "bob@example.com"}), only_target);
  EXPECT_FALSE(ledger.find_base({"bob@example.com", SettingKind::quota, ""}));
  EXPECT_FALSE(ledger.find_base({"bob@example.co", SettingKind::password, "m"}));
  ledger.set_base(bobs_password, only_target);
  EXPECT_EQ(ledger.find_base(bobs_password), only_target);
}

TEST_F(LedgerSettings, AreListedAndForgotten) {
  Ledger ledger = open();
  const SettingId other{"", SettingKind::file, std::string("a\0b", 3)};
  SettingBase base{"a", "b", true};
  base.from = {"old@example.com", SettingKind::password, ""};
  ledger.set_base(bobs_password, base);
  ledger.set_base(other, {});
  EXPECT_EQ(ledger.settings_with_base().size(), 2U);
  EXPECT_EQ(ledger.find_base(bobs_password), base);
  ledger.forget_base(bobs_password);
  ledger.forget_base(bobs_password);
  EXPECT_EQ(ledger.settings_with_base(), std::vector<SettingId>{other});
}

TEST_F(LedgerSettings, TheSameAgainWritesNothing) {
  {
    Ledger ledger = open();
    ledger.set_base(bobs_password, {"a", "b", true});
    ledger.commit();
  }
  const std::string before = octets_of(path());
  {
    Ledger ledger = open();
    ledger.set_base(bobs_password, {"a", "b", true});
    ledger.commit();
  }
  EXPECT_EQ(octets_of(path()), before);
}

TEST_F(LedgerSettings, ALedgerFromBeforeTheyWereRememberedGetsThem) {
  make_ledger(2);
  tamper(path(), "DROP TABLE account_setting; PRAGMA user_version = 1");
  Ledger ledger = open();
  EXPECT_EQ(ledger.counts().known, 2U);
  EXPECT_FALSE(ledger.find_base(bobs_password));
  ledger.set_base(bobs_password, {"a", "b", true});
  ledger.commit();
}

}  // namespace
}  // namespace mailhaul::ledger
