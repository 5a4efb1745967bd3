#include "account/cpanel/yaml_text.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

TEST(YamlText, IsATree) {
  const YamlText yaml = read_yaml("--- #YAML:1.0\na: '1'\nlist:\n  - x\n  - ~\nb: 2\nb: 3\n");
  ASSERT_TRUE(yaml.root) << yaml.problem;
  ASSERT_EQ(yaml.root->kind, YamlNode::Kind::map);
  EXPECT_EQ(yaml.root->find("a")->text, "1");
  EXPECT_FALSE(yaml.root->find("a")->is_plain);
  EXPECT_TRUE(yaml.root->find("b")->is_plain);
  EXPECT_EQ(yaml.root->find("b")->text, "3");
  ASSERT_EQ(yaml.root->find("list")->items.size(), 2U);
  EXPECT_EQ(yaml.root->find("list")->items[1].kind, YamlNode::Kind::none);
  EXPECT_EQ(yaml.root->find("c"), nullptr);
}

TEST(YamlText, NothingIsNothing) {
  for (const char* text : {"", "\n", "# only a remark\n", "---\n", "--- ~\n"}) {
    const YamlText yaml = read_yaml(text);
    ASSERT_TRUE(yaml.root) << text;
    EXPECT_EQ(yaml.root->kind, YamlNode::Kind::none) << text;
  }
}

TEST(YamlText, WhatIsRefusedSaysWhy) {
  const struct {
    std::string text;
    const char* problem;
  } table[] = {
      {"a: &x 1\n", "anchors"},
      {"a: &x [1]\nb: *x\n", "anchors"},
      {"a: 1\n---\nb: 2\n", "more than one"},
      {"a: [\n", "line "},
      {"a: 1\n\tb: 2\n  - c", "line "},
      {std::string("a: 1\n\x04\nb: 2\n"), "control"},
      {std::string("a: 1\n\0b: 2\n", 12), "control"},
      {"- - - - - - - - - - - - - - - - - - - a\n", "deeply"},
      {std::string(60000, '['), ""},
      {std::string(1000000, '['), "too many"},
      {"? [a]\n: b\n", "not a word"},
  };
  for (const auto& row : table) {
    const YamlText yaml = read_yaml(row.text);
    EXPECT_FALSE(yaml.root) << row.text.substr(0, 30);
    EXPECT_NE(yaml.problem.find(row.problem), std::string::npos) << yaml.problem;
  }
}

TEST(YamlText, LimitsOfSizeAndNumber) {
  EXPECT_FALSE(read_yaml("a: bcdef\n", YamlLimits{5, 16, 100}).root);
  EXPECT_FALSE(read_yaml("[1, 2, 3, 4]\n", YamlLimits{100, 16, 3}).root);
  EXPECT_TRUE(read_yaml("[1, 2, 3, 4]\n", YamlLimits{100, 16, 5}).root);
}

}  // namespace
}  // namespace mailhaul::account::cpanel
