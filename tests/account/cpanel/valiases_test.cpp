#include "account/cpanel/valiases.hpp"

#include <gtest/gtest.h>

#include <random>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;

constexpr const char* domain = "example.com";
constexpr const char* directory = "/home/u/.autorespond";

std::string shown(const AliasEntry& entry) {
  std::string out = entry.key + " =" + entry.address + ":";
  for (const store::Destination& to : entry.forwarder.to)
    out += " " + std::to_string(static_cast<int>(to.kind)) + "<" + to.text + ">";
  return out;
}

std::vector<std::string> shown(const std::vector<AliasEntry>& entries) {
  std::vector<std::string> out;
  for (const AliasEntry& entry : entries) out.push_back(shown(entry));
  return out;
}

store::Forwarder to_address(const std::string& address) { return {{{Kind::address, address}}, {}}; }

TEST(Valiases, EveryForm) {
  const AliasFile file = parse_valiases("*: :fail: No Such User, Here\n"
                                        "# a comment\n"
                                        "\n"
                                        "info@example.com: a@b.example,\r\n"
                                        "# within\n"
                                        "\r\n"
                                        "\tc@d.example,\r\n"
                                        "  e@f.example\r\n"
                                        "Sales@Example.COM :\"|/usr/bin/x a,b\"\n"
                                        "bare: u\n"
                                        "no-colon@example.com a@b.example\n"
                                        "\"quoted key\"@example.com: x\n"
                                        "\"quoted@example.com\": a@b.example\n"
                                        "nowhere@example.com:\n"
                                        "last@example.com: /dev/null",
                                        domain);
  EXPECT_EQ(shown(file.entries),
            (std::vector<std::string>{
                "* =*: 5<No Such User, Here>",
                "info@example.com =info@example.com: 0<a@b.example> 0<c@d.example> 0<e@f.example>",
                "Sales@Example.COM =sales@example.com: 3</usr/bin/x a,b>", "bare =bare@example.com: 1<u>",
                "no-colon@example.com =no-colon@example.com: 0<a@b.example>",
                "quoted key =quoted key@example.com: 8<@example.com: x>",
                "quoted@example.com =quoted@example.com: 0<a@b.example>",
                "nowhere@example.com =nowhere@example.com:", "last@example.com =last@example.com: 6</dev/null>"}));
  EXPECT_TRUE(file.foreign.empty());
  EXPECT_EQ(file.entries[1].first_line, 4U);
  EXPECT_EQ(file.entries[1].last_line, 8U);
  EXPECT_EQ(file.entries[1].forwarder.original, "a@b.example, c@d.example, e@f.example");
  EXPECT_EQ(file.entries[8].last_line, 15U);
}

TEST(Valiases, TheFirstOfEqualKeysCounts) {
  const AliasFile file = parse_valiases("Bob@example.com: a@b.example\nbob@example.com: c@d.example\n", domain);
  EXPECT_EQ(shown(file.entries), (std::vector<std::string>{"Bob@example.com =bob@example.com: 0<a@b.example>"}));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].weight, Weight::note);
  EXPECT_EQ(file.problems[0].line, 2U);
}

TEST(Valiases, AKeyWithItsDomainCountsBeforeOneWithout) {
  const AliasFile file = parse_valiases("bob: a@b.example\nbob@example.com: c@d.example\n", domain);
  EXPECT_EQ(shown(file.entries), (std::vector<std::string>{"bob@example.com =bob@example.com: 0<c@d.example>"}));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].line, 1U);
}

TEST(Valiases, KeysOfAnotherDomainAreSeenAndNotCarried) {
  const AliasFile file = parse_valiases("bob@example.com: x\nroot@other.example: \"|/bin/sh\"\n", domain);
  EXPECT_EQ(file.entries.size(), 1U);
  EXPECT_EQ(shown(file.foreign), (std::vector<std::string>{"root@other.example =root@other.example: 3</bin/sh>"}));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_EQ(file.problems[0].weight, Weight::lost);
  EXPECT_EQ(file.problems[0].subject, "root@other.example");
}

TEST(Valiases, WhatIsNoEntryIsLost) {
  for (const char* text : {" continues@b.example\n", ": x\n", "bob@: x\n", "@example.com: x\n", "a\x01: x\n"}) {
    const AliasFile file = parse_valiases(text, domain);
    EXPECT_TRUE(file.entries.empty()) << text;
    ASSERT_EQ(file.problems.size(), 1U) << text;
    EXPECT_EQ(file.problems[0].weight, Weight::lost);
    EXPECT_EQ(file.problems[0].line, 1U);
  }
}

TEST(Valiases, RemarksNameTheirLine) {
  const AliasFile file = parse_valiases(
      "list@example.com: \"|/usr/local/cpanel/3rdparty/mailman/mail/wrapper post list_example.com\"\nbare: x\n",
      domain);
  ASSERT_EQ(file.problems.size(), 2U);
  EXPECT_EQ(file.problems[0].subject, "list@example.com");
  EXPECT_EQ(file.problems[1].subject, "bare");
  EXPECT_EQ(file.problems[1].line, 2U);
}

TEST(Valiases, OneEntryIsEdited) {
  const std::string text = "# head\r\n*: u\r\ninfo@example.com: a@b.example,\r\n# within\r\n  "
                           "c@d.example\r\nroot@other.example: x\r\nend: y";
  EXPECT_EQ(with_entry(text, domain, "info@example.com", to_address("n@b.example"), directory),
            "# head\r\n*: u\r\ninfo@example.com: n@b.example\r\n# within\r\nroot@other.example: x\r\nend: y");
  EXPECT_EQ(with_entry(text, domain, "info@example.com", std::nullopt, directory),
            "# head\r\n*: u\r\n# within\r\nroot@other.example: x\r\nend: y");
  EXPECT_EQ(with_entry(text, domain, "new@example.com", to_address("n@b.example"), directory),
            text + "\r\nnew@example.com: n@b.example\r\n");
  EXPECT_EQ(with_entry(text, domain, "end", to_address("n@b.example"), directory),
            text.substr(0, text.size() - 1) + "n@b.example");
  EXPECT_EQ(with_entry(text, domain, "none@example.com", std::nullopt, directory), text);
  EXPECT_EQ(with_entry("", domain, "*", store::Forwarder{{{Kind::fail, "No, no"}}, {}}, directory),
            "*: :fail: No, no\n");
  EXPECT_EQ(with_entry("", domain, "x@example.com", store::Forwarder{}, directory), "x@example.com:\n");
}

TEST(Valiases, WhatSaysTheSameStaysAsItIs) {
  const std::string text = "Info@Example.com :  A@b.example ,\n  'c@d.example'\n";
  const store::Forwarder same{{{Kind::address, "A@b.example"}, {Kind::address, "c@d.example"}}, {}};
  EXPECT_EQ(with_entry(text, domain, "info@example.com", same, directory), text);
  EXPECT_EQ(with_entry(text, domain, "info@example.com", to_address("n@b.example"), directory),
            "Info@Example.com: n@b.example\n");
}

TEST(Valiases, AResponderIsLedToThisHome) {
  const std::string text =
      "i@example.com: \"|/usr/local/cpanel/bin/autorespond i@example.com /home/old/.autorespond\"\n";
  const store::Forwarder same{{{Kind::responder, "i@example.com"}}, {}};
  EXPECT_EQ(with_entry(text, domain, "i@example.com", same, directory),
            "i@example.com: \"|/usr/local/cpanel/bin/autorespond i@example.com /home/u/.autorespond\"\n");
}

TEST(Valiases, ASecondLineOfAKeyDoesNotComeToLife) {
  const std::string text = "bob@example.com: a@b.example\nx: y\nBOB@example.com: \"|/old\"\n";
  EXPECT_EQ(with_entry(text, domain, "bob@example.com", std::nullopt, directory), "x: y\n");
  EXPECT_EQ(with_entry(text, domain, "bob@example.com", to_address("a@b.example"), directory),
            "bob@example.com: a@b.example\nx: y\n");
}

TEST(Valiases, AKeyWithoutItsDomainIsAnother) {
  EXPECT_EQ(with_entry("bob@example.com: a@b.example\n", domain, "bob", to_address("n@b.example"), directory),
            "bob@example.com: a@b.example\nbob: n@b.example\n");
}

TEST(Valiases, KeysThatAreRefused) {
  for (const char* key : {"", "a b", "a:b", "a\nb", "a|b", "#a", "\"a\"", "../a", "a@other.example", "a@",
                          "@example.com", "a@b@example.com", "*@example.com", "a@example.com\n*"}) {
    EXPECT_THROW((void)with_entry("", domain, key, to_address("a@b.example"), directory), Error) << key;
    EXPECT_THROW((void)with_entry("", domain, key, std::nullopt, directory), Error) << key;
  }
  EXPECT_THROW((void)with_entry("", "no domain", "a", std::nullopt, directory), Error);
}

TEST(Valiases, ARefusedChangeLeavesTheOthers) {
  AliasEditor editor("a: b\n", domain, directory);
  editor.set("x@example.com", to_address("a@b.example"));
  EXPECT_THROW(editor.set("y@example.com", to_address("|/bin/sh")), Error);
  editor.set("z@example.com", to_address("c@d.example"));
  editor.set("x@example.com", to_address("e@f.example"));
  editor.set("gone@example.com", to_address("e@f.example"));
  editor.remove("gone@example.com");
  EXPECT_EQ(editor.text(), "a: b\nx@example.com: e@f.example\nz@example.com: c@d.example\n");
}

TEST(Valiases, EditsLeaveAllOtherEntriesEqual) {
  std::mt19937 random(11);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const std::vector<std::string> lines{"a@example.com: x@y.example\n",
                                       "A@example.com: \"|/p q\",\n",
                                       "  z@y.example\r\n",
                                       "# comment\n",
                                       "\n",
                                       "b: u\n",
                                       "b@example.com: :fail: a, b\r\n",
                                       "*: u\n",
                                       "c@other.example: x\n",
                                       "c@example.com: /dev/null,x@y.example\n",
                                       "\"c@example.com\" x\n",
                                       "d@example.com\n",
                                       " \t\n",
                                       "d: 'a@b.example'"};
  const std::vector<std::string> keys{"a@example.com", "b@example.com", "b", "*", "c@example.com", "d",
                                      "e@example.com"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t i = pick(9); i > 0; --i) text += lines[pick(lines.size())];
    const std::string key = keys[pick(keys.size())];
    std::optional<store::Forwarder> forwarder;
    if (pick(3) != 0) forwarder = to_address("new" + std::to_string(pick(3)) + "@b.example");
    const std::string after = with_entry(text, domain, key, forwarder, directory);
    EXPECT_EQ(with_entry(after, domain, key, forwarder, directory), after);
    const std::string address = key == "*" || key.size() > 2 ? key : key + "@example.com";
    const auto others = [&](const std::string& of) {
      std::vector<std::string> out;
      for (const AliasEntry& entry : parse_valiases(of, domain).entries)
        if (entry.address != address) out.push_back(shown(entry));
      return out;
    };
    EXPECT_EQ(others(after), others(text)) << text << "----\n" << key;
    if (key == "b" || key == "d") continue;  // what has its domain may hide it
    const AliasFile file = parse_valiases(after, domain);
    std::string found = "none";
    for (const AliasEntry& entry : file.entries)
      if (entry.address == address && (key == "*" || entry.key.size() > 2)) found = entry.forwarder.to.at(0).text;
    EXPECT_EQ(found, forwarder ? forwarder->to[0].text : "none") << text << "----\n" << key;
  }
}

TEST(Valiases, ThousandsOfKeys) {
  AliasEditor editor("", domain, directory);
  for (int i = 0; i < 20000; ++i) editor.set("u" + std::to_string(i) + "@example.com", to_address("a@b.example"));
  EXPECT_EQ(parse_valiases(editor.text(), domain).entries.size(), 20000U);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
