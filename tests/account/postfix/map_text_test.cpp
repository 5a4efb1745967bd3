#include "account/postfix/map_text.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account::postfix {
namespace {

using Values = std::map<std::string, std::string>;

struct Grammar {
  const char* what;
  std::string text;
  Values values;
};

TEST(MapText, IsReadAsPostmapDoes) {
  const std::vector<Grammar> cases{
      {"a row", "a@example.com b@example.com\n", {{"a@example.com", "b@example.com"}}},
      {"blanks of any kind", "a@x.example \t b@x.example  \n", {{"a@x.example", "b@x.example"}}},
      {"no end of line", "a@x.example b", {{"a@x.example", "b"}}},
      {"lines that end with CR LF", "a@x.example b\r\nc@x.example d\r\n", {{"a@x.example", "b"}, {"c@x.example", "d"}}},
      {"comments and empty lines", "# a b\n  # c d\n\n \t\na@x.example b\n", {{"a@x.example", "b"}}},
      {"what looks like a comment behind a value", "a@x.example b # not one\n", {{"a@x.example", "b # not one"}}},
      {"a line that goes on", "a@x.example b,\n  c\n\td\n", {{"a@x.example", "b,  c\td"}}},
      {"a comment and an empty line between", "a@x.example b,\n# no\n\n c\n", {{"a@x.example", "b, c"}}},
      {"a key on a line of its own", "a@x.example\n  b\n", {{"a@x.example", "b"}}},
      {"a key without a value", "a@x.example\nc d\n", {{"c", "d"}}},
      {"the first of two keys", "a@x.example b\nA@X.example c\n", {{"a@x.example", "b"}}},
      {"upper case", "A@X.Example B\n", {{"a@x.example", "B"}}},
      {"a quoted local part", "\"joe blow\"@x.example b\n", {{"\"joe blow\"@x.example", "b"}}},
      {"a quote within quotes", "\"a\\\" b\"@x.example c\n", {{"\"a\\\" b\"@x.example", "c"}}},
      {"a quote that is not closed", "\"a b c\nd e\n", {{"d", "e"}}},
      {"a line that goes on with nothing before it", "  a b\nc d\n", {{"c", "d"}}},
      {"the rest of a domain", "@x.example a@y.example\n", {{"@x.example", "a@y.example"}}},
      {"nothing", "", {}},
  };
  for (const Grammar& one : cases) EXPECT_EQ(map_values(one.text), one.values) << one.what;
}

TEST(MapText, ARowChangesAndEveryOtherLineStays) {
  const std::string text =
      "# theirs\r\nother@b.example  x\n\na@x.example b,\n# within\n c\nA@x.example old\n\tolder\nlast@b.example y";
  EXPECT_EQ(with_rows(text, {{"a@x.example", "new"}}),
            "# theirs\r\nother@b.example  x\n\na@x.example new\n# within\nA@x.example old\n\tolder\nlast@b.example y");
  EXPECT_EQ(with_rows(text, {{"a@x.example", std::nullopt}}),
            "# theirs\r\nother@b.example  x\n\n# within\nlast@b.example y")
      << "the second one would count";
  EXPECT_EQ(with_rows("a b\n", {{"c", "d"}, {"e", std::nullopt}, {"f", "g"}}), "a b\nc d\nf g\n");
  EXPECT_EQ(with_rows(text, {}), text);
}

TEST(MapText, NeverWritesARowThatIsReadAsAnother) {
  const std::vector<std::pair<std::string, std::string>> rows{{"a@x.example", "b\nroot@x.example c"},
                                                              {"a@x.example", "b\r"},
                                                              {"a b@x.example", "c"},
                                                              {"#a@x.example", "b"},
                                                              {" a@x.example", "b"},
                                                              {"a@x.example", ""},
                                                              {"a@x.example", " b"},
                                                              {"\"a@x.example", "b"},
                                                              {"A@x.example", "b"},
                                                              {"", "b"},
                                                              {"a\t@x.example", "b"},
                                                              {"a@x.example", "\x7f"}};
  for (const auto& [key, value] : rows) EXPECT_THROW((void)with_rows("", {{key, value}}), Error) << key << ' ' << value;
}

}  // namespace
}  // namespace mailhaul::account::postfix
