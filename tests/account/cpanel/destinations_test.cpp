#include "account/cpanel/destinations.hpp"

#include <gtest/gtest.h>

#include <random>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;
using List = std::vector<store::Destination>;

constexpr const char* directory = "/home/u/.autorespond";

std::string shown(const List& list) {
  std::string out;
  for (const store::Destination& to : list) out += std::to_string(static_cast<int>(to.kind)) + "<" + to.text + "> ";
  return out;
}

TEST(Destinations, EveryForm) {
  struct Row {
    const char* text;
    List to;
    std::size_t remarks;
  };
  const std::vector<Row> rows{
      {"", {}, 0},
      {" , ,", {}, 0},
      {"a@b.example", {{Kind::address, "a@b.example"}}, 0},
      {"A@b.example , c@d.example,", {{Kind::address, "A@b.example"}, {Kind::address, "c@d.example"}}, 0},
      {"\"a@b.example\"", {{Kind::address, "a@b.example"}}, 0},
      {"\"a b\"@b.example,c@d.example", {{Kind::address, "\"a b\"@b.example"}, {Kind::address, "c@d.example"}}, 0},
      {"Bob <bob@b.example>, amy@b.example (Amy, at home)",
       {{Kind::address, "bob@b.example"}, {Kind::address, "amy@b.example"}},
       0},
      {"root@localhost", {{Kind::address, "root@localhost"}}, 0},
      {"user", {{Kind::user, "user"}}, 0},
      {"\\user", {{Kind::unknown, "\\user"}}, 0},
      {"two words", {{Kind::unknown, "two words"}}, 0},
      {":fail:", {{Kind::fail, ""}}, 0},
      {":fail: No Such User Here, \"sorry\", x@y.example",
       {{Kind::fail, "No Such User Here, \"sorry\", x@y.example"}},
       0},
      {"\":fail: No Such, User\"", {{Kind::fail, "No Such, User"}}, 0},
      {"\":fail: No\", a@b.example", {{Kind::fail, "No"}}, 1},
      {"a@b.example,:fail: x", {{Kind::address, "a@b.example"}, {Kind::fail, "x"}}, 1},
      {":defer: later, x", {{Kind::unknown, ":defer: later, x"}}, 0},
      {":unknown:", {{Kind::unknown, ":unknown:"}}, 0},
      {":blackhole:", {{Kind::discard, ""}}, 0},
      {":blackhole: why, a@b.example", {{Kind::discard, ""}, {Kind::address, "a@b.example"}}, 1},
      {"/dev/null", {{Kind::discard, "/dev/null"}}, 0},
      {"a@b.example,/dev/null", {{Kind::address, "a@b.example"}, {Kind::discard, "/dev/null"}}, 0},
      {"/home/u/mail/box", {{Kind::file, "/home/u/mail/box"}}, 0},
      {"\"/home/u/a \\\"b\\\", c\"", {{Kind::file, "/home/u/a \"b\", c"}}, 0},
      {":include:/home/u/list", {{Kind::include, "/home/u/list"}}, 0},
      {"\":include:/home/u/a, b\"", {{Kind::include, "/home/u/a, b"}}, 0},
      {"|/usr/bin/x", {{Kind::pipe, "/usr/bin/x"}}, 0},
      {"\"|/usr/bin/php -q /home/u/p.php a,b\"", {{Kind::pipe, "/usr/bin/php -q /home/u/p.php a,b"}}, 0},
      {"|\"/home/u/p q\" x, a@b.example", {{Kind::pipe, "\"/home/u/p q\" x"}, {Kind::address, "a@b.example"}}, 0},
      {"\"|/x \\\"a b\\\" \\\\n\"", {{Kind::pipe, "/x \"a b\" \\n"}}, 0},
      {"'|/usr/bin/x a,b', c@d.example", {{Kind::pipe, "/usr/bin/x a,b"}, {Kind::address, "c@d.example"}}, 1},
      {"'a@b.example", {{Kind::address, "'a@b.example"}}, 0},
      {"|", {{Kind::unknown, "|"}}, 0},
      {"/a/b@example.com", {{Kind::unknown, "/a/b@example.com"}}, 1},
      {"\"|/usr/local/cpanel/bin/autorespond info@b.example /home/u/.autorespond\"",
       {{Kind::responder, "info@b.example"}},
       0},
      {"\"|/usr/local/cpanel/bin/autorespond info@b.example /home/u/other\"",
       {{Kind::pipe, "/usr/local/cpanel/bin/autorespond info@b.example /home/u/other"}},
       0},
      {"\"|/usr/local/cpanel/bin/autorespond info@b.example /home/u/.autorespond x\"",
       {{Kind::pipe, "/usr/local/cpanel/bin/autorespond info@b.example /home/u/.autorespond x"}},
       0},
      {"\"|/usr/local/cpanel/3rdparty/mailman/mail/wrapper post list_b.example\"",
       {{Kind::pipe, "/usr/local/cpanel/3rdparty/mailman/mail/wrapper post list_b.example"}},
       1},
      {"a@b.example, # c@d.example", {{Kind::address, "a@b.example"}}, 0},
      {"\"|/x", {{Kind::unknown, "\"|/x"}}, 0},
  };
  for (const Row& row : rows) {
    const DestinationList list = parse_destinations(row.text);
    EXPECT_EQ(shown(list.to), shown(row.to)) << row.text;
    EXPECT_EQ(list.remarks.size(), row.remarks) << row.text;
  }
}

TEST(Destinations, AsEximNeedsThem) {
  struct Row {
    List to;
    const char* text;
  };
  const std::vector<Row> rows{
      {{}, ""},
      {{{Kind::address, "a@b.example"}, {Kind::user, "u"}}, "a@b.example,u"},
      {{{Kind::address, "o'brien@b.example"}}, "o'brien@b.example"},
      {{{Kind::address, "root@localhost"}}, "root@localhost"},
      {{{Kind::file, "/home/u/box"}}, "/home/u/box"},
      {{{Kind::file, "/home/u/a, b"}}, "\"/home/u/a, b\""},
      {{{Kind::pipe, "/x \"a b\" \\n, c"}}, "\"|/x \\\"a b\\\" \\\\n, c\""},
      {{{Kind::responder, "info@b.example"}},
       "\"|/usr/local/cpanel/bin/autorespond info@b.example /home/u/.autorespond\""},
      {{{Kind::address, "a@b.example"}, {Kind::fail, "No, really"}}, "a@b.example,:fail: No, really"},
      {{{Kind::fail, ""}}, ":fail:"},
      {{{Kind::discard, ""}}, ":blackhole:"},
      {{{Kind::discard, "/dev/null"}}, "/dev/null"},
      {{{Kind::include, "/home/u/a b"}}, "\":include:/home/u/a b\""},
  };
  for (const Row& row : rows) EXPECT_EQ(destinations_text(row.to, directory), row.text);
}

TEST(Destinations, WhatCouldBeReadAsSomethingElseIsRefused) {
  const List bad{
      {Kind::address, "|/bin/sh@b.example"},
      {Kind::address, "/etc/x@b.example"},
      {Kind::address, ":fail:@b.example"},
      {Kind::address, "\"a\"@b.example"},
      {Kind::address, "a@b.example,c@d.example"},
      {Kind::address, "a@b.example\nx: y"},
      {Kind::address, "a@b.example\r"},
      {Kind::address, "#a@b.example"},
      {Kind::address, "'a@b.example"},
      {Kind::address, "a"},
      {Kind::address, ""},
      {Kind::address, "a@b_c.example"},
      {Kind::address, "a@b.example "},
      {Kind::address, "a\\b@c.example"},
      {Kind::address, "(a)b@c.example"},
      {Kind::address, "a@@b.example"},
      {Kind::user, "|x"},
      {Kind::user, "a,b"},
      {Kind::user, ""},
      {Kind::user, "a\nb"},
      {Kind::file, "x"},
      {Kind::file, "/x\ny"},
      {Kind::file, "/dev/null"},
      {Kind::file, "/a@b.example"},
      {Kind::file, "/x "},
      {Kind::pipe, ""},
      {Kind::pipe, "/x\n*: y"},
      {Kind::pipe, "/x\ty"},
      {Kind::pipe, std::string("/x\0y", 4)},
      {Kind::pipe, "/usr/local/cpanel/bin/autorespond i@b.example /home/u/.autorespond"},
      {Kind::responder, "x"},
      {Kind::responder, "a b@c.example"},
      {Kind::responder, "a@b.example /x"},
      {Kind::fail, "a\nb"},
      {Kind::discard, "/dev/full"},
      {Kind::include, "x"},
      {Kind::include, "/a\"b"},
      {Kind::unknown, "u"},
  };
  for (const store::Destination& to : bad) EXPECT_THROW((void)destinations_text({to}, directory), Error) << shown({to});
  EXPECT_THROW((void)destinations_text({{Kind::fail, "x"}, {Kind::user, "u"}}, directory), Error);
  for (const char* place : {"", "home", "/home/a b/.autorespond", "/home/u\"/.autorespond", "/home/u/other"})
    EXPECT_THROW((void)destinations_text({{Kind::responder, "a@b.example"}}, place), Error) << place;
}

TEST(Destinations, WhatIsWrittenIsReadAgain) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const std::string letters = "abz09._+-";
  const std::string odd = "ab \"\\,'|/:#()<>;@$%\xc3\xa4";
  const auto word = [&](const std::string& from, std::size_t longest) {
    std::string out = "x";
    for (std::size_t i = pick(longest); i > 0; --i) out += from[pick(from.size())];
    return out + "y";
  };
  for (int round = 0; round < 3000; ++round) {
    List to;
    for (std::size_t i = pick(6); i > 0; --i) {
      switch (pick(7)) {
      case 0: to.push_back({Kind::user, word(letters, 5)}); break;
      case 1: to.push_back({Kind::file, "/" + word("ab \"\\,'|/:#", 9)}); break;
      case 2: to.push_back({Kind::pipe, "/" + word(odd, 9) + " " + word(odd, 9)}); break;
      case 3: to.push_back({Kind::responder, word(letters, 5) + "@b.example"}); break;
      case 4: to.push_back({Kind::discard, pick(2) == 0 ? "" : "/dev/null"}); break;
      case 5: to.push_back({Kind::include, "/" + word("ab ,'/:#", 9)}); break;
      default: to.push_back({Kind::address, word(letters + "!$=", 5) + "@b.example"});
      }
    }
    if (pick(4) == 0) to.push_back({Kind::fail, pick(3) == 0 ? "" : word(odd, 20)});
    const std::string text = destinations_text(to, directory);
    EXPECT_EQ(shown(parse_destinations(text).to), shown(to)) << text;
  }
}

TEST(Destinations, ThousandsAndOddQuotesInLinearTime) {
  std::string many;
  for (int i = 0; i < 200000; ++i) many += "user" + std::to_string(i) + "@example.com,";
  EXPECT_EQ(parse_destinations(many).to.size(), 200000U);
  for (const char* piece :
       {"'", "'a,", "\"", "\"a,", "(", "(,", "<", "\\", "|,", "\"|,", "#", ":fail", ",", "()", "a("}) {
    std::string text;
    while (text.size() < 1000000) text += piece;
    (void)parse_destinations(text);
  }
}

}  // namespace
}  // namespace mailhaul::account::cpanel
