#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "account/modoboa/importer.hpp"
#include "account/text/target_directory.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/sync/account_merge.hpp"
#include "support/cpanel_account.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::modoboa {
namespace {

using store::Destination;
using store::Setting;
using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;
using Outcome = SettingResult::Outcome;
using Strings = std::set<std::string>;

constexpr const char* file = "import.csv";
constexpr const char* good_hash = "$6$salt$hash";

class ModoboaTarget : public TargetDirectory {
 protected:
  std::unique_ptr<store::AccountTarget> open(const AccountFacts& facts, bool is_dry = false) {
    return open_modoboa_target({directory(), directory().place()}, file, facts, {is_dry, {}});
  }
  std::map<SettingId, SettingResult> bring(const AccountFacts& facts) {
    const auto target = open(facts);
    const auto wanted = changes(facts, *target);
    const auto results = target->apply(wanted, source_);
    std::map<SettingId, SettingResult> out;
    for (std::size_t i = 0; i < wanted.size(); ++i) out[wanted[i].id] = results.at(i);
    return out;
  }
  SettingResult change(const AccountFacts& facts, const SettingId& id, std::optional<store::SettingValue> value) {
    std::vector<SettingChange> one(1);
    one.front() = {id, std::move(value), id};
    return open(facts)->apply(one, source_).at(0);
  }
  [[nodiscard]] std::string text() const { return TargetDirectory::text(file); }
  void put(const std::string& octets) { memory_.put_file(path(file), octets, {}, 0600); }

  static Setting password(const std::string& hash, const std::string& box = "bob@example.com") {
    return {{box, SettingKind::password, {}}, store::Password{hash, {}}};
  }
  static Setting quota(std::uint64_t octets) {
    return {{"bob@example.com", SettingKind::quota, {}}, store::Quota{octets}};
  }
  static Setting suspended(store::Suspension value) {
    return {{"bob@example.com", SettingKind::suspension, {}}, value};
  }
};

std::string account_row(const std::string& password, bool is_enabled = true, const std::string& quota = "0") {
  return "account;bob@example.com;" + password + ";;;" + (is_enabled ? "True" : "False") +
         ";SimpleUsers;bob@example.com;" + quota + '\n';
}

/// targets.md 1.1 and the column of section 4, a row each; example.com has the mailbox bob and his password.
struct Row {
  const char* what;
  std::vector<Setting> settings;
  std::string text;  ///< behind the domain's row
  Outcome outcome = Outcome::written;
  const char* said = "";
};

TEST_F(ModoboaTarget, EachRow) {
  const std::string bob = account_row("{SHA512-CRYPT}$6$salt$hash");
  store::Suspension login;
  login.login = true;
  store::Suspension incoming;
  incoming.incoming = incoming.login = true;
  store::Suspension held;
  held.held = true;
  const auto list = [](const std::string& key, std::vector<Destination> to) { return forward(key, std::move(to)); };
  const std::vector<Row> rows{
      {"an account", {box("bob@example.com")}, bob},
      {"one without a password", {password("")}, account_row("{SHA512-CRYPT}*", false)},
      {"SHA-256", {password("$5$s$h")}, account_row("{SHA256-CRYPT}$5$s$h")},
      {"bcrypt", {password("$2y$10$h")}, account_row("{BLF-CRYPT}$2y$10$h")},
      {"Argon2", {password("$argon2id$v=19$h")}, account_row("{ARGON2ID}$argon2id$v=19$h")},
      {"MD5", {password("$1$s$h")}, account_row("{MD5-CRYPT}$1$s$h"), Outcome::approximated, "Dovecot 2.4"},
      {"yescrypt", {password("$y$j9T$s$h")}, account_row("{CRYPT}$y$j9T$s$h"), Outcome::approximated, "web"},
      {"DES", {password("ab0123456789z")}, account_row("{CRYPT}ab0123456789z"), Outcome::approximated, "weak"},
      {"a hash that nobody knows",
       {password("$9$s$h")},
       account_row("{SHA512-CRYPT}*", false),
       Outcome::not_carried,
       "kind of hash"},
      {"a hash that would be two cells",
       {password("$6$s;True;x")},
       account_row("{SHA512-CRYPT}*", false),
       Outcome::not_carried,
       "kind of hash"},
      {"a hash that would be two rows",
       {password("$6$s\naccount")},
       account_row("{SHA512-CRYPT}*", false),
       Outcome::not_carried,
       "kind of hash"},
      {"a login suspended", {suspended(login)}, account_row("{SHA512-CRYPT}$6$salt$hash", false)},
      {"incoming mail suspended",
       {suspended(incoming)},
       account_row("{SHA512-CRYPT}$6$salt$hash", false),
       Outcome::not_carried,
       "takes no mail"},
      {"outgoing mail held", {suspended(held)}, bob, Outcome::not_carried, "held"},
      {"a quota", {quota(5 << 20)}, account_row("{SHA512-CRYPT}$6$salt$hash", true, "5")},
      {"a quota between two",
       {quota((5 << 20) + 1)},
       account_row("{SHA512-CRYPT}$6$salt$hash", true, "6"),
       Outcome::approximated,
       "6 MiB"},
      {"no quota", {quota(0)}, bob},
      {"an account in upper case",
       {box("Al@Example.com")},
       "account;al@example.com;{SHA512-CRYPT}*;;;False;SimpleUsers;al@example.com;0\n" + bob},
      {"one that differs in case alone",
       {box("bob@example.com"), box("bOb@example.com")},
       "account;bob@example.com;{SHA512-CRYPT}*;;;False;SimpleUsers;bob@example.com;0\n",
       Outcome::not_carried,
       "case alone"},
      {"a directory without a login",
       {{{"old@example.com", SettingKind::mailbox, {}}, store::MailboxState{true, false, false}}},
       bob},
      {"an account whose name is none", {box(".x@example.com")}, bob, Outcome::not_carried, "letters"},
      {"an account that would be two cells", {box("a;b@example.com")}, bob, Outcome::not_carried, "letters"},
      {"an account that would be two rows", {box("a\naccount;b@example.com")}, bob, Outcome::not_carried, "letters"},
      {"a password of nobody", {password(good_hash, "no@example.com")}, bob, Outcome::not_carried, "no account"},
      {"an alias",
       {list("a", {address("x@o.example"), address("Y@o.example")})},
       bob + "alias;a@example.com;True;x@o.example;Y@o.example\n"},
      {"an alias of a mailbox",
       {list("bob@example.com", {address("x@o.example")})},
       bob + "alias;bob@example.com;True;bob@example.com;x@o.example\n"},
      {"an alias of a mailbox with a plus",
       {list("a+b@example.com", {address("x@o.example")}), box("a+b@example.com")},
       "account;a+b@example.com;{SHA512-CRYPT}*;;;False;SimpleUsers;a+b@example.com;0\n" + bob,
       Outcome::not_carried,
       "no more mail"},
      {"an alias to a mailbox",
       {list("a", {address("BOB@example.com")})},
       bob + "alias;a@example.com;True;bob@example.com\n"},
      {"the same mailbox twice",
       {list("a", {address("bob@example.com"), address("bob+x@example.com")})},
       bob + "alias;a@example.com;True;bob@example.com\n"},
      {"an alias to nobody", {list("a", {address("no@example.com")})}, bob, Outcome::not_carried, "nobody has"},
      {"an alias to nobody and somebody",
       {list("a", {address("no@example.com"), address("x@o.example")})},
       bob + "alias;a@example.com;True;x@o.example\n",
       Outcome::approximated,
       "nobody has"},
      {"one to nobody, whose mail others get",
       {list("a", {address("no@example.com")}), list("*", {address("x@o.example")})},
       bob + "alias;@example.com;True;x@o.example\nalias;a@example.com;True;x@o.example\n"},
      {"aliases of aliases",
       {list("a", {address("z@example.com")}), list("z", {address("x@o.example")})},
       bob + "alias;z@example.com;True;x@o.example\nalias;a@example.com;True;z@example.com\n"},
      {"a loop",
       {list("a", {address("b@example.com"), address("x@o.example")}), list("b", {address("a@example.com")})},
       bob + "alias;a@example.com;True;x@o.example\nalias;b@example.com;True;x@o.example\n"},
      {"a loop that leads nowhere",
       {list("a", {address("b@example.com")}), list("b", {address("a@example.com")})},
       bob,
       Outcome::not_carried,
       "circle"},
      {"the rest of the domain", {list("*", {address("x@o.example")})}, bob + "alias;@example.com;True;x@o.example\n"},
      {"the rest refused", {list("*", {{Kind::fail, "No Such User Here"}})}, bob},
      {"the rest refused in words", {list("*", {{Kind::fail, "we moved"}})}, bob, Outcome::approximated, "own words"},
      {"the rest thrown away", {list("*", {{Kind::discard, ""}})}, bob, Outcome::not_carried, "nobody gets"},
      {"refused", {list("a", {{Kind::fail, ""}})}, bob},
      {"refused in words", {list("a", {{Kind::fail, "we moved"}})}, bob, Outcome::approximated, "own words"},
      {"refused beside the rest",
       {list("a", {{Kind::fail, ""}}), list("*", {address("x@o.example")})},
       bob + "alias;@example.com;True;x@o.example\n",
       Outcome::not_carried,
       "unknown addresses is taken"},
      {"refused beside a mailbox", {list("bob", {{Kind::fail, ""}})}, bob, Outcome::not_carried, "mailbox of that"},
      {"put off", {list("a", {{Kind::unknown, ":defer: x"}})}, bob, Outcome::not_carried, "put mail off"},
      {"thrown away", {list("a", {{Kind::discard, "/dev/null"}})}, bob, Outcome::not_carried, "nobody gets"},
      {"thrown away beside a mailbox",
       {list("bob", {{Kind::discard, ""}})},
       bob,
       Outcome::approximated,
       "keeps its mail"},
      {"a program", {list("a", {{Kind::pipe, "/bin/x"}})}, bob, Outcome::not_carried, "/bin/x"},
      {"a program beside an address",
       {list("a", {{Kind::pipe, "/bin/x"}, address("x@o.example")})},
       bob + "alias;a@example.com;True;x@o.example\n",
       Outcome::approximated,
       "/bin/x"},
      {"a file", {list("a", {{Kind::file, "/x"}})}, bob, Outcome::not_carried, "file"},
      {"a list", {list("a", {{Kind::include, "/x"}})}, bob, Outcome::not_carried, "is a file"},
      {"a list that was read",
       {forward_to_list("a", {{"x@o.example", "X@O.example", "bob@example.com"}, {}})},
       bob + "alias;a@example.com;True;x@o.example;bob@example.com\n",
       Outcome::approximated,
       "comes with the next run"},
      {"a list of nobody", {forward_to_list("a", {})}, bob, Outcome::approximated, "is empty"},
      {"a list that can't be read",
       {forward_to_list("a", {{}, "it is a link, which is not followed"})},
       bob,
       Outcome::not_carried,
       "it is a link"},
      {"a list that leads back to itself",
       {forward_to_list("a", {{"b@example.com", "x@o.example"}, {}}), list("b", {address("a@example.com")})},
       bob + "alias;a@example.com;True;x@o.example\nalias;b@example.com;True;x@o.example\n",
       Outcome::approximated,
       "next run"},
      {"a mailbox that answers", {list("bob", {{Kind::responder, "bob@example.com"}})}, bob},
      {"an answer without a mailbox",
       {list("a", {{Kind::responder, "a@example.com"}})},
       bob,
       Outcome::not_carried,
       "no mailbox"},
      {"the account's own mailbox", {list("a", {{Kind::user, "acct"}})}, bob, Outcome::not_carried, "own mailbox"},
      {"a domain that goes to another server's",
       {domain_forward("example.com", "o.example")},
       bob + "alias;@example.com;True;@o.example\n"},
      {"a default beside it",
       {list("*", {address("x@o.example")}), domain_forward("example.com", "o.example")},
       bob + "alias;@example.com;True;@o.example\n",
       Outcome::approximated,
       "as at the source"},
      {"a domain that goes to itself",
       {domain_forward("example.com", "example.com")},
       bob,
       Outcome::not_carried,
       "circle"},
      {"an address that would be two cells",
       {list("a", {address("x;y@o.example")})},
       bob,
       Outcome::not_carried,
       "no address"},
      {"an address that would be two rows",
       {list("a", {address("x\nalias@o.example")})},
       bob,
       Outcome::not_carried,
       "no address"},
      {"a key that would be two cells",
       {list("a;b@example.com", {address("x@o.example")})},
       bob,
       Outcome::not_carried,
       "letters"},
      {"a key of 300 octets",
       {list(std::string(300, 'a'), {address("x@o.example")})},
       bob,
       Outcome::not_carried,
       "letters"},
      {"quotes", {list("a", {address("\"x\"@o.example")})}, bob, Outcome::not_carried, "no address"},
  };
  for (const Row& row : rows) {
    put("");
    std::vector<Setting> settings = row.settings;
    for (Setting setting : {main_domain(), box("bob@example.com"), password(good_hash)})
      if (std::none_of(settings.begin(), settings.end(), [&](const Setting& one) { return one.id == setting.id; }))
        settings.push_back(std::move(setting));
    const AccountFacts all = facts(settings);
    const auto results = bring(all);
    EXPECT_EQ(text(), "domain;example.com;0;0;True\n" + row.text) << row.what;
    EXPECT_EQ(Importer(text()).error, "") << row.what;
    const SettingResult& result = results.at(row.settings.front().id);
    EXPECT_EQ(result.outcome, row.outcome) << row.what << ": " << result.text;
    EXPECT_NE(result.text.find(row.said), std::string::npos) << row.what << ": " << result.text;
    EXPECT_TRUE(row.outcome != Outcome::not_carried || !result.text.empty()) << row.what;

    const auto now = comparables(open(all)->read());
    for (const auto& [id, value] : all.settings) {
      const auto there = now.find(id);
      if (there == now.end() || results.at(id).outcome != Outcome::written) continue;
      EXPECT_EQ(there->second, store::comparable(value)) << row.what << ": " << id.owner << ' ' << id.name;
    }
    const std::string before = text();
    (void)bring(all);
    EXPECT_EQ(text(), before) << row.what;
  }
}

TEST_F(ModoboaTarget, DomainsOfEachKind) {
  using Routing = store::Domain::Routing;
  const auto routed = [](const std::string& name, Routing routing) {
    return Setting{{name, SettingKind::domain, {}}, store::Domain{store::Domain::Kind::parked, routing, {}}};
  };
  const AccountFacts all =
      facts({main_domain(), box("bob@example.com"), routed("away.example", Routing::remote), domain("digit.example1"),
             domain("puny.xn--p1ai"), domain("parked.example"), domain_forward("parked.example", "example.com"),
             domain("own.example"), box("al@own.example"), domain_forward("own.example", "example.com"),
             domain("rest.example"), box("al@rest.example"), domain_forward("rest.example", "puny.xn--p1ai"),
             forward("*", {address("x@o.example")}, "puny.xn--p1ai")});
  const auto results = bring(all);
  const Importer imported(text());
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(imported.domain_aliases, (std::map<std::string, std::string>{{"parked.example", "example.com"}}));
  EXPECT_EQ(imported.domains.count("parked.example"), 0U);
  EXPECT_FALSE(imported.domains.at("away.example").is_enabled);
  EXPECT_EQ(imported.domains.count("puny.xn--p1ai"), 1U);
  EXPECT_EQ(imported.aliases.at("@rest.example").to, Strings{"@puny.xn--p1ai"});
  const auto outcome = [&](const std::string& owner, SettingKind kind) {
    return results.at({owner, kind, {}}).outcome;
  };
  EXPECT_EQ(outcome("away.example", SettingKind::domain), Outcome::approximated);
  EXPECT_EQ(outcome("digit.example1", SettingKind::domain), Outcome::not_carried);
  EXPECT_EQ(outcome("parked.example", SettingKind::domain), Outcome::written);
  EXPECT_EQ(outcome("parked.example", SettingKind::domain_forwarder), Outcome::written);
  EXPECT_EQ(outcome("own.example", SettingKind::domain_forwarder), Outcome::not_carried);
  EXPECT_EQ(outcome("rest.example", SettingKind::domain_forwarder), Outcome::written);
  const auto now = comparables(open(all)->read());
  for (const auto& [id, result] : results) {
    if (result.outcome == Outcome::not_carried) continue;
    EXPECT_EQ(now.count(id), 1U) << id.owner;
  }
}

TEST_F(ModoboaTarget, ReadsWhatOthersWroteOfTheAccountAndLeavesTheRest) {
  const std::string others =
      "domain; other.example; 10; 5; yes\naccount;x@other.example;{PLAIN}a b;X;Y;1;DomainAdmins;x@other.example;3;"
      "other.example\n";
  put(others +
      "domain;example.com;100;0;1\nrelaydomain;example.net;10.0.0.1;25;relay;True;False\n"
      "domainalias;example.org;example.com;true\n"
      "account; Bob@Example.com ;{SHA512-CRYPT}$6$a$b;Bob;B;no;DomainAdmins;bob@example.com;7;example.com\n"
      "alias;a@example.com;True;bob@example.com;bob@example.com;;x@o.example\nforward;bob@example.com;yes;y@o.example\n"
      "dlist;d@example.com;True;x@o.example;z@o.example\nalias;off@example.com;False;x@o.example\n");
  const AccountFacts all = facts({main_domain(), domain("example.net"), domain("example.org")});
  std::map<SettingId, store::SettingValue> now;
  for (const Setting& setting : open(all)->read()) now[setting.id] = setting.value;
  const auto to = [&](const std::string& name) {
    return std::get<store::Forwarder>(now.at({"example.com", SettingKind::forwarder, name})).to;
  };
  EXPECT_EQ(now.size(), 11U);
  EXPECT_EQ(now.count({"example.net", SettingKind::domain, {}}), 1U);
  EXPECT_EQ(std::get<store::DomainForwarder>(now.at({"example.org", SettingKind::domain_forwarder, {}})).domain,
            "example.com");
  EXPECT_EQ(std::get<store::Password>(now.at({"bob@example.com", SettingKind::password, {}})).hash, "$6$a$b");
  EXPECT_TRUE(std::get<store::Suspension>(now.at({"bob@example.com", SettingKind::suspension, {}})).login);
  EXPECT_EQ(std::get<store::Quota>(now.at({"bob@example.com", SettingKind::quota, {}})).octets, 7U << 20U);
  EXPECT_EQ(to("a@example.com").size(), 3U);
  EXPECT_EQ(to("bob@example.com").size(), 2U) << "that the mailbox gets no copy is another thing";
  EXPECT_EQ(to("d@example.com").size(), 2U);

  const std::string before = text();
  EXPECT_EQ(change(all, {"bob@example.com", SettingKind::password, {}}, store::Password{good_hash, {}}).outcome,
            Outcome::written);
  std::string expected = before;
  const std::string old = "account; Bob@Example.com ;{SHA512-CRYPT}$6$a$b;Bob;B;no;";
  expected.replace(expected.find(old), old.size(), "account;Bob@Example.com;{SHA512-CRYPT}$6$salt$hash;Bob;B;False;");
  EXPECT_EQ(text(), expected) << "names and groups are the admin's";
}

TEST_F(ModoboaTarget, TwoAccountsShareAFile) {
  put("");
  const AccountFacts one = facts({main_domain(), box("bob@example.com"), password(good_hash)});
  const AccountFacts two = facts_of(
      std::vector<Setting>{domain("two.example", store::Domain::Kind::main), box("al@two.example"),
                           forward("a", {address("bob@example.com"), address("no@example.com")}, "two.example")},
      "two");
  (void)bring(one);
  const std::string rows_of_one = text();
  const auto results = bring(two);
  EXPECT_EQ(results.at({"two.example", SettingKind::forwarder, "a"}).outcome, Outcome::approximated)
      << "no@example.com is nobody's, and its domain is of this server";
  const Importer imported(text());
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(imported.aliases.at("a@two.example").to, Strings{"bob@example.com"});
  EXPECT_EQ(imported.accounts.size(), 2U);
  for (const std::string line : {"domain;example.com;0;0;True\n", "account;bob@example.com;"})
    EXPECT_NE(text().find(line), std::string::npos);
  const std::string both = text();
  (void)bring(one);
  EXPECT_EQ(text(), both);
}

TEST_F(ModoboaTarget, ADomainsQuotaOfTheAdminsHoldsForItsMailboxes) {
  const std::string own =
      "domain;example.com;10;0;True\naccount;al@example.com;{SHA512-CRYPT}*;;;False;SimpleUsers;al@example.com;4\n";
  put(own);
  const SettingId al{"al@example.com", SettingKind::quota, {}};
  const auto of = [](std::uint64_t size) { return store::Quota{size << 20U}; };
  const AccountFacts small = facts({main_domain(), box("al@example.com"), box("bob@example.com"), quota(6 << 20)});
  EXPECT_EQ(change(small, al, of(5)).outcome, Outcome::written);
  EXPECT_EQ(change(small, al, of(11)).outcome, Outcome::not_carried);
  EXPECT_EQ(change(small, al, of(0)).outcome, Outcome::not_carried);
  const auto results = bring(small);
  EXPECT_EQ(results.at({"bob@example.com", SettingKind::mailbox, {}}).outcome, Outcome::not_carried);
  EXPECT_EQ(results.at({"bob@example.com", SettingKind::quota, {}}).outcome, Outcome::not_carried);
  EXPECT_EQ(change(small, al, of(4)).outcome, Outcome::written);
  EXPECT_EQ(text(), own);
  EXPECT_EQ(bring(small).at({"bob@example.com", SettingKind::mailbox, {}}).outcome, Outcome::written);
  EXPECT_EQ(text(), own + account_row("{SHA512-CRYPT}*", false, "6"));
  EXPECT_EQ(Importer(text()).error, "");
}

TEST_F(ModoboaTarget, AFileThatIsNoCsvIsNotTouched) {
  put("domain;\"example.com;0;0;True\n");
  const AccountFacts all = facts({main_domain()});
  EXPECT_THROW((void)open(all)->read(), Error);
  EXPECT_EQ(text(), "domain;\"example.com;0;0;True\n");
}

TEST_F(ModoboaTarget, TheFileIsSecretAndItsStepsAreSaid) {
  const AccountFacts all = facts({main_domain(), box("bob@example.com")});
  const auto dry = open(all, true);
  (void)dry->apply(changes(all, *dry), source_);
  EXPECT_FALSE(memory_.exists(path(file)));
  const auto target = open(all);
  EXPECT_TRUE(target->after_steps().empty());
  (void)target->apply(changes(all, *target), source_);
  ASSERT_EQ(target->file_changes().size(), 1U);
  EXPECT_TRUE(target->file_changes().front().is_secret);
  EXPECT_EQ(directory().look_at(file)->permissions, 0600U);
  const auto steps = target->after_steps();
  EXPECT_EQ(steps.at(1), "python manage.py modo import /srv/new/import.csv");
  EXPECT_EQ(steps.at(2), "doveadm quota recalc -u '*@example.com'");
  EXPECT_NE(steps.back().find("rm /srv/new/import.csv"), std::string::npos);
  const auto again = open(all);
  const std::vector<SettingChange> one{
      {{"al@example.com", SettingKind::mailbox, {}}, store::MailboxState{true, true, true}, {}}};
  (void)again->apply(one, source_);
  EXPECT_EQ(again->after_steps().at(1), "python manage.py modo import --continue-if-exists /srv/new/import.csv");
  for (const SettingKind kind :
       {SettingKind::filters, SettingKind::spam, SettingKind::file, SettingKind::note, SettingKind::responder})
    EXPECT_FALSE(target->concerns(kind));
}

/// Where mail to an address ends on the server that imported it: mailboxes and addresses elsewhere.
Strings ends_of(const Importer& imported, const std::string& address) {
  std::vector<std::string> waiting{lower_case(address)};
  Strings seen;
  Strings ends;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const std::string at = waiting[i];
    if (!seen.insert(at).second) continue;
    const auto parts = split_address(at);
    if (const auto other = imported.domain_aliases.find(parts->domain); other != imported.domain_aliases.end()) {
      waiting.push_back(parts->local_part + '@' + other->second);
      continue;
    }
    if (imported.domains.count(parts->domain) == 0) {
      ends.insert(at);
      continue;
    }
    const bool is_known = imported.aliases.count(at) != 0 || imported.accounts.count(at) != 0;
    const std::string plain =
        is_known ? at : parts->local_part.substr(0, parts->local_part.find('+')) + '@' + parts->domain;
    const auto alias = imported.aliases.find(plain);
    if (alias == imported.aliases.end() && imported.accounts.count(plain) != 0) {
      ends.insert(plain);
    } else if (alias != imported.aliases.end()) {
      for (const std::string& to : alias->second.to) {
        if (lower_case(to) == plain)
          ends.insert(plain);
        else
          waiting.push_back(lower_case(to));
      }
    } else if (const auto rest = imported.aliases.find('@' + parts->domain); rest != imported.aliases.end()) {
      for (const std::string& to : rest->second.to)
        waiting.push_back(to.front() == '@' ? parts->local_part + to : lower_case(to));
    }
  }
  return ends;
}

TEST_F(ModoboaTarget, AWholeAccountIsImported) {
  const support::ScratchDirectory scratch("mailhaul-modoboa");
  support::AccountPlan plan;
  plan.messages_a_folder = 1;
  const auto made = support::make_cpanel_account(plan, scratch / "account");
  const AccountFacts all = facts_of(made.settings, plan.user);
  const auto results = bring(all);
  const Importer imported(text());
  ASSERT_EQ(imported.error, "");
  EXPECT_TRUE(imported.skipped.empty());
  EXPECT_EQ(imported.domains.size(), 5U);
  for (const auto& [id, value] : all.settings) {
    if (const auto* box = std::get_if<store::MailboxState>(&value); box != nullptr && id.kind == SettingKind::mailbox) {
      EXPECT_EQ(imported.accounts.count(lower_case(id.owner)), box->has_login ? 1U : 0U) << id.owner;
      if (!box->has_login) continue;
      const auto& account = imported.accounts.at(lower_case(id.owner));
      EXPECT_EQ(account.group, "SimpleUsers");
      EXPECT_EQ(account.password.front(), '{');
      const auto* password = all.find<store::Password>({id.owner, SettingKind::password, {}});
      const auto* suspension = all.find<store::Suspension>({id.owner, SettingKind::suspension, {}});
      const bool may_log_in = password != nullptr && !password->hash.empty() && !suspension->login;
      EXPECT_EQ(account.is_enabled, may_log_in) << id.owner;
      EXPECT_EQ(ends_of(imported, id.owner).count(lower_case(id.owner)), 1U) << id.owner;
    }
    if (id.kind != SettingKind::forwarder || id.name == "*" || results.at(id).outcome != Outcome::written) continue;
    const std::string address = AccountFacts::address_of(id);
    const Strings ends = ends_of(imported, address);
    for (const Destination& to : std::get<store::Forwarder>(value).to) {
      if (to.kind != Kind::address) continue;
      for (const std::string& end : ends_of(imported, to.text)) EXPECT_EQ(ends.count(end), 1U) << address << ' ' << end;
    }
  }
  for (const auto& [id, result] : results) {
    if (result.outcome == Outcome::not_carried) {
      EXPECT_FALSE(result.text.empty()) << id.owner << ' ' << id.name;
    }
  }
  const std::string before = text();
  (void)bring(all);
  EXPECT_EQ(text(), before);
}

class RandomAccount {
 public:
  explicit RandomAccount(unsigned seed) : random_(seed) {}

  std::vector<Setting> settings() {
    std::map<SettingId, store::SettingValue> out;
    out[{"example.com", SettingKind::domain, {}}] = store::Domain{store::Domain::Kind::main, {}, {}};
    out[{"example.net", SettingKind::domain, {}}] = store::Domain{store::Domain::Kind::addon, {}, {}};
    if (pick(3) == 0) out[{"a;b.example", SettingKind::domain, {}}] = store::Domain{};
    for (const std::string name : {"a@example.com", "b@example.com", "c+x@example.com", "A@example.com",
                                   "x\n@example.com", "d@example.net", "\xc3\xbc@example.net"}) {
      if (pick(2) != 0) continue;
      out[{name, SettingKind::mailbox, {}}] = store::MailboxState{true, pick(5) != 0, true};
      static const std::vector<std::string> hashes{"$6$a$b", "$5$a$b", "$1$a$b", "$y$a$b", "x:y", "", "a;\"b\"\n"};
      if (pick(4) != 0) out[{name, SettingKind::password, {}}] = store::Password{hashes[pick(hashes.size())], {}};
      if (pick(2) != 0) out[{name, SettingKind::quota, {}}] = store::Quota{pick(3) * (mebibyte + pick(2))};
      store::Suspension suspension;
      suspension.login = pick(3) == 0;
      suspension.incoming = pick(6) == 0;
      if (pick(2) != 0) out[{name, SettingKind::suspension, {}}] = suspension;
    }
    for (const std::string domain : {"example.com", "example.net"}) {
      for (const char* const name : {"a", "b", "c", "c+x", "d", "e", "f;g", "h\n"})
        if (pick(2) == 0) out[{domain, SettingKind::forwarder, name + ('@' + domain)}] = list();
      if (pick(3) == 0) out[{domain, SettingKind::forwarder, "*"}] = list();
      if (pick(4) == 0)
        out[{domain, SettingKind::domain_forwarder, {}}] =
            store::DomainForwarder{pick(2) == 0 ? "o.example" : "example.net"};
    }
    std::vector<Setting> settings;
    settings.reserve(out.size());
    for (const auto& [id, value] : out) settings.push_back({id, value});
    return settings;
  }

 private:
  static constexpr std::size_t mebibyte = std::size_t{1} << 20U;
  std::size_t pick(std::size_t below) { return random_() % below; }

  store::Forwarder list() {
    using Kind = Destination::Kind;
    static const std::vector<Destination> all{{Kind::address, "a@example.com"},
                                              {Kind::address, "b@example.com"},
                                              {Kind::address, "c+x@example.com"},
                                              {Kind::address, "c@example.com"},
                                              {Kind::address, "D@example.net"},
                                              {Kind::address, "d+y@example.net"},
                                              {Kind::address, "no@example.com"},
                                              {Kind::address, "X@o.example"},
                                              {Kind::address, "y+z@o.example"},
                                              {Kind::address, "|cmd@o.example"},
                                              {Kind::address, "a\nb@o.example"},
                                              {Kind::user, "acct"},
                                              {Kind::pipe, "/bin/x"},
                                              {Kind::file, "/etc/x"},
                                              {Kind::fail, "no"},
                                              {Kind::discard, ""},
                                              {Kind::discard, "/dev/null"},
                                              {Kind::include, "/x"},
                                              {Kind::unknown, ":defer: x"},
                                              {Kind::unknown, "\\x \"y\";"},
                                              {Kind::responder, "a@example.com"}};
    store::Forwarder out;
    for (std::size_t n = pick(4); n > 0; --n) out.to.push_back(all[pick(pick(2) == 0 ? 9 : all.size())]);
    return out;
  }

  std::minstd_rand random_;
};

TEST_F(ModoboaTarget, WhatIsWrittenIsImportedAndTheRestIsSaid) {
  const std::string kept = "domain;kept.example;1;1;True\n# kept; as it is\n";
  for (unsigned seed = 1; seed <= 600; ++seed) {
    put(kept + (seed % 5 == 0 ? "domain;example.net;2;0;True\n" : ""));
    const AccountFacts all = facts(RandomAccount(seed).settings());
    const auto results = bring(all);
    const Importer imported(text());
    EXPECT_EQ(imported.error, "") << seed << '\n' << text();
    EXPECT_EQ(imported.skipped, std::vector<std::string>{"# kept"});
    EXPECT_EQ(imported.domains.at("kept.example").quota, 1U);
    const auto now = comparables(open(all)->read());
    for (const auto& [id, value] : all.settings) {
      const SettingResult& result = results.at(id);
      const auto there = now.find(id);
      const std::string what = std::to_string(seed) + ": " + id.owner + ' ' + id.name + ' ' + store::summary(value);
      if (result.outcome != Outcome::written) {
        EXPECT_FALSE(result.text.empty()) << what;
      }
      if (result.outcome == Outcome::written && there != now.end()) {
        EXPECT_EQ(there->second, store::comparable(value)) << what << '\n' << text();
      }
      if (result.outcome == Outcome::not_carried && id.kind != SettingKind::suspension &&
          id.kind != SettingKind::password && id.kind != SettingKind::quota) {
        EXPECT_EQ(there, now.end()) << what << '\n' << text();
      }
    }
    const std::string before = text();
    (void)bring(all);
    EXPECT_EQ(text(), before) << seed;
  }
}

TEST_F(ModoboaTarget, EachStepOnTheWayIsImported) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    put("");
    const AccountFacts all = facts(RandomAccount(seed).settings());
    const AccountFacts other = facts(RandomAccount(seed + 1000).settings());
    for (const AccountFacts* state : {&all, &other})
      for (const auto& [id, value] : state->settings) {
        (void)change(*state, id, value);
        ASSERT_EQ(Importer(text()).error, "") << seed << ' ' << id.owner << ' ' << id.name << '\n' << text();
      }
    for (const auto& [id, value] : other.settings) {
      (void)change(other, id, std::nullopt);
      ASSERT_EQ(Importer(text()).error, "") << seed << " without " << id.owner << ' ' << id.name << '\n' << text();
    }
  }
}

TEST_F(ModoboaTarget, TakesTimeThatGrowsWithTheAccount) {
  constexpr std::size_t many = 20'000;
  std::vector<Setting> settings{main_domain(), forward("*", {address("x@o.example")})};
  for (std::size_t i = 0; i < many; ++i) {
    const std::string name = "a" + std::to_string(i) + "@example.com";
    settings.push_back(box(name));
    settings.push_back(password(good_hash, name));
    settings.push_back(forward("b" + name, {address(i == 0 ? name : "ba" + std::to_string(i - 1) + "@example.com")}));
  }
  const auto began = std::chrono::steady_clock::now();
  const AccountFacts all = facts(settings);
  for (const auto& [id, result] : bring(all)) EXPECT_EQ(result.outcome, Outcome::written) << id.owner << ' ' << id.name;
  EXPECT_EQ(open(all)->read().size(), settings.size() + 2 * many) << "and a quota and a suspension of each";
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
  const Importer imported(text());
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(imported.aliases.size(), many + 1);
}

TEST_F(ModoboaTarget, WhatIsSuspendedOfTheAccountsOwnMailboxIsSaidWithIt) {
  store::Suspension outgoing;
  outgoing.outgoing = true;
  const auto results = bring(facts({main_domain(), box("acct"), {{"acct", SettingKind::suspension, {}}, outgoing}}));
  EXPECT_EQ(results.at({"acct", SettingKind::mailbox, {}}).outcome, Outcome::not_carried);
  EXPECT_EQ(results.at({"acct", SettingKind::suspension, {}}).outcome, Outcome::not_carried);
}

TEST_F(ModoboaTarget, ALongWayToNowhereIsWalkedOnce) {
  constexpr std::size_t many = 20'000;
  std::vector<Setting> settings{main_domain()};
  for (std::size_t i = 0; i < many; ++i)
    settings.push_back(
        forward("a" + std::to_string(i) + "@example.com", {address("a" + std::to_string(i + 1) + "@example.com")}));
  const auto began = std::chrono::steady_clock::now();
  for (const auto& [id, result] : bring(facts(settings))) {
    const bool is_domain = id.kind == SettingKind::domain;
    EXPECT_EQ(result.outcome, is_domain ? Outcome::written : Outcome::not_carried) << id.name;
    EXPECT_EQ(result.text.empty(), is_domain) << id.name;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

TEST_F(ModoboaTarget, WhatLeadsToACircleOfRowsIsBehindIt) {
  // For the importer "c+x" is "c", which leads back: one of the two must do without the other, and nobody else.
  const AccountFacts all = facts({main_domain(), box("c+x@example.com"), password(good_hash, "c+x@example.com"),
                                  forward("b@example.com", {address("d@example.com")}),
                                  forward("c@example.com", {address("d@example.com"), address("x@o.example")}),
                                  forward("d@example.com", {address("c+x@example.com")})});
  const auto results = bring(all);
  const SettingId waits{"example.com", SettingKind::forwarder, "b@example.com"};
  EXPECT_EQ(results.at(waits).outcome, Outcome::written) << results.at(waits).text;
  EXPECT_EQ(Importer(text()).error, "");
  EXPECT_NE(text().find("alias;b@example.com;True;d@example.com\n"), std::string::npos) << text();
  EXPECT_NE(text().find("alias;d@example.com;True;c+x@example.com\n"), std::string::npos) << text();
}

TEST_F(ModoboaTarget, ASecondRunChangesNothingAndTheAdminsEditStays) {
  auto ledger = ledger::Ledger::in_memory(entropy_);
  source_.settings = {main_domain(),
                      box("bob@example.com"),
                      password(good_hash),
                      quota(3000000),
                      suspended({}),
                      forward("info", {address("x@o.example")}),
                      forward("bob@example.com", {address("y@o.example"), {Kind::pipe, "/bin/x"}}),
                      forward("*", {{Kind::fail, "no such user here"}})};
  sync::AccountOptions options;
  const auto run = [&] { return sync::merge_account(source_, *open(facts(source_.settings)), ledger, options); };
  const auto first = run();
  EXPECT_EQ(first.error, std::nullopt);
  EXPECT_EQ(text(),
            "domain;example.com;0;0;True\n" + account_row("{SHA512-CRYPT}$6$salt$hash", true, "3") +
                "alias;bob@example.com;True;bob@example.com;y@o.example\nalias;info@example.com;True;x@o.example\n");
  const std::string after_first = text();
  const auto second = run();
  EXPECT_TRUE(second.reports.empty());
  EXPECT_TRUE(second.files.empty());
  EXPECT_EQ(text(), after_first);

  std::string edited = after_first;
  edited.replace(edited.find(";3\n"), 3, ";9\n");
  edited.replace(edited.find("x@o"), 1, "mine");
  put(edited);
  source_.settings[2] = password("$5$other$hash");
  const auto third = run();
  EXPECT_EQ(third.reports.size(), 3U);
  edited.replace(edited.find("{SHA512-CRYPT}$6$salt$hash"), 26, "{SHA256-CRYPT}$5$other$hash");
  EXPECT_EQ(text(), edited);

  options.take_away = true;
  source_.settings.erase(source_.settings.begin() + 6);
  (void)run();
  EXPECT_EQ(text().find("alias;bob@"), std::string::npos);
  EXPECT_NE(text().find("alias;info@"), std::string::npos);
}

}  // namespace
}  // namespace mailhaul::account::modoboa
