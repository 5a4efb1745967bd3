#include "mailhaul/account/dovecot/users.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "account/cpanel/target_machine.hpp"
#include "account/dovecot/users_file.hpp"
#include "mailhaul/sync/account_merge.hpp"

namespace mailhaul::account::dovecot {
namespace {

using store::Setting;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;
using Outcome = SettingResult::Outcome;

constexpr const char* strong = "$6$salt$hash";

class Source final : public store::AccountSource {
 public:
  [[nodiscard]] std::vector<Setting> read() override { return settings; }
  void visit_files(const std::set<SettingId>& /*files*/,
                   const std::function<void(const SettingId&, io::Source&)>& /*take*/) override {}
  std::vector<Setting> settings{};
};

class DovecotUsers : public ::testing::Test {
 protected:
  DovecotUsers() {
    memory_.put_directory("/etc", {}, 0755);
    memory_.put_directory("/etc/dovecot", {}, 0755);
    add_mailbox("bob@example.com", strong, 10U << 20U);
    add_mailbox("al@example.com", "$1$salt$hash", 0);
  }

  void add_mailbox(const std::string& address, const std::string& hash, std::uint64_t quota) {
    source_.settings.push_back({{address, SettingKind::mailbox, ""}, store::MailboxState{true, true, true}});
    source_.settings.push_back({{address, SettingKind::password, ""}, store::Password{hash, {}}});
    source_.settings.push_back({{address, SettingKind::quota, ""}, store::Quota{quota}});
    source_.settings.push_back({{address, SettingKind::suspension, ""}, store::Suspension{}});
  }
  void put(const std::string& text) { memory_.put_file("/etc/dovecot/users", text, {}, 0640); }
  [[nodiscard]] std::string text() const { return memory_.octets_of("/etc/dovecot/users"); }

  [[nodiscard]] std::unique_ptr<store::AccountTarget> open(Version version = Version::v2_3, bool is_dry = false) {
    fs::Rules rules;
    rules.side = Side::target;
    UsersOptions options;
    options.version = version;
    options.mail_owner = fs::Owner{5000, 5000};
    options.is_dry = is_dry;
    options.home = [](const std::string& address) {
      return "/srv/" + address.substr(address.find('@') + 1) + '/' + address.substr(0, address.find('@'));
    };
    return open_users({fs::Directory::open_root(kernel_, entropy_, "/etc/dovecot", rules), "/etc/dovecot"},
                      facts_of(source_.settings, "acct"), std::move(options));
  }
  sync::AccountOutcome merge(Version version = Version::v2_3) {
    const auto target = open(version);
    return sync::merge_account(source_, *target, ledger_, {});
  }
  [[nodiscard]] SettingResult apply(const Setting& setting, Version version = Version::v2_3) {
    const std::vector<store::SettingChange> changes{{setting.id, setting.value, setting.id}};
    return open(version)->apply(changes, source_).front();
  }
  template <class Value>
  Value& value_of(const std::string& owner, SettingKind kind) {
    for (Setting& setting : source_.settings)
      if (setting.id.owner == owner && setting.id.kind == kind) return std::get<Value>(setting.value);
    throw std::out_of_range(owner);
  }

  support::MemoryKernel memory_{};
  SystemEntropy entropy_{};
  support::FaultyKernel kernel_{memory_};
  ledger::Ledger ledger_ = ledger::Ledger::in_memory(entropy_);
  Source source_{};
};

TEST_F(DovecotUsers, EachMailboxIsALineAndASecondRunChangesNothing) {
  const auto first = merge();
  EXPECT_TRUE(first.is_complete);
  EXPECT_EQ(text(),
            "al@example.com:{MD5-CRYPT}$1$salt$hash:5000:5000::/srv/example.com/al::userdb_quota_rule=*:bytes=0\n"
            "bob@example.com:{SHA512-CRYPT}$6$salt$hash:5000:5000::/srv/example.com/bob::userdb_quota_rule=*:bytes="
            "10485760\n");
  const auto second = merge();
  EXPECT_TRUE(second.reports.empty());
  EXPECT_TRUE(second.files.empty());
  EXPECT_EQ(second.unchanged, second.settings);
}

TEST_F(DovecotUsers, LinesOfOthersAndWhatTheAdminAddedStayOctetForOctet) {
  put("# ours\nbob@example.com:{PLAIN}x:99:99:Bob B.:/elsewhere:/bin/false:allow_nets=10.0.0.0/8 userdb_mail=x\r\n"
      ":odd\nzoe@other.example:*\nbob@example.com:second\n");
  const auto outcome = merge();
  EXPECT_EQ(text(),
            "# ours\nbob@example.com:{PLAIN}x:99:99:Bob B.:/elsewhere:/bin/false:allow_nets=10.0.0.0/8 userdb_mail=x "
            "userdb_quota_rule=*:bytes=10485760\r\n:odd\nzoe@other.example:*\n"
            "al@example.com:{MD5-CRYPT}$1$salt$hash:5000:5000::/srv/example.com/al::userdb_quota_rule=*:bytes=0\n");
  // The admin's own password was there first.
  ASSERT_FALSE(outcome.reports.empty());
  EXPECT_FALSE(outcome.is_complete);
}

TEST_F(DovecotUsers, ALaterEditStaysAndAChangeOfTheSourceIsTaken) {
  merge();
  put("bob@example.com:{SHA512-CRYPT}$6$mine$mine:5000:5000::/srv/example.com/bob::userdb_quota_rule=*:storage=1G\n" +
      text().substr(0, text().find('\n') + 1));
  value_of<store::Quota>("al@example.com", SettingKind::quota).octets = 5;
  const auto outcome = merge();
  EXPECT_NE(text().find("$6$mine$mine"), std::string::npos);
  EXPECT_NE(text().find("*:storage=1G"), std::string::npos);
  EXPECT_NE(text().find("/srv/example.com/al::userdb_quota_rule=*:bytes=5\n"), std::string::npos);
  std::size_t own = 0;
  for (const auto& report : outcome.reports) own += report.outcome == sync::SettingReport::Outcome::kept_own ? 1U : 0U;
  EXPECT_EQ(own, 2U);
}

TEST_F(DovecotUsers, WhatCanBeHeldComesBackAsItWas) {
  value_of<store::Suspension>("bob@example.com", SettingKind::suspension).login = true;
  value_of<store::Password>("al@example.com", SettingKind::password).hash = "";
  source_.settings.push_back({{"", SettingKind::suspension, ""}, store::Suspension{true, {}, {}, {}, {}}});
  for (const Version version : {Version::v2_3, Version::v2_4}) {
    put("");
    ledger_ = ledger::Ledger::in_memory(entropy_);
    merge(version);
    std::map<SettingId, std::string> there;
    for (const Setting& setting : open(version)->read()) there[setting.id] = store::comparable(setting.value);
    for (const Setting& setting : source_.settings)
      EXPECT_EQ(there[setting.id], store::comparable(setting.value)) << setting.id.owner << to_string(setting.id.kind);
  }
  EXPECT_NE(text().find("nologin=y reason=account-and-mailbox-suspended"), std::string::npos);
  EXPECT_NE(text().find("userdb_quota_storage_size=10M"), std::string::npos);
  EXPECT_NE(text().find("al@example.com:*:"), std::string::npos);
}

TEST_F(DovecotUsers, SuspensionsEndOneByOne) {
  auto& bob = value_of<store::Suspension>("bob@example.com", SettingKind::suspension);
  bob.login = true;
  source_.settings.push_back({{"", SettingKind::suspension, ""}, store::Suspension{true, {}, {}, {}, {}}});
  merge();
  std::get<store::Suspension>(source_.settings.back().value).account = false;
  merge();
  EXPECT_NE(text().find("nologin=y reason=suspended"), std::string::npos);
  EXPECT_EQ(text().find("account"), std::string::npos);
  value_of<store::Suspension>("bob@example.com", SettingKind::suspension).login = false;
  merge();
  EXPECT_EQ(text().find("nologin"), std::string::npos);
}

TEST_F(DovecotUsers, AnAccountWithoutAUserHasNothingThatItsSuspensionCouldStandIn) {
  source_.settings = {{{"", SettingKind::suspension, ""}, store::Suspension{true, {}, {}, {}, {}}}};
  EXPECT_EQ(apply(source_.settings.front()).outcome, Outcome::approximated);
}

TEST_F(DovecotUsers, NewerServersRefuseWeakHashesAndThatIsSaid) {
  merge();
  const Setting weak{{"bob@example.com", SettingKind::password, ""}, store::Password{"$1$s$h", {}}};
  EXPECT_EQ(apply(weak).outcome, Outcome::written);
  const SettingResult result = apply(weak, Version::v2_4);
  EXPECT_EQ(result.outcome, Outcome::approximated);
  EXPECT_FALSE(result.what_to_do.empty());
  const Setting unknown{{"bob@example.com", SettingKind::password, ""}, store::Password{"$9$", {}}};
  EXPECT_EQ(apply(unknown).outcome, Outcome::not_carried);
}

TEST_F(DovecotUsers, NamesThatNobodyCouldLogInByAreRefused) {
  for (const char* const name : {"a:b", "a\nroot", "a&b", "a b", "\xc3\xa9", "..", ""}) {
    const std::string local_part(name);
    const Setting mailbox{{local_part + "@example.com", SettingKind::mailbox, ""}, store::MailboxState{true, true, {}}};
    EXPECT_EQ(apply(mailbox).outcome, Outcome::not_carried) << local_part;
  }
  const Setting plus{{"a+b@example.com", SettingKind::mailbox, ""}, store::MailboxState{true, true, {}}};
  EXPECT_EQ(apply(plus).outcome, Outcome::approximated);
  const Setting system{{"acct", SettingKind::mailbox, ""}, store::MailboxState{true, true, {}}};
  EXPECT_NE(apply(system).what_to_do.find("--map-user acct="), std::string::npos);
  EXPECT_EQ(text(), "a+b@example.com:*:5000:5000::/srv/example.com/a+b::\n");
}

TEST_F(DovecotUsers, TwoMailboxesThatAreOneUserAreSaid) {
  add_mailbox("BOB@example.com", strong, 0);
  const auto outcome = merge();
  EXPECT_FALSE(outcome.is_complete);
  EXPECT_EQ(text().find("bob@example.com"), std::string::npos);
  EXPECT_EQ(text().find("BOB@"), std::string::npos);
}

TEST_F(DovecotUsers, AHashThatWouldBreakTheLineIsRefused) {
  merge();
  const std::string before = text();
  for (const char* const hash : {"$6$a:b", "$6$a\nroot::0:0", "{PLAIN}a:b", "{X}a\nb"}) {
    const Setting password{{"bob@example.com", SettingKind::password, ""}, store::Password{hash, {}}};
    EXPECT_EQ(apply(password).outcome, Outcome::not_carried) << hash;
  }
  EXPECT_EQ(text(), before);
}

TEST_F(DovecotUsers, WhatIsGoneAtTheSourceGoesWhenAsked) {
  merge();
  std::erase_if(source_.settings, [](const Setting& setting) { return setting.id.owner == "al@example.com"; });
  const auto target = open();
  sync::AccountOptions options;
  options.take_away = true;
  static_cast<void>(sync::merge_account(source_, *target, ledger_, options));
  EXPECT_EQ(text().find("al@example.com"), std::string::npos);
  EXPECT_NE(text().find("bob@example.com"), std::string::npos);
}

TEST_F(DovecotUsers, ADryRunWritesNothingAndShowsNoPassword) {
  const auto target = open(Version::v2_3, true);
  const auto outcome = sync::merge_account(source_, *target, ledger_, {});
  ASSERT_EQ(outcome.files.size(), 1U);
  EXPECT_TRUE(outcome.files.front().is_secret);
  EXPECT_FALSE(memory_.exists("/etc/dovecot/users"));
}

TEST_F(DovecotUsers, AFileOfTheAdminKeepsItsModeAndANewOneIsSecret) {
  merge();
  EXPECT_EQ(memory_.status_of("/etc/dovecot/users").permissions & 0777U, 0640U);
}

TEST(DovecotUserLine, CellsComeBackAsTheyStood) {
  for (const char* const text : {"u:p:1:2:g:/h:/s:a=b c d=e:f", "u:::::::", "u:p:1:1::/home::"}) {
    const auto line = parse_user_line(text);
    ASSERT_TRUE(line) << text;
    EXPECT_EQ(to_text(*line), text);
  }
  EXPECT_EQ(to_text(*parse_user_line("u")), "u:::::::");
  for (const char* const text : {"", "#u:p", ":u"}) EXPECT_FALSE(parse_user_line(text)) << text;
  auto line = *parse_user_line("u:p:::::: a=1  b");
  EXPECT_EQ(line.field("a"), "1");
  EXPECT_EQ(line.field("b"), "");
  EXPECT_EQ(line.field("c"), std::nullopt);
  line.set_field("a", std::nullopt);
  line.set_field("c", "x:y");
  EXPECT_EQ(to_text(line), "u:p::::::b c=x:y");
  line.set_field("d", "two words");
  EXPECT_ANY_THROW(static_cast<void>(to_text(line)));
}

TEST(DovecotUsersFile, OfTwoLinesOfAUserNoneComesAliveAgain) {
  UsersFile removed("a:1\nb:2\na:old\n");
  removed.remove("a");
  EXPECT_EQ(removed.text(), "b:2\n");
  UsersFile changed("a:1\nb:2\na:old\n");
  changed.set(*parse_user_line("a:3"));
  EXPECT_EQ(changed.text(), "a:3::::::\nb:2\n");
}

TEST(DovecotUsersFile, AddedAndRemovedAgainLeavesNoTrace) {
  UsersFile file("a:1\n");
  file.set(*parse_user_line("b:2"));
  file.remove("b");
  EXPECT_EQ(file.text(), "a:1\n");
  file.remove("a");
  file.set(*parse_user_line("a:3"));
  EXPECT_EQ(file.text(), "a:3::::::\n");
}

}  // namespace
}  // namespace mailhaul::account::dovecot
