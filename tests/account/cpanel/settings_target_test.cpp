#include "account/cpanel/settings_target.hpp"

#include <algorithm>
#include <chrono>

#include "account/cpanel/target_machine.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using Outcome = store::SettingResult::Outcome;
using Kind = store::Destination::Kind;

constexpr const char* first_passwd =
    "# made by hand\nold:x:1001:1002::/home/b/mail/example.com/old:/bin/bash\nodd line\n";
constexpr const char* first_shadow = "old:$6$salt$old:17000::::::\nsad:!!$6$salt$sad:17001::::::\n";

using CpanelTarget = TargetMachine;

TEST_F(CpanelTarget, GetsAMailboxAsOneMoreLineOfItsOwnHomeAndIds) {
  const SettingId box = of(SettingKind::mailbox, "new@example.com");
  EXPECT_EQ(apply(box, store::MailboxState{true, true, true}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/passwd"),
            std::string(first_passwd) +
                "new:x:1001:1002::/home/b/mail/example.com/new:/usr/local/cpanel/bin/noshell\n");
  EXPECT_EQ(apply(box, std::nullopt).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/passwd"), first_passwd);
}

TEST_F(CpanelTarget, WritesNothingForAMailboxThatIsADirectoryOnly) {
  EXPECT_EQ(apply(of(SettingKind::mailbox, "gone@example.com"), store::MailboxState{true, false, false}).outcome,
            Outcome::written);
  EXPECT_EQ(home("etc/example.com/passwd"), first_passwd);
  EXPECT_TRUE(target().file_changes().empty());
}

TEST_F(CpanelTarget, RefusesAMailboxThatDiffersFromAnotherInCaseAlone) {
  const auto result = apply(of(SettingKind::mailbox, "Old@example.com"), store::MailboxState{true, true, true});
  EXPECT_EQ(result.outcome, Outcome::not_carried);
  EXPECT_NE(result.text.find("'old'"), std::string::npos) << result.text;
}

TEST_F(CpanelTarget, KeepsASuspensionUnderANewPasswordAndAPasswordUnderASuspension) {
  EXPECT_EQ(apply(of(SettingKind::password, "sad@example.com"), store::Password{"$6$salt$new", 19000}).outcome,
            Outcome::written);
  store::Suspension suspension;
  suspension.login = true;
  EXPECT_EQ(apply(of(SettingKind::suspension, "old@example.com"), suspension).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/shadow"), "old:!!$6$salt$old:17000::::::\nsad:!!$6$salt$new:19000::::::\n");
  EXPECT_EQ(apply(of(SettingKind::suspension, "sad@example.com"), store::Suspension{}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/shadow"), "old:!!$6$salt$old:17000::::::\nsad:$6$salt$new:19000::::::\n");
}

TEST_F(CpanelTarget, LetsNobodyIntoAnAccountThatItsOwnServerHasSuspended) {
  put("/home/b/etc/example.com/shadow", "old:*LOCKED*$6$salt$old:17000::::::*LOCKED*\n");
  EXPECT_EQ(apply(of(SettingKind::password, "new@example.com"), store::Password{"$6$salt$new", 19000}).outcome,
            Outcome::written);
  EXPECT_EQ(home("etc/example.com/shadow"),
            "old:*LOCKED*$6$salt$old:17000::::::*LOCKED*\nnew:*LOCKED*$6$salt$new:19000::::::*LOCKED*\n");
}

TEST_F(CpanelTarget, LetsNobodyIntoAnAccountOfWhichTheServerAloneSaysThatItIsSuspended) {
  memory_.put_file("/var/cpanel/users/b", "DNS=example.com\nUSER=b\nSUSPENDED=1\n", {}, 0644);
  put("/home/b/etc/example.com/shadow", "");
  const store::Password password{"$6$salt$new", 19000};
  EXPECT_EQ(apply(of(SettingKind::password, "new@example.com"), password).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/shadow"), "new:*LOCKED*$6$salt$new:19000::::::*LOCKED*\n");
  // A line that the panel's own suspension did not reach.
  put("/home/b/etc/example.com/shadow", "old:$6$salt$old:17000::::::\nsad:$6$salt$sad:17001::::::\n");
  EXPECT_EQ(apply(of(SettingKind::password, "old@example.com"), password).outcome, Outcome::written);
  store::Suspension suspension;
  suspension.login = true;
  (void)apply(of(SettingKind::suspension, "sad@example.com"), suspension);
  EXPECT_EQ(home("etc/example.com/shadow"),
            "old:*LOCKED*$6$salt$new:19000::::::*LOCKED*\nsad:*LOCKED*!!$6$salt$sad:17001::::::*LOCKED*\n");
}

TEST_F(CpanelTarget, RefusesWhatIsNoHashAndGoesOn) {
  std::vector<SettingChange> changes{
      {of(SettingKind::password, "old@example.com"), store::Password{"x:0:0\nroot", {}}, {}},
      {of(SettingKind::password, "../x@example.com"), store::Password{"$6$salt$new", {}}, {}},
      {of(SettingKind::mailbox, "a:b@example.com"), store::MailboxState{true, true, true}, {}},
      {of(SettingKind::password, "sad@example.com"), store::Password{"$6$salt$new", {}}, {}}};
  const auto results = apply(changes);
  ASSERT_EQ(results.size(), 4U);
  for (const std::size_t i : {0U, 1U, 2U}) {
    EXPECT_EQ(results[i].outcome, Outcome::not_carried) << i;
    EXPECT_FALSE(results[i].text.empty()) << i;
  }
  EXPECT_EQ(results[3].outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/shadow"), "old:$6$salt$old:17000::::::\nsad:!!$6$salt$new:::::::\n");
}

TEST_F(CpanelTarget, WritesAQuotaAndNoLineForNone) {
  EXPECT_EQ(apply(of(SettingKind::quota, "new@example.com"), store::Quota{}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/quota"), "old:1048576\n");
  EXPECT_EQ(apply(of(SettingKind::quota, "new@example.com"), store::Quota{5000000000}).outcome, Outcome::written);
  EXPECT_EQ(apply(of(SettingKind::quota, "old@example.com"), store::Quota{}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/quota"), "old:0\nnew:5000000000\n");
}

TEST_F(CpanelTarget, LeavesToThePanelWhatOnlyItCanSuspend) {
  store::Suspension suspension;
  suspension.account = suspension.held = true;
  const auto account = apply(of(SettingKind::suspension, ""), suspension);
  EXPECT_EQ(account.outcome, Outcome::not_carried);
  EXPECT_NE(account.what_to_do.find("WHM"), std::string::npos);
  suspension = {};
  suspension.outgoing = suspension.login = true;
  EXPECT_EQ(apply(of(SettingKind::suspension, "old@example.com"), suspension).outcome, Outcome::not_carried);
  EXPECT_EQ(home("etc/example.com/shadow").substr(0, 7), "old:!!$") << "what can be written is";
  EXPECT_EQ(apply(of(SettingKind::suspension, ""), store::Suspension{}).outcome, Outcome::written);
}

TEST_F(CpanelTarget, NeverEndsASuspensionOfItsOwnServer) {
  memory_.put_file("/etc/outgoing_mail_suspended_users", "b\nold@example.com\n", {}, 0644);
  for (const char* const owner : {"", "old@example.com"})
    EXPECT_EQ(apply(of(SettingKind::suspension, owner), store::Suspension{}).outcome, Outcome::not_carried) << owner;
}

TEST_F(CpanelTarget, RefusesNewMessagesInTheFilterAndKeepsTheFilter) {
  const std::string filter = "# Exim filter\nif $h_to: contains \"z\" then finish endif\n";
  memory_.put_directory("/home/b/etc/example.com/old", user, 0750);
  put("/home/b/etc/example.com/old/filter", filter);
  const SettingId id = of(SettingKind::suspension, "old@example.com");
  store::Suspension suspension;
  suspension.incoming = true;
  EXPECT_EQ(apply(id, suspension).outcome, Outcome::written);
  EXPECT_TRUE(now_as<store::Suspension>(id).incoming);
  const std::string other = "# Exim filter\nif $h_to: contains \"y\" then finish endif\n";
  EXPECT_EQ(apply(of(SettingKind::filters, "old@example.com"), store::Filters{{}, true, "", other}).outcome,
            Outcome::written);
  EXPECT_TRUE(now_as<store::Suspension>(id).incoming) << "another setting of the same file";
  EXPECT_EQ(apply(id, store::Suspension{}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/old/filter"), other);
}

TEST_F(CpanelTarget, RefusesNewMessagesAsNewerServersDoToo) {
  const SettingId id = of(SettingKind::suspension, "old@example.com");
  store::Suspension suspension;
  suspension.incoming = true;
  EXPECT_EQ(apply(id, suspension).outcome, Outcome::written);
  EXPECT_TRUE(exists("/home/b/etc/.old@example.com.suspended_incoming"));
  EXPECT_EQ(apply(id, store::Suspension{}).outcome, Outcome::written);
  EXPECT_FALSE(exists("/home/b/etc/.old@example.com.suspended_incoming"));
  put("/home/b/etc/.old@example.com.suspended_incoming", "");
  EXPECT_TRUE(now_as<store::Suspension>(id).incoming);
}

TEST_F(CpanelTarget, ChangesTheKeysItIsAskedForAndNoOtherLine) {
  EXPECT_EQ(apply(of(SettingKind::forwarder, "example.com", "new@example.com"), to({address("y@example.org")})).outcome,
            Outcome::written);
  EXPECT_EQ(apply(of(SettingKind::forwarder, "example.com", "*"), to({{Kind::fail, "gone, for good"}})).outcome,
            Outcome::written);
  EXPECT_EQ(aliases(),
            "# theirs\nold@example.com: x@example.org\n*: :fail: gone, for good\nnew@example.com: y@example.org\n");
  EXPECT_EQ(apply(of(SettingKind::forwarder, "example.com", "old@example.com"), std::nullopt).outcome,
            Outcome::written);
  EXPECT_EQ(aliases(), "# theirs\n*: :fail: gone, for good\nnew@example.com: y@example.org\n");
}

TEST_F(CpanelTarget, LeavesOutADestinationThatCantBeWrittenAndCarriesTheOthers) {
  const SettingId key = of(SettingKind::forwarder, "example.com", "new@example.com");
  const auto result = apply(key, to({address("a@example.org"),
                                     {Kind::unknown, ":defer: later"},
                                     address("|x@b.example"),
                                     address("z@example.org")}));
  EXPECT_EQ(result.outcome, Outcome::approximated);
  EXPECT_NE(result.text.find(":defer: later"), std::string::npos) << result.text;
  EXPECT_NE(result.text.find("|x@b.example"), std::string::npos) << result.text;
  EXPECT_EQ(now_as<store::Forwarder>(key).to,
            (std::vector<store::Destination>{address("a@example.org"), address("z@example.org")}));
  const SettingId alone = of(SettingKind::forwarder, "example.com", "one@example.com");
  EXPECT_EQ(apply(alone, to({{Kind::unknown, ":defer: later"}})).outcome, Outcome::not_carried);
  EXPECT_FALSE(now(alone));
}

TEST_F(CpanelTarget, TakesTimeThatGrowsWithTheChangesOnly) {
  // With a list made anew for each change this takes minutes.
  constexpr std::size_t many = 20'000;
  std::vector<SettingChange> changes;
  store::Forwarder half;
  for (std::size_t i = 0; i < many; ++i) {
    const std::string box = "new" + std::to_string(i) + "@example.com";
    changes.push_back({of(SettingKind::mailbox, box), store::MailboxState{true, true, true}, {}});
    changes.push_back({of(SettingKind::password, box), store::Password{"$6$salt$new", 19000}, {}});
    changes.push_back({of(SettingKind::quota, box), store::Quota{i + 1}, {}});
    changes.push_back({of(SettingKind::forwarder, "example.com", box), to({address("x@example.org")}), {}});
    half.to.push_back(address((i % 2 == 0 ? "x" : "|x") + std::to_string(i) + "@example.org"));
  }
  const SettingId key = of(SettingKind::forwarder, "example.com", "half@example.com");
  changes.push_back({key, half, {}});
  const auto began = std::chrono::steady_clock::now();
  const auto results = apply(changes);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  EXPECT_EQ(std::count_if(results.begin(), results.end(),
                          [](const auto& result) { return result.outcome == Outcome::written; }),
            static_cast<std::ptrdiff_t>(4 * many));
  EXPECT_EQ(results.back().outcome, Outcome::approximated);
  EXPECT_EQ(now_as<store::Forwarder>(key).to.size(), many / 2);
  EXPECT_EQ(now_as<store::Quota>(of(SettingKind::quota, "new19999@example.com")).octets, many);
}

TEST_F(CpanelTarget, LeavesOutWhatStandsBehindARefusal) {
  const SettingId key = of(SettingKind::forwarder, "example.com", "new@example.com");
  const auto result = apply(key, to({address("a@example.org"), {Kind::fail, "gone"}, address("z@example.org")}));
  EXPECT_EQ(result.outcome, Outcome::approximated);
  EXPECT_EQ(now_as<store::Forwarder>(key).to,
            (std::vector<store::Destination>{address("a@example.org"), {Kind::fail, "gone"}}));
}

TEST_F(CpanelTarget, SeesItsOwnEarlierChangesOfTheSameList) {
  store::Suspension suspension;
  suspension.login = true;
  std::vector<SettingChange> changes{
      {of(SettingKind::password, "new@example.com"), store::Password{"$6$salt$one", 19000}, {}},
      {of(SettingKind::suspension, "new@example.com"), suspension, {}},
      {of(SettingKind::password, "new@example.com"), store::Password{"$6$salt$two", 19001}, {}},
      {of(SettingKind::mailbox, "new@example.com"), store::MailboxState{true, true, true}, {}},
      {of(SettingKind::mailbox, "New@example.com"), store::MailboxState{true, true, true}, {}},
      {of(SettingKind::mailbox, "old@example.com"), std::nullopt, {}},
      {of(SettingKind::mailbox, "Old@example.com"), store::MailboxState{true, true, true}, {}}};
  const auto results = apply(changes);
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].outcome, i == 4 ? Outcome::not_carried : Outcome::written) << i;
  EXPECT_EQ(home("etc/example.com/shadow"), std::string(first_shadow) + "new:!!$6$salt$two:19001::::::\n");
  EXPECT_EQ(home("etc/example.com/passwd").find("old:"), std::string::npos);
  EXPECT_NE(home("etc/example.com/passwd").find("\nOld:"), std::string::npos);
}

TEST_F(CpanelTarget, SaysWhichProgramsAndUsersToLookFor) {
  const SettingId key = of(SettingKind::forwarder, "example.com", "new@example.com");
  const auto result = apply(key, to({{Kind::pipe, "/home/b/bin/x --all"}, {Kind::user, "stranger"}}));
  EXPECT_EQ(result.outcome, Outcome::written);
  EXPECT_NE(result.what_to_do.find("/home/b/bin/x --all"), std::string::npos) << result.what_to_do;
  EXPECT_NE(result.what_to_do.find("stranger"), std::string::npos) << result.what_to_do;
  EXPECT_EQ(apply(key, to({{Kind::user, "b"}})).what_to_do, "");
}

TEST_F(CpanelTarget, TakesAKeyOfAnotherDomainForNone) {
  const auto result =
      apply(of(SettingKind::forwarder, "example.com", "info@other.example"), to({address("y@example.org")}));
  EXPECT_EQ(result.outcome, Outcome::not_carried);
  EXPECT_EQ(aliases(), "# theirs\nold@example.com: x@example.org\n*: b\n");
}

// Else a customer would get another's mail by making a directory.
TEST_F(CpanelTarget, WritesNoServerFileForADomainThatOnlyTheHomeKnows) {
  memory_.put_directory("/home/b/etc/other.example", user, 0750);
  for (const SettingKind kind : {SettingKind::forwarder, SettingKind::domain_forwarder, SettingKind::domain}) {
    store::SettingValue value = to({address("x@example.org")});
    if (kind == SettingKind::domain_forwarder) value = store::DomainForwarder{"example.net"};
    if (kind == SettingKind::domain) value = store::Domain{};
    const auto result = apply(of(kind, "other.example", kind == SettingKind::forwarder ? "*" : ""), value);
    EXPECT_EQ(result.outcome, Outcome::not_carried);
    EXPECT_NE(result.what_to_do.find("create the domain"), std::string::npos);
  }
  EXPECT_FALSE(exists("/etc/valiases/other.example"));
  EXPECT_FALSE(exists("/etc/vdomainaliases/other.example"));
  EXPECT_EQ(apply(of(SettingKind::password, "x@other.example"), store::Password{"$6$a$b", {}}).outcome,
            Outcome::written);
}

TEST_F(CpanelTarget, WritesNothingForADomainThatIsNotThere) {
  const auto before = memory_.files();
  for (const SettingChange& change : std::vector<SettingChange>{
           {of(SettingKind::domain, "gone.example"), store::Domain{}, {}},
           {of(SettingKind::mailbox, "x@gone.example"), store::MailboxState{true, true, true}, {}},
           {of(SettingKind::password, "x@gone.example"), store::Password{"$6$a$b", {}}, {}},
           {of(SettingKind::forwarder, "gone.example", "*"), to({address("x@example.org")}), {}},
           {of(SettingKind::responder, "x@gone.example"), store::Responder{}, {}},
           {of(SettingKind::file, "x@gone.example", "etc/gone.example/x/boxtrapper.conf"), store::OpaqueFile{}, {}}}) {
    const auto result = apply(change.id, change.value);
    EXPECT_EQ(result.outcome, Outcome::not_carried) << change.id.owner;
    EXPECT_NE(result.what_to_do.find("create the domain"), std::string::npos) << change.id.owner;
  }
  EXPECT_EQ(memory_.files(), before);
}

TEST_F(CpanelTarget, TakesADomainOfItsOwnAliasFileForServed) {
  put("/etc/valiases/second.example", "*: b\n");
  memory_.put_file("/etc/valiases/theirs.example", "*: c\n", {1003, mail_group}, 0640);
  const auto forwarder = to({address("y@example.org")});
  EXPECT_EQ(apply(of(SettingKind::forwarder, "second.example", "x@second.example"), forwarder).outcome,
            Outcome::written);
  EXPECT_EQ(apply(of(SettingKind::forwarder, "theirs.example", "x@theirs.example"), forwarder).outcome,
            Outcome::not_carried);
  EXPECT_EQ(memory_.octets_of("/etc/valiases/theirs.example"), "*: c\n");
}

TEST_F(CpanelTarget, ReadsWhatItWroteOfADomainThatItServesByItsOwnAliasFile) {
  memory_.put_directory("/home/b/etc/second.example", {user.uid, mail_group}, 0750);
  put("/etc/valiases/second.example", "*: b\n");
  const SettingId key = of(SettingKind::forwarder, "second.example", "x@second.example");
  EXPECT_EQ(apply(key, to({address("y@example.org")})).outcome, Outcome::written);
  EXPECT_TRUE(now(key));
}

TEST_F(CpanelTarget, SaysThatTheServerIsOutOfReach) {
  open(false, false);
  const auto result = apply(of(SettingKind::forwarder, "example.com", "*"), to({address("x@example.org")}));
  EXPECT_EQ(result.outcome, Outcome::not_carried);
  EXPECT_NE(result.what_to_do.find("--dst-root"), std::string::npos);
  EXPECT_EQ(apply(of(SettingKind::quota, "old@example.com"), store::Quota{7}).outcome, Outcome::written);
}

TEST_F(CpanelTarget, SaysOfAResponderWhetherMailIsLedToIt) {
  const SettingId id = of(SettingKind::responder, "old@example.com");
  store::Responder responder;
  responder.is_active = true;
  responder.headers = {{"Subject", "Away"}};
  responder.body = "Away.\n";
  responder.interval_hours = 8;
  EXPECT_EQ(apply(id, responder).outcome, Outcome::approximated);
  EXPECT_TRUE(exists("/home/b/.autorespond/old@example.com"));
  EXPECT_EQ(aliases(), "# theirs\nold@example.com: x@example.org\n*: b\n") << "the line is the forwarder's";
  // In one go with its line, in the order in which changes come.
  const SettingId line = of(SettingKind::forwarder, "example.com", "old@example.com");
  responder.body = "Still away.\n";
  std::vector<SettingChange> changes{{id, responder, id}, {line, to({{Kind::responder, "old@example.com"}}), line}};
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written);
  EXPECT_EQ(now_as<store::Responder>(id).body, "Still away.\n");
  responder.is_active = false;
  EXPECT_EQ(apply(id, responder).outcome, Outcome::approximated);
  EXPECT_EQ(apply(id, std::nullopt).outcome, Outcome::written);
  EXPECT_TRUE(memory_.names_in("/home/b/.autorespond").empty());
}

TEST_F(CpanelTarget, TakesAnOlderScheduleAwayWhereThereIsNoneAnyMore) {
  memory_.put_directory("/home/b/.autorespond", user, 0700);
  memory_.put_file("/home/b/.autorespond/old@example.com.conf", "interval: 24\n", user, 0600);
  store::Responder responder;
  responder.body = "Away.\n";
  const SettingId id = of(SettingKind::responder, "old@example.com");
  EXPECT_EQ(apply(id, responder).outcome, Outcome::written);
  EXPECT_FALSE(now_as<store::Responder>(id).interval_hours);
}

TEST_F(CpanelTarget, WritesTheFiltersOfTheAccountForEachOfItsDomains) {
  memory_.put_file("/etc/userdomains", "example.com: b\nsecond.example: b\nother.example: c\n", {}, 0644);
  memory_.put_file("/etc/vfilters/other.example", "", {1003, mail_group}, 0640);
  const std::string exim = "# Exim filter\nif $h_to: contains \"z\" then finish endif\n";
  EXPECT_EQ(apply(of(SettingKind::filters, ""), store::Filters{{}, true, "---\nfilter: []\n", exim}).outcome,
            Outcome::written);
  EXPECT_EQ(home(".cpanel/filter.yaml"), "---\nfilter: []\n");
  EXPECT_EQ(memory_.octets_of("/etc/vfilters/example.com"), exim);
  EXPECT_EQ(memory_.octets_of("/etc/vfilters/second.example"), exim);
  EXPECT_EQ(memory_.octets_of("/etc/vfilters/other.example"), "");
  EXPECT_EQ(apply(of(SettingKind::filters, ""), store::Filters{{}, true, "", "|/bin/x\n"}).outcome,
            Outcome::not_carried);
  EXPECT_EQ(apply(of(SettingKind::filters, ""), std::nullopt).outcome, Outcome::written);
  EXPECT_FALSE(exists("/home/b/.cpanel/filter.yaml"));
  EXPECT_EQ(memory_.octets_of("/etc/vfilters/example.com"), "") << "readers expect the file";
}

TEST_F(CpanelTarget, SwitchesTheSpamFilterByFiles) {
  memory_.put_file("/home/b/.spamassassindisable", "", user, 0644);
  memory_.put_file("/home/b/.spamassassinenable", "by hand", user, 0600);
  EXPECT_EQ(apply(of(SettingKind::spam, ""), store::Spam{true, true, false, false, "required_score 4\n"}).outcome,
            Outcome::written);
  EXPECT_EQ(home(".spamassassinenable"), "by hand");
  EXPECT_EQ(home(".spamassassinboxenable"), "");
  EXPECT_FALSE(exists("/home/b/.spamassassindisable"));
  EXPECT_EQ(home(".spamassassin/user_prefs"), "required_score 4\n");
  EXPECT_EQ(apply(of(SettingKind::spam, ""), std::nullopt).outcome, Outcome::written);
  EXPECT_FALSE(exists("/home/b/.spamassassinenable"));
  EXPECT_FALSE(exists("/home/b/.spamassassin/user_prefs"));
}

TEST_F(CpanelTarget, CarriesFilesOctetForOctetToPlacesOfMailOnly) {
  const SettingId source = of(SettingKind::file, "", ".contactemail");
  files_.contents[source] = std::string("a\0b\n", 4);
  EXPECT_EQ(apply(source, store::OpaqueFile{4, {}, 0}).outcome, Outcome::written);
  EXPECT_EQ(home(".contactemail"), std::string("a\0b\n", 4));
  files_.contents[source] = "other";
  EXPECT_EQ(apply(source, store::OpaqueFile{5, {}, 0}).outcome, Outcome::written);
  EXPECT_EQ(home(".contactemail"), "other");
  for (const char* const path : {".ssh/authorized_keys", ".bashrc", "../c/.contactemail", "/etc/passwd", "mail/x",
                                 "etc/example.com/passwd", "etc/example.com/x.php", ""}) {
    std::vector<SettingChange> changes{{of(SettingKind::file, "", path), store::OpaqueFile{}, source}};
    EXPECT_EQ(apply(changes).at(0).outcome, Outcome::not_carried) << path;
  }
  EXPECT_EQ(apply(of(SettingKind::file, "", ".boxtrapperenable"), store::OpaqueFile{}).outcome, Outcome::not_carried)
      << "it is gone at the source";
  EXPECT_EQ(apply(source, std::nullopt).outcome, Outcome::written);
  EXPECT_FALSE(exists("/home/b/.contactemail"));
}

TEST_F(CpanelTarget, LeavesAWebmailDatabaseAloneThatIsInUse) {
  const SettingId id = of(SettingKind::file, "old@example.com", "etc/example.com/old.rcube.db");
  files_.contents[id] = "SQLite format 3, of the source";
  memory_.put_file("/home/b/etc/example.com/old.rcube.db", "SQLite format 3", user, 0600);
  memory_.put_file("/home/b/etc/example.com/old.rcube.db-wal", "not in it yet", user, 0600);
  for (const bool takes : {true, false})
    EXPECT_EQ(apply(id, takes ? std::optional<store::SettingValue>(store::OpaqueFile{}) : std::nullopt).outcome,
              Outcome::not_carried);
  EXPECT_EQ(home("etc/example.com/old.rcube.db"), "SQLite format 3");
  memory_.put_file("/home/b/etc/example.com/old.rcube.db-wal", "", user, 0600);
  EXPECT_EQ(apply(id, store::OpaqueFile{}).outcome, Outcome::written);
  EXPECT_EQ(home("etc/example.com/old.rcube.db"), "SQLite format 3, of the source");
}

TEST_F(CpanelTarget, SaysHowADomainDiffersAndLeavesItToThePanel) {
  memory_.put_file("/etc/localdomains", "example.com\n", {}, 0644);
  const SettingId id = of(SettingKind::domain, "example.com");
  EXPECT_EQ(apply(id, store::Domain{}).outcome, Outcome::written);
  const auto other = apply(id, store::Domain{store::Domain::Kind::unknown, store::Domain::Routing::remote, {}});
  EXPECT_EQ(other.outcome, Outcome::approximated);
  EXPECT_NE(other.what_to_do.find("Email Routing"), std::string::npos);
  EXPECT_EQ(apply(id, std::nullopt).outcome, Outcome::not_carried);
  const auto note = apply(of(SettingKind::note, "", "lists"), store::Note{"2 mailing lists", "make them anew"});
  EXPECT_EQ(note.outcome, Outcome::not_carried);
  EXPECT_EQ(note.text, "2 mailing lists");
  EXPECT_EQ(note.what_to_do, "make them anew");
}

TEST_F(CpanelTarget, KnowsWhatNobodyChose) {
  const auto is_initial = [&](SettingKind kind, const std::string& owner, const std::string& name,
                              const store::SettingValue& value) {
    return target().is_initial({of(kind, owner, name), value});
  };
  (void)target().read();
  store::Suspension suspended;
  suspended.login = true;
  for (const auto& [to_user, expected] : {std::pair{"b", true}, std::pair{"c", false}}) {
    EXPECT_EQ(is_initial(SettingKind::forwarder, "example.com", "*", to({{Kind::user, to_user}})), expected);
    EXPECT_FALSE(is_initial(SettingKind::forwarder, "example.com", "x", to({{Kind::user, to_user}})));
  }
  for (const auto& [text, expected] :
       {std::pair{"No Such User Here", true}, std::pair{"", true}, std::pair{"We have moved", false}})
    EXPECT_EQ(is_initial(SettingKind::forwarder, "example.com", "*", to({{Kind::fail, text}})), expected) << text;
  EXPECT_FALSE(is_initial(SettingKind::forwarder, "example.com", "*", to({address("x@y.example")})));
  EXPECT_FALSE(is_initial(SettingKind::forwarder, "example.com", "*", to({{Kind::user, "b"}, address("x@y.example")})));
  // The directory that the mail was brought into before.
  EXPECT_TRUE(is_initial(SettingKind::mailbox, "x@example.com", "", store::MailboxState{true, false, false}));
  EXPECT_FALSE(is_initial(SettingKind::mailbox, "old@example.com", "", store::MailboxState{true, true, true}));
  EXPECT_TRUE(is_initial(SettingKind::quota, "x@example.com", "", store::Quota{}));
  EXPECT_FALSE(is_initial(SettingKind::quota, "old@example.com", "", store::Quota{}));
  EXPECT_FALSE(is_initial(SettingKind::quota, "x@example.com", "", store::Quota{7}));
  EXPECT_TRUE(is_initial(SettingKind::suspension, "old@example.com", "", store::Suspension{}));
  EXPECT_FALSE(is_initial(SettingKind::suspension, "old@example.com", "", suspended));
  EXPECT_TRUE(is_initial(SettingKind::spam, "", "", store::Spam{false, false, false, false, "# required_score 5\n\n"}));
  EXPECT_FALSE(is_initial(SettingKind::spam, "", "", store::Spam{false, false, false, false, "required_score 5\n"}));
  EXPECT_FALSE(is_initial(SettingKind::spam, "", "", store::Spam{true, false, false, false, ""}));
  EXPECT_TRUE(is_initial(SettingKind::filters, "", "", store::Filters{{}, true, "", "# Exim filter\n"}));
  EXPECT_FALSE(is_initial(SettingKind::filters, "", "", store::Filters{{}, true, "", "# Exim filter\nfinish\n"}));
  EXPECT_FALSE(is_initial(SettingKind::filters, "", "", store::Filters{{}, false, "a: [", ""}));
  EXPECT_FALSE(is_initial(SettingKind::password, "old@example.com", "", store::Password{}));
}

TEST_F(CpanelTarget, ReadsBackWhatWasAppliedAndHasNothingToWriteTheSecondTime) {
  const std::vector<SettingChange> changes = one_of_each();
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << result.text;
  for (const SettingChange& change : changes) {
    if (change.id.kind == SettingKind::file) continue;
    const auto there = now(change.id);
    ASSERT_TRUE(there) << change.id.owner << ' ' << store::to_string(change.id.kind);
    EXPECT_EQ(store::comparable(*there), store::comparable(*change.value)) << store::to_string(change.id.kind);
  }
  const auto files = memory_.files();
  open();
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << result.text;
  EXPECT_TRUE(target().file_changes().empty());
  EXPECT_EQ(memory_.files(), files);
}

TEST_F(CpanelTarget, TakesAllOfItAwayAgain) {
  std::vector<SettingChange> changes = one_of_each();
  (void)apply(changes);
  for (SettingChange& change : changes) change.value.reset();
  for (const auto& result : apply(changes)) EXPECT_EQ(result.outcome, Outcome::written) << result.text;
  EXPECT_EQ(home("etc/example.com/passwd"), first_passwd);
  EXPECT_EQ(home("etc/example.com/shadow"), first_shadow);
  EXPECT_EQ(home("etc/example.com/quota"), "old:1048576\n");
  EXPECT_EQ(aliases(), "# theirs\nold@example.com: x@example.org\n");
  EXPECT_TRUE(memory_.names_in("/home/b/etc/example.com/new").empty());
}

}  // namespace
}  // namespace mailhaul::account::cpanel
