#include "formats/dovecot/subscription_file.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::dovecot {
namespace {

using namespace std::string_literals;
using Names = std::vector<StoredName>;

TEST(SubscriptionFile, TableOfLists) {
  struct Row {
    const char* what;
    std::string text;
    char separator;
    Names names;
  };
  for (const Row& row : {Row{"nothing", "", '.', {}},
                         {"a name a line", "INBOX\nSent\nWork.2024\n", '.', {{"INBOX"}, {"Sent"}, {"Work", "2024"}}},
                         {"LAYOUT=fs", "Work/2024\na.b\n", '/', {{"Work", "2024"}, {"a.b"}}},
                         {"without a last line end", "Sent", '.', {{"Sent"}}},
                         {"empty lines and levels", "\n\nSent\n.a\na..b\na.\n", '.', {{"Sent"}}},
                         {"version 2", "V\t2\n\nWork\t2024\tQ1\nINBOX\n", '.', {{"Work", "2024", "Q1"}, {"INBOX"}}},
                         {"version 2 with separators in levels", "V\t2\n\nv1.0\ta/b\n", '.', {{"v1.0", "a/b"}}},
                         {"version 2 with escapes",
                          "V\t2\n\na\x01tb\x01nc\x01"
                          "0d\x01"
                          "1e\n",
                          '.',
                          {{"a\tb\nc\0d\x01"
                            "e"s}}},
                         {"version 2 with half an escape", "V\t2\n\na\x01\nb\x01xc\n", '.', {{"a\x01"}, {"b\x01xc"}}},
                         {"version 2 with an empty level", "V\t2\n\na\t\nb\n", '.', {{"b"}}},
                         {"nearly version 2", "V\t2\nSent\n", '.', {{"V\t2"}, {"Sent"}}}})
    EXPECT_EQ(parse_subscriptions(row.text, row.separator), row.names) << row.what;
}

TEST(SubscriptionFile, WhatIsThereIsNotWrittenAgain) {
  const std::string text = "Sent\nWork.2024\n";
  EXPECT_EQ(add_subscriptions(text, {{"Work", "2024"}, {"Sent"}}, '.'), text);
  EXPECT_EQ(add_subscriptions(text, {}, '.'), text);
  EXPECT_EQ(add_subscriptions("Sent", {{"Sent"}}, '.'), "Sent");
}

TEST(SubscriptionFile, WhatIsMissingComesBehind) {
  EXPECT_EQ(add_subscriptions("", {{"INBOX"}, {"A", "B"}, {"INBOX"}}, '.'), "INBOX\nA.B\n");
  EXPECT_EQ(add_subscriptions("odd..line\nSent", {{"A"}}, '.'), "odd..line\nSent\nA\n") << "nothing is taken away";
  EXPECT_EQ(add_subscriptions("V\t2\n\nA\n", {{"B", "C"}}, '.'), "V\t2\n\nA\nB\tC\n") << "a list keeps its version";
}

TEST(SubscriptionFile, ALevelWithTheSeparatorMakesItVersionTwo) {
  EXPECT_EQ(add_subscriptions("A.B\n", {{"v1.0", "x"}}, '.'), "V\t2\n\nA\tB\nv1.0\tx\n");
  EXPECT_EQ(add_subscriptions("", {{"a\nb\t\x01"}}, '/'), "V\t2\n\na\x01nb\x01t\x01"
                                                          "1\n");
}

TEST(SubscriptionFile, WhatWasAddedIsRead) {
  const Names names{{"INBOX"},
                    {"v1.0", "a\tb"},
                    {"x\0y"s},
                    {"\r", "\x01"
                           "1"}};
  EXPECT_EQ(parse_subscriptions(add_subscriptions("", names, '.'), '.'), names);
}

}  // namespace
}  // namespace mailhaul::formats::dovecot
