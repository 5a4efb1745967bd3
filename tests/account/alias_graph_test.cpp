#include "account/alias_graph.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mailhaul::account {
namespace {

using store::Destination;
using store::Setting;
using store::SettingId;
using store::SettingKind;
using Kind = Destination::Kind;
using End = Route::End;
using Strings = std::vector<std::string>;

Setting box(const std::string& address) {
  return {{address, SettingKind::mailbox, {}}, store::MailboxState{true, true, true}};
}
SettingId key(const std::string& name, const std::string& domain = "d.example") {
  return {domain, SettingKind::forwarder, name};
}
Setting forward(const std::string& name, std::vector<Destination> to, const std::string& domain = "d.example") {
  return {key(name, domain), store::Forwarder{std::move(to), {}}};
}
Setting domain_forward(const std::string& from, const std::string& to) {
  return {{from, SettingKind::domain_forwarder, {}}, store::DomainForwarder{to}};
}
Destination to(const std::string& address) { return {Kind::address, address}; }
/// A forwarder to files, and to what else there is.
Setting forward_to_lists(const std::string& name, std::map<std::string, store::ListFile> lists,
                         std::vector<Destination> others = {}) {
  store::Forwarder forwarder{std::move(others), {}};
  for (const auto& [path, list] : lists) forwarder.to.push_back({Kind::include, path});
  forwarder.lists = std::move(lists);
  return {key(name), forwarder};
}

/// d.example and e.example, with bob and the account's own mailbox at d.example.
AccountFacts facts_with(std::vector<Setting> settings, bool with_own_box = true) {
  settings.push_back({{"d.example", SettingKind::domain, {}}, store::Domain{store::Domain::Kind::main, {}, {}}});
  settings.push_back({{"e.example", SettingKind::domain, {}}, store::Domain{store::Domain::Kind::addon, {}, {}}});
  settings.push_back(box("Bob@d.example"));
  if (with_own_box) settings.push_back(box("acct@d.example"));
  return facts_of(settings, "acct");
}

struct Case {
  const char* what;
  std::string name;
  std::vector<Destination> list;
  End end;
  Strings addresses{};
  std::string text{};
  std::size_t left_out = 0;
};

TEST(AliasGraph, OneListOfDestinations) {
  const std::string home = "/home/acct/mail/d.example/bob";
  const std::vector<Case> cases{
      {"an address", "a", {to("x@o.example")}, End::addresses, {"x@o.example"}},
      {"one of them twice", "a", {to("x@o.example"), to("X@O.example")}, End::addresses, {"x@o.example"}},
      {"beside a mailbox", "bob", {to("x@o.example")}, End::addresses, {"bob@d.example", "x@o.example"}},
      {"a mailbox that names itself", "bob", {to("BOB@d.example")}, End::addresses, {"bob@d.example"}},
      {"nobody, who names himself", "a", {to("a@d.example")}, End::nowhere},
      {"the account's own mailbox", "a", {{Kind::user, "acct"}}, End::addresses, {"acct@d.example"}},
      {"another user", "a", {{Kind::user, "root"}}, End::nowhere, {}, "", 1},
      {"refused", "a", {{Kind::fail, " gone "}}, End::refused, {}, "gone"},
      {"refused, whatever else is there", "bob", {to("x@o.example"), {Kind::fail, "gone"}}, End::refused, {}, "gone"},
      {"put off", "a", {{Kind::unknown, ":defer: later"}}, End::deferred, {}, "later"},
      {"thrown away", "a", {{Kind::discard, ""}}, End::discarded},
      {"thrown away, whatever else is there", "a", {to("x@o.example"), {Kind::discard, ""}}, End::discarded},
      {"thrown into a file", "a", {{Kind::discard, "/dev/null"}}, End::discarded},
      {"a file for nothing beside another",
       "a",
       {to("x@o.example"), {Kind::discard, "/dev/null"}},
       End::addresses,
       {"x@o.example"}},
      {"thrown away beside a mailbox", "bob", {{Kind::discard, ""}}, End::nowhere},
      {"a program", "a", {{Kind::pipe, "/bin/x"}}, End::nowhere, {}, "", 1},
      {"a program beside an address",
       "a",
       {{Kind::pipe, "/bin/x"}, to("x@o.example")},
       End::addresses,
       {"x@o.example"},
       "",
       1},
      {"a program beside a mailbox", "bob", {{Kind::pipe, "/bin/x"}}, End::nowhere, {}, "", 1},
      {"a mailbox that answers", "bob", {{Kind::responder, "bob@d.example"}}, End::nowhere},
      {"one that is answered for another", "a", {{Kind::responder, "bob@d.example"}}, End::nowhere, {}, "", 1},
      {"a mailbox that is answered for by another's",
       "acct",
       {{Kind::responder, "bob@d.example"}, to("x@o.example")},
       End::addresses,
       {"acct@d.example", "x@o.example"},
       "",
       1},
      {"one that answers for nobody", "a", {{Kind::responder, "a@d.example"}}, End::nowhere, {}, "", 1},
      {"the path of a mailbox", "a", {{Kind::file, home + "/"}}, End::addresses, {"bob@d.example"}},
      {"the same without a slash", "a", {{Kind::file, home}}, End::addresses, {"bob@d.example"}},
      {"the path of a folder", "a", {{Kind::file, home + "/.Sent/"}}, End::nowhere, {}, "", 1},
      {"the path of nobody's mailbox", "a", {{Kind::file, "/home/acct/mail/d.example/al/"}}, End::nowhere, {}, "", 1},
      {"another file", "a", {{Kind::file, "/etc/passwd"}}, End::nowhere, {}, "", 1},
      {"another account's", "a", {{Kind::file, "/home/x/mail/d.example/bob/"}}, End::nowhere, {}, "", 1},
      {"a list in a file", "a", {{Kind::include, "/home/acct/list"}}, End::nowhere, {}, "", 1},
      {"what nobody knows", "a", {{Kind::unknown, "\\x"}}, End::nowhere, {}, "", 1},
      {"nothing", "a", {}, End::nowhere},
      {"a line end", "a", {to("x@o.example\nroot@o.example")}, End::nowhere, {}, "", 1},
      {"two addresses in one", "a", {to("x@o.example,y@o.example")}, End::nowhere, {}, "", 1},
      {"what a server would call", "a", {to("|x@o.example")}, End::nowhere, {}, "", 1},
      {"what a server would open", "a", {to("/x@o.example")}, End::nowhere, {}, "", 1},
      {"what a server would include", "a", {to(":include:/x@o.example")}, End::nowhere, {}, "", 1},
      {"an option", "a", {to("-x@o.example")}, End::nowhere, {}, "", 1},
      {"quotes", "a", {to("\"x y\"@o.example")}, End::nowhere, {}, "", 1},
      {"letters that are not ASCII", "a", {to("\xc3\xbc@o.example")}, End::nowhere, {}, "", 1},
      {"a host of the old server's network", "a", {to("root@localhost")}, End::nowhere, {}, "", 1},
      {"too long", "a", {to(std::string(300, 'x') + "@o.example")}, End::nowhere, {}, "", 1},
  };
  for (const Case& one : cases) {
    const AccountFacts facts = facts_with({forward(one.name, one.list)});
    const Route route = AliasGraph(facts).route_of(key(one.name));
    EXPECT_EQ(route.end, one.end) << one.what;
    EXPECT_EQ(route.to, one.addresses) << one.what;
    EXPECT_EQ(route.text, one.text) << one.what;
    EXPECT_EQ(route.left_out.size(), one.left_out) << one.what;
  }
}

TEST(AliasGraph, WhatAFileHoldsStandsInItsPlace) {
  using Lists = std::map<std::string, store::ListFile>;
  const std::string path = "/home/acct/list";
  const struct {
    const char* what;
    std::string name;
    Lists lists;
    std::vector<Destination> others;
    End end;
    Strings addresses;
    std::size_t left_out;
    const char* said;  ///< in what is nearly so or left out
  } cases[] = {
      {"addresses",
       "a",
       {{path, {{"x@o.example", "y@o.example"}, {}}}},
       {},
       End::addresses,
       {"x@o.example", "y@o.example"},
       0,
       path.c_str()},
      {"one twice, whatever its case",
       "a",
       {{path, {{"x@o.example", "X@o.example", "x@o.example"}, {}}}},
       {to("x@O.example")},
       End::addresses,
       {"x@O.example"},
       0,
       "next run"},
      {"the account's own user", "a", {{path, {{"acct"}, {}}}}, {}, End::addresses, {"acct@d.example"}, 0, "next run"},
      {"another user beside an address",
       "a",
       {{path, {{"root", "x@o.example"}, {}}}},
       {},
       End::addresses,
       {"x@o.example"},
       1,
       "'root' is a user"},
      {"what can't stand in a list of addresses",
       "a",
       {{path, {{"|x@o.example"}, {}}}},
       {},
       End::nowhere,
       {},
       1,
       "no address"},
      {"a mailbox, which keeps its copy",
       "bob",
       {{path, {{"x@o.example"}, {}}}},
       {},
       End::addresses,
       {"bob@d.example", "x@o.example"},
       0,
       "next run"},
      {"a mailbox that names itself",
       "bob",
       {{path, {{"BOB@d.example"}, {}}}},
       {},
       End::addresses,
       {"bob@d.example"},
       0,
       "next run"},
      {"nobody, who names himself", "a", {{path, {{"a@d.example"}, {}}}}, {}, End::nowhere, {}, 0, "next run"},
      {"two lists",
       "a",
       {{path, {{"x@o.example"}, {}}}, {path + "2", {{"y@o.example", "x@o.example"}, {}}}},
       {},
       End::addresses,
       {"x@o.example", "y@o.example"},
       0,
       "list2"},
      {"nobody", "a", {{path, {}}}, {}, End::nowhere, {}, 0, "is empty"},
      {"nobody beside an address",
       "a",
       {{path, {}}},
       {to("x@o.example")},
       End::addresses,
       {"x@o.example"},
       0,
       "is empty"},
      {"one that can't be read",
       "a",
       {{path, {{}, "it is a link"}}},
       {},
       End::nowhere,
       {},
       1,
       "is a file, and it is a link"},
      {"one that can't be read beside an address",
       "a",
       {{path, {{}, "it is a link"}}},
       {to("x@o.example")},
       End::addresses,
       {"x@o.example"},
       1,
       "it is a link"},
      {"a refusal, which is for all",
       "a",
       {{path, {{"x@o.example"}, {}}}},
       {{Kind::fail, "gone"}},
       End::refused,
       {},
       0,
       ""},
      {"thrown away, which is for all",
       "a",
       {{path, {{"x@o.example"}, {}}}},
       {{Kind::discard, ""}},
       End::discarded,
       {},
       0,
       ""},
  };
  for (const auto& one : cases) {
    const AccountFacts facts = facts_with({forward_to_lists(one.name, one.lists, one.others)});
    const Route route = AliasGraph(facts).route_of(key(one.name));
    EXPECT_EQ(route.end, one.end) << one.what;
    EXPECT_EQ(route.to, one.addresses) << one.what;
    EXPECT_EQ(route.left_out.size(), one.left_out) << one.what;
    EXPECT_NE((joined(route.nearly) + joined(route.left_out)).find(one.said), std::string::npos) << one.what;
  }
}

TEST(AliasGraph, ALoopThroughAFileLeadsToWhereItHasEnds) {
  const AccountFacts facts =
      facts_with({forward_to_lists("a", {{"/home/acct/list", {{"b@d.example", "x@o.example"}, {}}}}),
                  forward("b", {to("a@d.example"), to("bob@d.example")}),
                  forward_to_lists("c", {{"/home/acct/own", {{"c@d.example", "d@d.example"}, {}}}}),
                  forward_to_lists("d", {{"/home/acct/own", {{"c@d.example", "d@d.example"}, {}}}})});
  const AliasGraph graph(facts);
  for (const char* const name : {"a", "b"}) {
    const Route route = graph.route_of(key(name));
    EXPECT_EQ(route.end, End::addresses) << name;
    EXPECT_EQ(std::set<std::string>(route.to.begin(), route.to.end()),
              (std::set<std::string>{"x@o.example", "bob@d.example"}))
        << name;
  }
  EXPECT_NE(joined(graph.route_of(key("a")).nearly).find("/home/acct/list"), std::string::npos);
  for (const char* const name : {"c", "d"}) {
    EXPECT_EQ(graph.route_of(key(name)).end, End::nowhere) << name;
    EXPECT_NE(joined(graph.route_of(key(name)).left_out).find("circle"), std::string::npos) << name;
  }
}

TEST(AliasGraph, WhatToDoAboutAListOfThousandsIsSaidOnce) {
  store::ListFile list;
  for (int i = 0; i < 5000; ++i) list.members.push_back("user" + std::to_string(i));
  const AccountFacts facts = facts_with({forward_to_lists("a", {{"/home/acct/list", list}})});
  const Route route = AliasGraph(facts).route_of(key("a"));
  EXPECT_EQ(route.left_out.size(), 5000U);
  EXPECT_EQ(route.what_to_do, Strings{"say which address is meant"});
}

TEST(AliasGraph, TheAccountsOwnMailboxMayHaveNoAddress) {
  const AccountFacts facts = facts_with({forward("*", {{Kind::user, "acct"}})}, false);
  const Route route = AliasGraph(facts).route_of(key("*"));
  EXPECT_EQ(route.end, End::nowhere);
  EXPECT_EQ(route.left_out.size(), 1U);
  EXPECT_FALSE(route.what_to_do.empty());
}

TEST(AliasGraph, ALoopLeadsToItsEnds) {
  const AccountFacts facts =
      facts_with({forward("a", {to("b@d.example"), to("One@O.example")}), forward("b", {to("c@d.example")}),
                  forward("c", {to("A@D.example"), to("bob@d.example"), to("none@d.example")}),
                  forward("before", {to("a@d.example")}), forward("x", {to("y@d.example")}),
                  forward("y", {to("x@d.example")}), forward("bob", {to("two@o.example")})});
  const AliasGraph graph(facts);
  EXPECT_EQ(graph.route_of(key("a")).to, (Strings{"One@O.example", "bob@d.example", "two@o.example"}));
  EXPECT_EQ(graph.route_of(key("c")).to, (Strings{"One@O.example", "bob@d.example", "two@o.example"}));
  EXPECT_EQ(graph.route_of(key("before")).to, Strings{"a@d.example"}) << "only what is in the loop";
  EXPECT_EQ(graph.route_of(key("bob")).to, (Strings{"bob@d.example", "two@o.example"})) << "what comes after it";
  EXPECT_EQ(graph.route_of(key("x")).end, End::nowhere);
  EXPECT_EQ(graph.route_of(key("x")).left_out.size(), 1U);
}

TEST(AliasGraph, ALoopMayGoByTheRestOfADomain) {
  const AccountFacts facts =
      facts_with({forward("a", {to("none@d.example"), to("x@o.example")}), forward("*", {to("a@d.example")})});
  const AliasGraph graph(facts);
  EXPECT_EQ(graph.route_of(key("a")).to, Strings{"x@o.example"});
  EXPECT_EQ(graph.route_of(key("*")).to, Strings{"x@o.example"});
}

TEST(AliasGraph, ALoopOfMailboxesKeepsAllTheirCopies) {
  const AccountFacts facts =
      facts_with({box("al@d.example"), forward("al", {to("bob@d.example")}), forward("bob", {to("al@d.example")})});
  const AliasGraph graph(facts);
  EXPECT_EQ(graph.route_of(key("al")).to, (Strings{"al@d.example", "bob@d.example"}));
  EXPECT_EQ(graph.route_of(key("bob")).to, (Strings{"bob@d.example", "al@d.example"}));
}

TEST(AliasGraph, ADomainsForwarderHasWhatTheDefaultWouldHave) {
  const AccountFacts facts =
      facts_with({domain_forward("d.example", "e.example"), forward("*", {to("x@o.example")}),
                  forward("a", {to("none@d.example")}), forward("none", {to("a@d.example")}, "e.example")});
  const AliasGraph graph(facts);
  EXPECT_EQ(graph.domain_after("d.example"), "e.example");
  EXPECT_EQ(graph.domain_after("e.example"), "");
  EXPECT_EQ(graph.route_of(key("*")).end, End::nowhere);
  EXPECT_EQ(graph.route_of(key("*")).nearly.size(), 1U);
  EXPECT_EQ(graph.route_of(key("a")).end, End::nowhere) << "none@d.example is none@e.example, and that a@d.example";
}

TEST(AliasGraph, DomainsThatGoRoundLeadNowhere) {
  const AccountFacts facts =
      facts_with({domain_forward("d.example", "e.example"), domain_forward("e.example", "d.example")});
  EXPECT_EQ(AliasGraph(facts).domain_after("d.example"), "");
  EXPECT_TRUE(AliasGraph(facts).ends_of("x@d.example").empty());
}

TEST(AliasGraph, TakesTimeThatGrowsWithTheAccount) {
  constexpr std::size_t many = 20'000;
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < many; ++i)
    settings.push_back(forward("a" + std::to_string(i), {to("a" + std::to_string(i + 1) + "@d.example")}));
  settings.push_back(forward("a" + std::to_string(many), {to("x@o.example")}));
  const AccountFacts facts = facts_with(std::move(settings));
  const auto began = std::chrono::steady_clock::now();
  const AliasGraph graph(facts);
  EXPECT_EQ(graph.ends_of("a0@d.example"), Strings{"x@o.example"});
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

}  // namespace
}  // namespace mailhaul::account
