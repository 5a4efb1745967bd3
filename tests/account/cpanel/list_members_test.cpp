#include "account/cpanel/list_members.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mailhaul::account::cpanel {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t many = 10'000;

TEST(ListMembers, AddressesAndUsersAsEximTakesThem) {
  const struct {
    const char* what;
    std::string text;
    Strings members;
  } table[] = {
      {"nothing", "", {}},
      {"an address", "a@o.example\n", {"a@o.example"}},
      {"no line end", "a@o.example", {"a@o.example"}},
      {"lines", "a@o.example\nb@o.example\n", {"a@o.example", "b@o.example"}},
      {"commas", "a@o.example, b@o.example,,c@o.example,\n", {"a@o.example", "b@o.example", "c@o.example"}},
      {"CRLF", "a@o.example\r\nb@o.example\r\n", {"a@o.example", "b@o.example"}},
      {"comments and empty lines", "# all of us\n\n  # and\na@o.example\n", {"a@o.example"}},
      {"a comment behind a comma",
       "a@o.example, # b@o.example, c@o.example\nd@o.example\n",
       {"a@o.example", "d@o.example"}},
      {"a line that begins with a blank", "a@o.example\n\tb@o.example\n", {"a@o.example", "b@o.example"}},
      {"quotes", "\"a@o.example\"\n\" b@o.example \"\n", {"a@o.example", "b@o.example"}},
      {"names",
       "Al <al@o.example>, \"B, C\" <b@o.example>\nc@o.example (C)\n",
       {"al@o.example", "b@o.example", "c@o.example"}},
      {"a user", "acct\nroot", {"acct", "root"}},
      {"one twice", "a@o.example\na@o.example\n", {"a@o.example", "a@o.example"}},
      {"itself", "list@example.com\n", {"list@example.com"}},
  };
  for (const auto& row : table) {
    const store::ListFile list = parse_list(row.text, many);
    EXPECT_EQ(list.members, row.members) << row.what;
    EXPECT_EQ(list.why_not, "") << row.what;
  }
}

TEST(ListMembers, AllOrNothing) {
  const struct {
    const char* what;
    std::string text;
    const char* why_not;
  } table[] = {
      {"a program", "a@o.example\n|/bin/x\n", "its line 2 holds a program"},
      {"one in quotes", "# x\n\n\"|/bin/x a, b\"", "its line 3 holds a program"},
      {"a file", "/var/mail/x", "its line 1 holds a file for mail"},
      {"another list", "a@o.example, :include:/home/b/other\n", "its line 1 holds another list"},
      {"a refusal", "a@o.example\n:fail: no, never\n", "its line 2 holds a refusal"},
      {"put off", ":defer: later", "its line 1 holds what is no plain address"},
      {"thrown away", ":blackhole:", "its line 1 holds an order to throw mail away"},
      {"a file for nothing", "/dev/null", "its line 1 holds an order to throw mail away"},
      {"a responder", "\"|/usr/local/cpanel/bin/autorespond a@o.example /home/b/.autorespond\"",
       "its line 1 holds a responder"},
      {"words", "please write to us\n", "its line 1 holds what is no plain address"},
      {"a password file", "bob:$6$salt$hash:17000::::::\n", "its line 1 holds what is no plain address"},
      {"quotes over two lines", "\"a@o.example,\nb@o.example\"\n", "its line 1 holds what is no plain address"},
      {"an address with a NUL", std::string("a\0b@o.example", 13), "its line 1 holds what is no plain address"},
      {"two addresses with a CR alone between them", "a@o.example\rb@o.example",
       "its line 1 holds what is no plain address"},
      {"quotes around a local part", "\"a b\"@o.example", "its line 1 holds what is no plain address"},
      {"an address that no server takes", std::string(300, 'a') + "@o.example",
       "its line 1 holds what is no plain address"},
      {"an escaped user", "\\acct\n", "its line 1 holds what is no plain address"},
      {"single quotes", "'a@o.example'",
       "of its line 1: a destination is in single quotes, which not every server takes off"},
  };
  for (const auto& row : table) {
    const store::ListFile list = parse_list(row.text, many);
    EXPECT_EQ(list.members, Strings()) << row.what;
    EXPECT_EQ(list.why_not, row.why_not) << row.what;
  }
}

TEST(ListMembers, NoMoreThanIsAskedFor) {
  EXPECT_EQ(parse_list("a@o.example,b@o.example\nc@o.example", 3).members.size(), 3U);
  for (const char* const text : {"a@o.example,b@o.example\nc@o.example", "a@o.example,b@o.example,c@o.example"}) {
    const store::ListFile list = parse_list(text, 2);
    EXPECT_EQ(list.members, Strings()) << text;
    EXPECT_EQ(list.why_not, "it holds more than 2 addresses") << text;
  }
}

}  // namespace
}  // namespace mailhaul::account::cpanel
