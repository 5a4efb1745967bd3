#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "account/text/target_directory.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/sync/account_merge.hpp"

namespace mailhaul::account {
namespace {

using store::Destination;
using store::Setting;
using store::SettingChange;
using store::SettingId;
using store::SettingKind;
using store::SettingResult;
using Outcome = SettingResult::Outcome;
using Routing = store::Domain::Routing;

constexpr std::array files{"virtual_mailbox_domains", "virtual_mailbox_maps", "virtual_alias_maps", "transport",
                           "recipient_access"};

class PostfixTarget : public TargetDirectory {
 protected:
  std::unique_ptr<store::AccountTarget> open(const AccountFacts& facts, bool is_dry = false) {
    return open_postfix_target({directory(), directory().place()}, facts, {is_dry, {}});
  }
  /// All of it, as a first run does.
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
  [[nodiscard]] std::map<std::string, std::string> texts() const {
    std::map<std::string, std::string> out;
    for (const char* const name : files) out[name] = text(name);
    return out;
  }
};

/// targets.md section 4, a row each; example.com has the mailbox bob.
struct Row {
  const char* what;
  std::vector<Setting> settings;
  std::map<std::string, std::string> texts;  ///< of files that are not as those of example.com and bob alone
  Outcome outcome = Outcome::written;        ///< of the first of `settings`
  const char* said = "";
};

class PostfixTable : public PostfixTarget {
 protected:
  static Setting refused(const std::string& key, const std::string& words) {
    return forward(key, {{Kind::fail, words}});
  }
  static Setting suspended(store::Suspension value) {
    return {{"bob@example.com", SettingKind::suspension, {}}, value};
  }
  static Setting routed(Routing routing) {
    return {{"example.net", SettingKind::domain, {}}, store::Domain{store::Domain::Kind::parked, routing, {}}};
  }
};

TEST_F(PostfixTable, EachRow) {
  const std::string aliases = "virtual_alias_maps";
  const std::string boxes = "virtual_mailbox_maps";
  const std::string bob_row = "bob@example.com example.com/bob/Maildir/\n";
  const std::string incoming = "recipient_access";
  store::Suspension in;
  in.incoming = true;
  store::Suspension login;
  login.login = true;
  store::Suspension out;
  out.outgoing = out.incoming = true;
  std::vector<Destination> many;
  std::string many_text;
  for (int i = 0; i < 1001; ++i) {
    many.push_back(address("r" + std::to_string(i) + "@o.example"));
    many_text += (i == 0 ? "" : ", ") + many.back().text;
  }
  const std::vector<Row> rows{
      {"a domain", {main_domain()}, {}},
      {"one whose mail goes elsewhere", {routed(Routing::remote)}, {}, Outcome::approximated, "another server"},
      {"one that is kept for another", {routed(Routing::secondary)}, {}, Outcome::approximated, "keeps it meanwhile"},
      {"a mailbox", {box("bob@example.com")}, {}},
      {"one in upper case",
       {box("Al.X@example.com")},
       {{boxes, "al.x@example.com example.com/Al.X/Maildir/\n" + bob_row}}},
      {"one that differs in case alone",
       {box("bob@example.com"), box("BOB@example.com")},
       {{boxes, "bob@example.com example.com/BOB/Maildir/\n"}},
       Outcome::not_carried,
       "case alone"},
      {"a directory without a login",
       {{{"old@example.com", SettingKind::mailbox, {}}, store::MailboxState{true, false, false}}},
       {}},
      {"one whose name is no name", {box("a/../b@example.com")}, {}, Outcome::not_carried, "letters"},
      {"one of nobody's domain",
       {forward("a@example.net", {address("x@o.example")}, "example.net")},
       {},
       Outcome::not_carried,
       "no domain of the account"},
      {"addresses",
       {forward("a@example.com", {address("x@o.example"), address("y@o.example")})},
       {{aliases, "a@example.com x@o.example, y@o.example\n"}}},
      {"a key without a domain",
       {forward("Info", {address("x@o.example")})},
       {{aliases, "info@example.com x@o.example\n"}}},
      {"an address that is a mailbox",
       {forward("bob@example.com", {address("x@o.example")})},
       {{aliases, "bob@example.com bob@example.com, x@o.example\n"}}},
      {"the account's own mailbox",
       {forward("a@example.com", {{Kind::user, "acct"}}), box("acct@example.com")},
       {{aliases, "a@example.com acct@example.com\n"},
        {boxes, "acct@example.com example.com/acct/Maildir/\n" + bob_row}}},
      {"the account's own mailbox, which is not here",
       {forward("a@example.com", {{Kind::user, "acct"}})},
       {},
       Outcome::not_carried,
       "own mailbox"},
      {"the rest of the domain",
       {forward("*", {address("x@o.example")})},
       {{aliases, "@example.com x@o.example\nbob@example.com bob@example.com\n"}}},
      {"the rest refused", {refused("*", "No Such User Here")}, {}},
      {"the rest refused in words", {refused("*", "we moved")}, {}, Outcome::approximated, "own words"},
      {"the rest thrown away",
       {forward("*", {{Kind::discard, ""}})},
       {{aliases, "@example.com devnull@example.com\nbob@example.com bob@example.com\ndevnull@example.com "
                  "devnull@example.com\n"},
        {"transport", "devnull@example.com discard:silently\n"},
        {boxes, bob_row + "devnull@example.com example.com/devnull/Maildir/\n"}}},
      {"the rest thrown away, where that is a mailbox",
       {forward("*", {{Kind::discard, ""}}), box("devnull@example.com")},
       {{boxes, bob_row + "devnull@example.com example.com/devnull/Maildir/\n"}},
       Outcome::not_carried,
       "somebody's"},
      {"the rest put off", {forward("*", {{Kind::unknown, ":defer: x"}})}, {}, Outcome::not_carried, "put off"},
      {"refused in words",
       {refused("a@example.com", "gone, for good")},
       {{incoming, "a@example.com 550 5.1.1 gone, for good\n"}}},
      {"refused", {refused("a@example.com", "")}, {{incoming, "a@example.com 550 5.1.1 No such user here\n"}}},
      {"refused beside a mailbox", {refused("bob@example.com", "x")}, {{incoming, "bob@example.com 550 5.1.1 x\n"}}},
      {"refused in two lines",
       {refused("a@example.com", "x\n250 OK")},
       {{incoming, "a@example.com 550 5.1.1 x?250 OK\n"}},
       Outcome::approximated,
       "one short line"},
      {"refused in no UTF-8",
       {refused("a@example.com", "\xfcx")},
       {{incoming, "a@example.com 550 5.1.1 ?x\n"}},
       Outcome::approximated,
       "one short line"},
      {"put off",
       {forward("a@example.com", {{Kind::unknown, ":defer: later"}})},
       {{incoming, "a@example.com 450 4.2.1 later\n"}}},
      {"thrown away",
       {forward("a@example.com", {{Kind::discard, "/dev/null"}})},
       {{"transport", "a@example.com discard:silently\n"},
        {boxes, "a@example.com example.com/a/Maildir/\n" + bob_row}}},
      {"thrown away beside the rest",
       {forward("a@example.com", {{Kind::discard, ""}}), forward("*", {address("x@o.example")})},
       {{"transport", "a@example.com discard:silently\n"},
        {boxes, "a@example.com example.com/a/Maildir/\n" + bob_row},
        {aliases, "@example.com x@o.example\na@example.com a@example.com\nbob@example.com bob@example.com\n"}}},
      {"thrown away beside a mailbox",
       {forward("bob@example.com", {{Kind::discard, ""}})},
       {},
       Outcome::approximated,
       "keeps its mail"},
      {"a program", {forward("a@example.com", {{Kind::pipe, "/bin/x"}})}, {}, Outcome::not_carried, "/bin/x"},
      {"a program beside an address",
       {forward("a@example.com", {{Kind::pipe, "/bin/x"}, address("x@o.example")})},
       {{aliases, "a@example.com x@o.example\n"}},
       Outcome::approximated,
       "left out"},
      {"a mailbox that answers", {forward("bob@example.com", {{Kind::responder, "bob@example.com"}})}, {}},
      {"an answer without a mailbox",
       {forward("a@example.com", {{Kind::responder, "a@example.com"}})},
       {},
       Outcome::not_carried,
       "no mailbox"},
      {"a mailing list",
       {forward("a@example.com", {{Kind::pipe, "/x/mailman/mail/wrapper post a"}})},
       {},
       Outcome::not_carried,
       "can't be called"},
      {"the path of a mailbox",
       {forward("a@example.com", {{Kind::file, "/home/acct/mail/example.com/bob/"}})},
       {{aliases, "a@example.com bob@example.com\n"}},
       Outcome::approximated,
       "goes to bob@example.com"},
      {"a file", {forward("a@example.com", {{Kind::file, "/home/acct/box"}})}, {}, Outcome::not_carried, "file"},
      {"a list in a file",
       {forward("a@example.com", {{Kind::include, "/home/acct/list"}})},
       {},
       Outcome::not_carried,
       "is a file"},
      {"a list that was read",
       {forward_to_list("a@example.com", {{"x@o.example", "bob@example.com", "X@O.example"}, {}})},
       {{aliases, "a@example.com x@o.example, bob@example.com\n"}},
       Outcome::approximated,
       "comes with the next run"},
      {"the same beside a mailbox",
       {forward_to_list("bob@example.com", {{"x@o.example"}, {}}, {address("y@o.example")})},
       {{aliases, "bob@example.com bob@example.com, y@o.example, x@o.example\n"}},
       Outcome::approximated,
       "/home/acct/list"},
      {"a list of nobody", {forward_to_list("a@example.com", {})}, {}, Outcome::approximated, "is empty"},
      {"a list that can't be read",
       {forward_to_list("a@example.com", {{}, "it lies outside of the account's home"})},
       {},
       Outcome::not_carried,
       "is a file, and it lies outside"},
      {"a list that leads back to itself",
       {forward_to_list("a@example.com", {{"b@example.com", "x@o.example"}, {}}),
        forward("b@example.com", {address("a@example.com")})},
       {{aliases, "a@example.com x@o.example\nb@example.com x@o.example\n"}},
       Outcome::approximated,
       "next run"},
      {"a domain that goes to another",
       {domain_forward("example.com", "Other.example")},
       {{aliases, "@example.com @other.example\nbob@example.com bob@example.com\n"}}},
      {"one that goes to itself", {domain_forward("example.com", "example.com")}, {}, Outcome::not_carried, "circle"},
      {"one that goes to no domain", {domain_forward("example.com", "x y")}, {}, Outcome::not_carried, "no domain"},
      {"a default beside it",
       {forward("*", {address("x@o.example")}), domain_forward("example.com", "other.example")},
       {{aliases, "@example.com @other.example\nbob@example.com bob@example.com\n"}},
       Outcome::approximated,
       "as at the source"},
      {"a loop",
       {forward("a@example.com", {address("b@example.com"), address("x@o.example")}),
        forward("b@example.com", {address("a@example.com")})},
       {{aliases, "a@example.com x@o.example\nb@example.com x@o.example\n"}}},
      {"a loop that leads nowhere",
       {forward("a@example.com", {address("b@example.com")}), forward("b@example.com", {address("a@example.com")})},
       {},
       Outcome::not_carried,
       "circle"},
      {"more than Postfix follows",
       {forward("a@example.com", many)},
       {{aliases, "a@example.com " + many_text + "\n"}},
       Outcome::approximated,
       ""},
      {"incoming mail suspended",
       {suspended(in)},
       {{incoming, "bob@example.com 450 4.2.1 This mailbox takes no mail for now\n"}}},
      {"a login suspended", {suspended(login)}, {}, Outcome::approximated, "logins"},
      {"incoming mail suspended, of a directory without a login",
       {{{"old@example.com", SettingKind::suspension, {}}, in},
        {{"old@example.com", SettingKind::mailbox, {}}, store::MailboxState{true, false, false}}},
       {}},
      {"incoming mail suspended, of nobody",
       {{{"no@example.com", SettingKind::suspension, {}}, in}},
       {},
       Outcome::not_carried,
       "no mailbox"},
      {"incoming mail suspended, of one that differs in case alone",
       {{{"bob@example.com", SettingKind::suspension, {}}, in}, box("BOB@example.com")},
       {{boxes, "bob@example.com example.com/BOB/Maildir/\n"}},
       Outcome::not_carried,
       ""},
      {"outgoing mail suspended",
       {suspended(out)},
       {{incoming, "bob@example.com 450 4.2.1 This mailbox takes no mail for now\n"}},
       Outcome::not_carried,
       "outgoing"},
      {"incoming mail suspended and refused",
       {suspended(in), refused("bob@example.com", "x")},
       {{incoming, "bob@example.com 550 5.1.1 x\n"}},
       Outcome::approximated,
       "already"},
      {"a key with a quote",
       {forward("o'brien@example.com", {address("x@o.example")})},
       {{aliases, "o'brien@example.com x@o.example\n"}}},
      {"a key that would be two",
       {forward("a b@example.com", {address("x@o.example")})},
       {},
       Outcome::not_carried,
       "letters"},
      {"a key that would be a line",
       {forward("a\nroot@example.com", {address("x@o.example")})},
       {},
       Outcome::not_carried,
       "letters"},
      {"a key that would be a comment",
       {forward("#a@example.com", {address("x@o.example")})},
       {},
       Outcome::not_carried,
       "letters"},
      {"a key of 300 octets",
       {forward(std::string(300, 'a') + "@example.com", {address("x@o.example")})},
       {},
       Outcome::not_carried,
       "letters"},
      {"an address with a comma",
       {forward("a@example.com", {address("x@o.example,|prog@o.example")})},
       {},
       Outcome::not_carried,
       "no address"},
  };
  for (const Row& row : rows) {
    for (const char* const name : files) memory_.put_file(path(name), "", {}, 0644);
    std::vector<Setting> settings = row.settings;
    settings.push_back(main_domain());
    settings.push_back(box("bob@example.com"));
    const AccountFacts all = facts(settings);
    const auto results = bring(all);
    std::map<std::string, std::string> expected{{"virtual_mailbox_domains", "example.com OK\n"},
                                                {boxes, bob_row},
                                                {aliases, ""},
                                                {"transport", ""},
                                                {incoming, ""}};
    for (const auto& [name, text] : row.texts) expected[name] = text;
    EXPECT_EQ(texts(), expected) << row.what;
    const SettingId& about = row.settings.front().id;
    const SettingResult& result = results.at(about);
    EXPECT_EQ(result.outcome, row.outcome) << row.what << ": " << result.text;
    EXPECT_NE((result.text + ' ' + result.what_to_do).find(row.said), std::string::npos)
        << row.what << ": " << result.text;
    EXPECT_TRUE(row.outcome != Outcome::not_carried || !result.text.empty()) << row.what;

    // What was written as it is meant is read as it was, and all of it a second time changes nothing.
    const auto now = comparables(open(all)->read());
    for (const auto& [id, value] : all.settings) {
      const auto there = now.find(id);
      if (there != now.end() && results.at(id).outcome == Outcome::written) {
        EXPECT_EQ(there->second, store::comparable(value)) << row.what << ": " << id.owner << ' ' << id.name;
      }
    }
    const auto before = texts();
    (void)bring(all);
    EXPECT_EQ(texts(), before) << row.what;
  }
}

TEST_F(PostfixTarget, LeavesWhatIsNotTheAccountsOctetForOctet) {
  put("virtual_alias_maps",
      "# the admin's\n@other.example  root@localhost\nx@other.example |prog\n  /file\n\na@example.com b@o.example\n");
  put("virtual_mailbox_maps", "x@other.example\tother.example/x/\n");
  const AccountFacts all = facts({main_domain(), box("bob@example.com"), forward("a", {address("c@o.example")}),
                                  forward("bob", {address("d@o.example")})});
  (void)bring(all);
  EXPECT_EQ(text("virtual_alias_maps"),
            "# the admin's\n@other.example  root@localhost\nx@other.example |prog\n  /file\n\na@example.com "
            "c@o.example\nbob@example.com bob@example.com, d@o.example\n");
  EXPECT_EQ(text("virtual_mailbox_maps"),
            "x@other.example\tother.example/x/\nbob@example.com example.com/bob/Maildir/\n");
  for (const Setting& setting : open(all)->read()) EXPECT_EQ(setting.id.owner.find("other"), std::string::npos);
}

TEST_F(PostfixTarget, ARowThatTheAdminMadeOfAnotherKindStays) {
  const std::string own = "a@example.com OK\n";
  put("recipient_access", own);
  const AccountFacts all = facts({main_domain(), forward("a", {{Kind::fail, "gone"}})});
  const SettingResult result = bring(all).at({"example.com", SettingKind::forwarder, "a"});
  EXPECT_EQ(result.outcome, Outcome::not_carried);
  EXPECT_NE(result.text.find("a@example.com OK"), std::string::npos) << result.text;
  EXPECT_FALSE(result.what_to_do.empty());
  EXPECT_EQ(text("recipient_access"), own);
}

TEST_F(PostfixTarget, WhatFollowsFromOthersGoesWithThem) {
  const SettingId rest{"example.com", SettingKind::forwarder, "*"};
  const SettingId bob{"bob@example.com", SettingKind::mailbox, {}};
  const SettingId a{"example.com", SettingKind::forwarder, "bob"};
  const AccountFacts all = facts({main_domain(), box("bob@example.com"), box("al@example.com"),
                                  forward("*", {address("x@o.example")}), forward("bob", {address("y@o.example")})});
  (void)bring(all);
  EXPECT_EQ(text("virtual_alias_maps"),
            "@example.com x@o.example\nal@example.com al@example.com\nbob@example.com bob@example.com, y@o.example\n");
  EXPECT_EQ(change(all, bob, std::nullopt).outcome, Outcome::written);
  EXPECT_EQ(text("virtual_alias_maps"),
            "@example.com x@o.example\nal@example.com al@example.com\nbob@example.com y@o.example\n");
  EXPECT_EQ(change(all, bob, store::MailboxState{true, true, true}).outcome, Outcome::written);
  EXPECT_EQ(change(all, a, std::nullopt).outcome, Outcome::written);
  EXPECT_EQ(text("virtual_alias_maps"),
            "@example.com x@o.example\nal@example.com al@example.com\nbob@example.com bob@example.com\n");
  EXPECT_EQ(change(all, rest, std::nullopt).outcome, Outcome::written);
  EXPECT_EQ(text("virtual_alias_maps"), "");
  EXPECT_EQ(change(all, a, store::Forwarder{{{Kind::fail, "x"}}, {}}).outcome, Outcome::written);
  EXPECT_EQ(change(all, a, store::Forwarder{{address("z@o.example")}, {}}).outcome, Outcome::written);
  EXPECT_EQ(text("recipient_access"), "");
  EXPECT_EQ(text("virtual_alias_maps"), "bob@example.com bob@example.com, z@o.example\n");
}

TEST_F(PostfixTarget, WhatIsReadIsWhatTheRowsSayNow) {
  const SettingId a{"example.com", SettingKind::forwarder, "a@example.com"};
  const SettingId bob{"example.com", SettingKind::forwarder, "bob@example.com"};
  const AccountFacts all =
      facts({main_domain(), box("bob@example.com"), forward("bob@example.com", {address("x@o.example")})});
  (void)bring(all);
  const auto read = [&](const SettingId& id) -> std::vector<Destination> {
    for (const Setting& setting : open(all)->read())
      if (setting.id == id) return std::get<store::Forwarder>(setting.value).to;
    return {};
  };
  EXPECT_EQ(read(bob), std::vector<Destination>{address("x@o.example")});
  put("virtual_alias_maps", "bob@example.com x@o.example\na@example.com |prog, /file root \\x b@o.example\n");
  EXPECT_EQ(read(bob).size(), 2U) << "that the mailbox gets no copy is another thing";
  EXPECT_EQ(read(a), (std::vector<Destination>{{Kind::pipe, "prog"},
                                               {Kind::file, "/file"},
                                               {Kind::user, "root"},
                                               {Kind::unknown, "\\x"},
                                               address("b@o.example")}));
  put("recipient_access", "a@example.com 550 5.1.1 moved\nbob@example.com REJECT\n");
  EXPECT_EQ(read(a), (std::vector<Destination>{{Kind::fail, "moved"}}));
  put("recipient_access", "a@example.com 450 4.2.1 later\n");
  EXPECT_EQ(read(a), (std::vector<Destination>{{Kind::unknown, ":defer: later"}}));
  EXPECT_EQ(change(all, a, std::nullopt).outcome, Outcome::written);
  EXPECT_TRUE(read(a).empty()) << text("virtual_alias_maps");
  EXPECT_EQ(text("recipient_access"), "");
}

TEST_F(PostfixTarget, AMailboxBringsItsDomainWhereNobodyListsThem) {
  const AccountFacts all = facts({box("bob@example.com")});
  (void)bring(all);
  EXPECT_EQ(text("virtual_mailbox_domains"), "example.com OK\n");
  const AccountFacts listed = facts({domain("example.com"), box("bob@example.com")});
  put("virtual_mailbox_domains", "");
  EXPECT_EQ(change(listed, {"bob@example.com", SettingKind::mailbox, {}}, store::MailboxState{}).outcome,
            Outcome::written);
  EXPECT_EQ(text("virtual_mailbox_domains"), "") << "the admin took it away";
}

TEST_F(PostfixTarget, ADryRunShowsWhatWouldBe) {
  const AccountFacts all = facts({main_domain(), box("bob@example.com"), forward("a", {address("x@o.example")})});
  const auto target = open(all, true);
  (void)target->apply(changes(all, *target), source_);
  ASSERT_EQ(target->file_changes().size(), 3U);
  EXPECT_EQ(target->file_changes().front().path, "/srv/new/virtual_alias_maps");
  EXPECT_EQ(target->file_changes().front().after, "a@example.com x@o.example\n");
  for (const char* const name : files) EXPECT_FALSE(memory_.exists(path(name))) << name;
}

TEST_F(PostfixTarget, SaysWhatIsToBeDoneAfterwards) {
  const AccountFacts all = facts({main_domain(), forward("a", {address("x@o.example")})});
  put("virtual_alias_maps", "# here\n");
  const auto target = open(all);
  EXPECT_TRUE(target->after_steps().empty());
  (void)target->apply(changes(all, *target), source_);
  EXPECT_EQ(target->after_steps(),
            (std::vector<std::string>{"postmap /srv/new/virtual_mailbox_domains", "postmap /srv/new/virtual_alias_maps",
                                      "# in main.cf, beside what it names already: virtual_mailbox_domains = "
                                      "$default_database_type:/srv/new/virtual_mailbox_domains",
                                      "# none of the domains may be in mydestination, virtual_alias_domains or "
                                      "relay_domains as well",
                                      "postfix reload"}));
  for (const SettingKind kind : {SettingKind::password, SettingKind::quota, SettingKind::filters, SettingKind::spam,
                                 SettingKind::file, SettingKind::note, SettingKind::responder})
    EXPECT_FALSE(target->concerns(kind));
}

/// Random lists of destinations, hostile ones among them.
class RandomAccount {
 public:
  explicit RandomAccount(unsigned seed, bool has_ways = true) : random_(seed), has_ways_(has_ways) {}

  std::vector<Setting> settings() {
    std::map<SettingId, store::SettingValue> out;
    out[{"example.com", SettingKind::domain, {}}] = store::Domain{store::Domain::Kind::main, {}, {}};
    out[{"example.net", SettingKind::domain, {}}] = store::Domain{store::Domain::Kind::addon, {}, {}};
    for (const char* const name : {"a", "b", "c", "acct"})
      if (pick(2) == 0)
        out[{name + std::string("@example.com"), SettingKind::mailbox, {}}] = store::MailboxState{true, true, true};
    for (const std::string domain : {"example.com", "example.net"}) {
      for (const char* const name : {"a", "b", "c", "d", "e"})
        if (pick(2) == 0) out[{domain, SettingKind::forwarder, name + ('@' + domain)}] = list();
      if (pick(3) == 0) out[{domain, SettingKind::forwarder, "*"}] = list();
      if (pick(4) == 0)
        out[{domain, SettingKind::domain_forwarder, {}}] =
            store::DomainForwarder{pick(2) == 0 ? "o.example" : "example.net"};
    }
    if (pick(2) == 0) {
      store::Suspension suspension;
      suspension.incoming = true;
      out[{"a@example.com", SettingKind::suspension, {}}] = suspension;
    }
    std::vector<Setting> settings;
    settings.reserve(out.size());
    for (const auto& [id, value] : out) settings.push_back({id, value});
    return settings;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  store::Forwarder list() {
    using Kind = Destination::Kind;
    static const std::vector<Destination> all{{Kind::address, "a@example.com"},
                                              {Kind::address, "b@example.com"},
                                              {Kind::address, "c@example.com"},
                                              {Kind::address, "d@example.net"},
                                              {Kind::address, "e@example.net"},
                                              {Kind::address, "none@example.com"},
                                              {Kind::address, "X@o.example"},
                                              {Kind::address, "y+z@o.example"},
                                              {Kind::address, "|cmd@o.example"},
                                              {Kind::address, "a\nb@o.example"},
                                              {Kind::user, "acct"},
                                              {Kind::user, "root"},
                                              {Kind::pipe, "/bin/x"},
                                              {Kind::file, "/etc/x"},
                                              {Kind::fail, "no: |x, /y"},
                                              {Kind::discard, ""},
                                              {Kind::discard, "/dev/null"},
                                              {Kind::include, "/x"},
                                              {Kind::unknown, ":defer: x"},
                                              {Kind::unknown, "\\x \"y\""},
                                              {Kind::responder, "a@example.com"}};
    constexpr std::size_t local = 6;
    store::Forwarder out;
    for (std::size_t n = pick(4); n > 0; --n) {
      const std::size_t first = has_ways_ ? 0 : local;
      out.to.push_back(all[first + pick((pick(2) == 0 ? 8 : all.size()) - first)]);
    }
    if (pick(4) == 0) {
      out.to.push_back({Kind::include, "/y"});
      store::ListFile& read = out.lists["/y"];
      if (pick(4) == 0) read.why_not = "it is a link";
      // As far as ways are wanted.
      for (std::size_t n = read.why_not.empty() ? pick(4) : 0; n > 0; --n)
        read.members.push_back(all[has_ways_ ? pick(12) : local + pick(6)].text);
    }
    return out;
  }

  std::minstd_rand random_;
  bool has_ways_;  ///< from one of its addresses to another
};

TEST_F(PostfixTarget, WhatItCanHoldIsKeptAndTheRestIsSaid) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    for (const char* const name : files) put(name, "# kept\n");
    const AccountFacts all = facts(RandomAccount(seed).settings());
    const auto results = bring(all);
    const auto now = comparables(open(all)->read());
    for (const auto& [id, value] : all.settings) {
      const SettingResult& result = results.at(id);
      const auto there = now.find(id);
      const std::string what = std::to_string(seed) + ": " + id.owner + ' ' + id.name + ' ' + store::summary(value);
      if (result.outcome == Outcome::written && there != now.end()) {
        EXPECT_EQ(there->second, store::comparable(value)) << what;
      }
      if (result.outcome == Outcome::not_carried) {
        EXPECT_EQ(there, now.end()) << what;
        EXPECT_FALSE(result.text.empty()) << what;
      }
      if (result.outcome == Outcome::approximated) {
        EXPECT_FALSE(result.text.empty()) << what;
      }
    }
    for (const auto& [id, value] : now) EXPECT_EQ(all.settings.count(id), 1U) << seed << ": " << id.owner << id.name;
    for (const auto& [name, octets] : texts()) {
      EXPECT_EQ(octets.substr(0, 7), "# kept\n");
      if (name == "virtual_alias_maps") {
        EXPECT_EQ(octets.find_first_of("|/\\\""), std::string::npos) << octets;
      }
    }
    const auto before = texts();
    (void)bring(all);
    EXPECT_EQ(texts(), before) << seed;
  }
}

TEST_F(PostfixTarget, OneAfterTheOtherGivesTheSameAsAllAtOnce) {
  // What is said of a loop depends on what of it is there already: here are none.
  int compared = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    for (const char* const name : files) put(name, "");
    const AccountFacts all = facts(RandomAccount(seed, false).settings());
    const auto results = bring(all);
    if (std::any_of(results.begin(), results.end(),
                    [](const auto& one) { return one.second.outcome == Outcome::not_carried; }))
      continue;
    ++compared;
    const auto sorted = [this] {
      std::map<std::string, std::vector<std::string>> out;
      for (const auto& [name, octets] : texts()) {
        std::string line;
        for (const char c : octets)
          if (c == '\n')
            out[name].push_back(std::exchange(line, {}));
          else
            line += c;
        std::sort(out[name].begin(), out[name].end());
      }
      return out;
    };
    const auto at_once = sorted();
    for (const char* const name : files) put(name, "");
    // Twice: a loop is one only when all of it is there.
    for (int round = 0; round < 2; ++round)
      for (const auto& [id, value] : all.settings) (void)change(all, id, value);
    EXPECT_EQ(sorted(), at_once) << seed;
  }
  EXPECT_GT(compared, 50);
}

TEST_F(PostfixTarget, TakesTimeThatGrowsWithTheAccount) {
  constexpr std::size_t many = 20'000;
  std::vector<Setting> settings{main_domain(), forward("*", {address("x@o.example")})};
  for (std::size_t i = 0; i < many; ++i) {
    const std::string name = "a" + std::to_string(i) + "@example.com";
    settings.push_back(box(name));
    settings.push_back(forward("b" + name, {address(name), address("y@o.example")}));
  }
  const auto began = std::chrono::steady_clock::now();
  const AccountFacts all = facts(settings);
  for (const auto& [id, result] : bring(all)) EXPECT_EQ(result.outcome, Outcome::written) << id.owner << ' ' << id.name;
  EXPECT_EQ(open(all)->read().size(), settings.size());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

TEST_F(PostfixTarget, TakesTimeThatGrowsWithTheDomains) {
  constexpr std::size_t many = 40'000;
  std::vector<Setting> settings{main_domain()};
  for (std::size_t i = 0; i < many; ++i) settings.push_back(domain("d" + std::to_string(i) + ".example"));
  const auto began = std::chrono::steady_clock::now();
  const AccountFacts all = facts(settings);
  for (const auto& [id, result] : bring(all)) EXPECT_EQ(result.outcome, Outcome::written) << id.owner;
  EXPECT_EQ(open(all)->read().size(), settings.size());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_F(PostfixTarget, WhatChangesInAListComesWithTheNextRunAndNothingWithoutIt) {
  auto ledger = ledger::Ledger::in_memory(entropy_);
  using Reported = sync::SettingReport::Outcome;
  const auto run = [&] { return sync::merge_account(source_, *open(facts(source_.settings)), ledger, {}); };
  const auto with = [&](const store::ListFile& list, std::vector<Destination> others = {}) {
    source_.settings = {main_domain(), forward_to_list("all", list, std::move(others))};
  };
  with({{"x@o.example", "y@o.example"}, {}});
  const auto first = run();
  EXPECT_TRUE(first.is_complete) << "there is nothing left for the admin to do";
  EXPECT_EQ(text("virtual_alias_maps"), "all@example.com x@o.example, y@o.example\n");
  const auto again = run();
  EXPECT_TRUE(again.files.empty());
  EXPECT_TRUE(again.reports.empty());
  EXPECT_EQ(again.unchanged, 2U);

  with({{"x@o.example", "z@o.example"}, {}});
  const auto changed = run();
  ASSERT_EQ(changed.reports.size(), 1U);
  EXPECT_EQ(changed.reports.front().outcome, Reported::approximated);
  EXPECT_EQ(text("virtual_alias_maps"), "all@example.com x@o.example, z@o.example\n");

  // What can't be read any more is no reason to take its addresses away.
  for (const store::ListFile& list : {store::ListFile{{}, "it can't be read"}, store::ListFile{}}) {
    with(list);
    for (int i = 0; i < 2; ++i) {
      const auto lost = run();
      EXPECT_FALSE(lost.is_complete);
      ASSERT_EQ(lost.reports.size(), 1U);
      EXPECT_EQ(lost.reports.front().outcome, Reported::not_carried);
      EXPECT_EQ(text("virtual_alias_maps"), "all@example.com x@o.example, z@o.example\n");
    }
  }
  with({{"x@o.example", "z@o.example"}, {}}, {address("w@o.example")});
  (void)run();
  with({{}, "its line 1 holds a program"}, {address("w@o.example")});
  EXPECT_EQ(run().reports.front().outcome, Reported::not_carried);
  EXPECT_EQ(text("virtual_alias_maps"), "all@example.com w@o.example, x@o.example, z@o.example\n");
  with({{"x@o.example"}, {}});
  (void)run();
  EXPECT_EQ(text("virtual_alias_maps"), "all@example.com x@o.example\n");

  // One that nobody could ever read keeps no other address back.
  const store::ListFile roots{{}, "it can't be read"};
  source_.settings = {main_domain(), forward_to_list("both", roots, {address("v@o.example")})};
  (void)run();
  source_.settings = {main_domain(), forward_to_list("both", roots, {address("w@o.example")})};
  (void)run();
  EXPECT_NE(text("virtual_alias_maps").find("both@example.com w@o.example\n"), std::string::npos);

  // The admin's own row stays, and is told of once.
  put("virtual_alias_maps", "all@example.com mine@o.example\n");
  with({{"x@o.example", "y@o.example"}, {}});
  const auto kept = run();
  ASSERT_EQ(kept.reports.size(), 1U);
  EXPECT_EQ(kept.reports.front().outcome, Reported::kept_own);
  EXPECT_EQ(text("virtual_alias_maps"), "all@example.com mine@o.example\n");
}

TEST_F(PostfixTarget, ASecondRunChangesNothingAndTheAdminsEditStays) {
  auto ledger = ledger::Ledger::in_memory(entropy_);
  source_.settings = {main_domain(),
                      domain("example.net"),
                      box("bob@example.com"),
                      forward("info", {address("x@o.example")}),
                      forward("bob@example.com", {address("y@o.example"), {Kind::pipe, "/bin/x"}}),
                      forward("*", {{Kind::user, "acct"}}),
                      forward("gone", {{Kind::fail, "gone"}})};
  const AccountFacts all = facts(source_.settings);
  sync::AccountOptions options;
  const auto run = [&] { return sync::merge_account(source_, *open(facts(source_.settings)), ledger, options); };
  const auto first = run();
  EXPECT_EQ(first.error, std::nullopt);
  EXPECT_FALSE(first.is_complete) << "the default address is not carried";
  const auto after_first = texts();
  EXPECT_EQ(after_first.at("virtual_alias_maps"),
            "bob@example.com bob@example.com, y@o.example\ninfo@example.com x@o.example\n");
  const auto second = run();
  EXPECT_TRUE(second.files.empty());
  ASSERT_EQ(second.reports.size(), 1U);
  EXPECT_EQ(second.reports.front().id.name, "*");
  EXPECT_EQ(texts(), after_first);

  put("virtual_alias_maps", "bob@example.com bob@example.com, y@o.example\ninfo@example.com mine@o.example\n");
  source_.settings[4] = forward("bob@example.com", {address("z@o.example")});
  const auto third = run();
  EXPECT_EQ(text("virtual_alias_maps"),
            "bob@example.com bob@example.com, z@o.example\ninfo@example.com mine@o.example\n");
  const auto kept = std::find_if(third.reports.begin(), third.reports.end(),
                                 [](const auto& report) { return report.id.name == "info"; });
  ASSERT_NE(kept, third.reports.end());
  EXPECT_EQ(kept->outcome, sync::SettingReport::Outcome::kept_own);

  const std::string with_info = text("virtual_alias_maps");
  put("virtual_alias_maps", with_info.substr(0, with_info.find("info@")));
  const auto fourth = run();
  EXPECT_EQ(text("virtual_alias_maps"), with_info.substr(0, with_info.find("info@"))) << "taken away, it stays so";
  EXPECT_TRUE(fourth.files.empty());
  put("virtual_alias_maps", with_info);

  source_.settings.erase(source_.settings.begin() + 4);
  options.take_away = true;
  (void)run();
  EXPECT_EQ(text("virtual_alias_maps"), "info@example.com mine@o.example\n");

  auto lost = ledger::Ledger::in_memory(entropy_);
  const auto before = texts();
  (void)sync::merge_account(source_, *open(facts(source_.settings)), lost, options);
  EXPECT_EQ(texts(), before) << "without memory what is there stays";
}

}  // namespace
}  // namespace mailhaul::account
