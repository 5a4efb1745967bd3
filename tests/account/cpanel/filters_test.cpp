#include "account/cpanel/filters.hpp"

#include <gtest/gtest.h>

#include "mailhaul/store/renaming.hpp"

namespace mailhaul::account::cpanel {
namespace {

const std::string yaml_of_two = R"(---
filter:
  -
    filtername: Generated SpamAssassin Discard Rule
    enabled: 1
    unescaped: 1
    rules:
      - {part: "$header_subject:", match: contains, opt: or, val: "++"}
      - {part: "$header_from:", match: "does not contain", opt: and, val: boss}
      -
        match: is
        opt: or
        part: error_message
        val: ''
    actions:
      - {action: save, dest: /dev/null}
  -
    actions:
      -
        action: finish
        dest: ~
    enabled: 0
    filtername: "off"
    rules: []
version: '2.2'
)";
const std::string exim = "# Exim filter\nif not first_delivery and error_message then finish endif\n";

TEST(CpanelFilters, TheYamlIsAList) {
  const ReadFilters read = read_filters(yaml_of_two, exim);
  EXPECT_TRUE(read.problems.empty());
  ASSERT_TRUE(read.value.is_understood);
  ASSERT_EQ(read.value.list.size(), 2U);
  const store::Filter& first = read.value.list[0];
  EXPECT_EQ(first.name, "Generated SpamAssassin Discard Rule");
  EXPECT_TRUE(first.is_enabled);
  const std::vector<store::FilterRule> rules{{"$header_subject:", "contains", "++", true},
                                             {"$header_from:", "does not contain", "boss", false},
                                             {"error_message", "is", "", false}};
  EXPECT_EQ(first.rules, rules);
  EXPECT_EQ(first.actions, (std::vector<store::FilterAction>{{"save", "/dev/null"}}));
  EXPECT_FALSE(read.value.list[1].is_enabled);
  EXPECT_EQ(read.value.list[1].name, "off");
  EXPECT_EQ(read.value.list[1].actions, (std::vector<store::FilterAction>{{"finish", ""}}));
  EXPECT_EQ(read.value.yaml, yaml_of_two);
  EXPECT_EQ(read.value.exim, exim);
}

TEST(CpanelFilters, WhatIsNotUnderstoodIsCarried) {
  const std::string table[] = {
      "filter: [\n",
      "filter: 5\n",
      "- a\n",
      "filter:\n  - 5\n",
      "filter:\n  - {filtername: [a]}\n",
      "filter:\n  - {filtername: a, rules: {part: b}}\n",
      "filter:\n  - {filtername: a, rules: [b]}\n",
      "filter:\n  - {filtername: a, actions: [{action: [save]}]}\n",
      "filter: &f\n  - {filtername: a}\nother: *f\n",
      "filter:\n  - {filtername: %a}\n",
      std::string((std::size_t{1} << 20U) + 1, '#'),
  };
  for (const std::string& yaml : table) {
    const ReadFilters read = read_filters(yaml, exim);
    EXPECT_FALSE(read.value.is_understood) << yaml.substr(0, 60);
    EXPECT_TRUE(read.value.list.empty());
    EXPECT_EQ(read.value.yaml, yaml);
    EXPECT_EQ(read.problems.size(), 1U);
  }
}

TEST(CpanelFilters, NoFiltersAreUnderstood) {
  for (const char* yaml : {"", "---\nfilter: []\nversion: '2.2'\n", "---\nfilter:\n", "--- {}\n", "--- ~\n"}) {
    const ReadFilters read = read_filters(yaml, "");
    EXPECT_TRUE(read.value.is_understood) << yaml;
    EXPECT_TRUE(read.value.list.empty()) << yaml;
    EXPECT_TRUE(read.problems.empty()) << yaml;
  }
}

TEST(CpanelFilters, OneTextWithoutTheOtherIsSaid) {
  EXPECT_EQ(read_filters(yaml_of_two, "").problems.size(), 1U);
  EXPECT_EQ(read_filters("", exim).problems.size(), 1U);
}

TEST(CpanelFilters, TheTextOfRenamedOnesSaysWhatTheirListSays) {
  const std::string yaml = R"(filter:
  - filtername: a
    rules:
      - {part: '$header_to:', match: is, val: "x, dest: /home/aa"}
    actions:
      - {action: save, dest: /home/aa/mail/old.example/bob}
      - dest: '/home/aa/it''s "x"'
        action: pipe
      - dest: "bob@old.example"
        action: deliver
)";
  std::vector<std::string> lines;
  const store::Setting out = store::renamed({{"", store::SettingKind::filters, ""}, read_filters(yaml, "").value},
                                            {{{"old.example", "new.example"}}, {}, {"/home/aa"}, "/home/bb"}, lines);
  const auto& value = std::get<store::Filters>(out.value);
  EXPECT_EQ(lines.size(), 3U);
  EXPECT_NE(value.yaml, yaml);
  EXPECT_EQ(read_filters(value.yaml, "").value.list, value.list);
  EXPECT_EQ(value.list[0].actions[0].destination, "/home/bb/mail/new.example/bob");
  EXPECT_EQ(value.list[0].rules[0].value, "x, dest: /home/aa");
}

TEST(CpanelFilters, TheBlockComesAndGoesWithoutATrace) {
  for (const std::string& text :
       {std::string(), exim, "# EXIM  filter\r\n" + exim, std::string("#Exim filter\nfinish")}) {
    const auto blocked = with_incoming_block(text, true);
    ASSERT_TRUE(blocked) << text;
    EXPECT_TRUE(blocks_incoming(*blocked));
    EXPECT_EQ(with_incoming_block(*blocked, true), blocked);
    EXPECT_EQ(with_incoming_block(*blocked, false), text);
    EXPECT_EQ(with_incoming_block(text, false), text);
  }
  EXPECT_FALSE(with_incoming_block("bob@example.com\n", true));
}

TEST(CpanelFilters, ABlockOfAnotherShapeIsTakenOut) {
  EXPECT_EQ(with_incoming_block("# Exim filter\n"
                                "# SUSPEND RECEPTION OF NEW MESSAGES\n"
                                "# by the owner\n"
                                "if \"endif\" is \"x\" then # endif\n"
                                "  if a is b then fail endif\n"
                                "\n"
                                "endif\n"
                                "finish\n",
                                false),
            "# Exim filter\nfinish\n");
  EXPECT_EQ(with_incoming_block(
                "# Exim filter\nsave a\n# SUSPEND RECEPTION OF NEW MESSAGES\nfail \"no\nmore\"\nsave b\n", false),
            "# Exim filter\nsave a\nsave b\n");
}

TEST(CpanelFilters, ABlockWithoutAnEndStays) {
  EXPECT_FALSE(with_incoming_block("# Exim filter\n# SUSPEND RECEPTION OF NEW MESSAGES\nif a is b then\n", false));
  EXPECT_FALSE(with_incoming_block("# Exim filter\n# SUSPEND RECEPTION OF NEW MESSAGES", false));
}

}  // namespace
}  // namespace mailhaul::account::cpanel
