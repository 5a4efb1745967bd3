#include "account/cpanel/domain_aliases.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

std::string target(const std::string& text) {
  const DomainAlias alias = parse_domain_alias(text, "example.com");
  return alias.forwarder ? alias.forwarder->domain : "none";
}

TEST(DomainAliases, EveryForm) {
  EXPECT_EQ(target(""), "none");
  EXPECT_EQ(target("\n# example.com: other.example\n"), "none");
  EXPECT_EQ(target("example.com: other.example"), "other.example");
  EXPECT_EQ(target("Example.COM:other.Example\r\n"), "other.example");
  EXPECT_EQ(target("example.com : other.example \n"), "other.example");
  EXPECT_EQ(target("other.example\n"), "other.example");
  EXPECT_EQ(target("a.example\nb.example\n"), "a.example");
}

TEST(DomainAliases, WhatIsNotCarriedIsReported) {
  struct Row {
    const char* text;
    Weight weight;
    const char* subject;
  };
  for (const Row& row : {Row{"foreign.example: other.example\n", Weight::lost, "foreign.example"},
                         Row{"example.com: |/bin/sh\n", Weight::lost, "example.com"},
                         Row{"a.example\nb.example\n", Weight::note, "b.example"}}) {
    const DomainAlias alias = parse_domain_alias(row.text, "example.com");
    ASSERT_EQ(alias.problems.size(), 1U) << row.text;
    EXPECT_EQ(alias.problems[0].weight, row.weight);
    EXPECT_EQ(alias.problems[0].subject, row.subject);
  }
}

TEST(DomainAliases, OneLineIsEdited) {
  const auto edit = [](const char* text, const char* other) {
    return with_domain_alias(text, "example.com",
                             other == nullptr ? std::nullopt : std::optional(store::DomainForwarder{other}));
  };
  EXPECT_EQ(edit("", "b.example"), "example.com: b.example\n");
  EXPECT_EQ(edit("# x\r\na.example\r\nforeign.example: c.example", "b.example"),
            "# x\r\nexample.com: b.example\r\nforeign.example: c.example");
  EXPECT_EQ(edit("a.example\nexample.com: c.example\n# y\n", "b.example"), "example.com: b.example\n# y\n");
  EXPECT_EQ(edit("  B.example", "b.example"), "  B.example");
  EXPECT_EQ(edit("# x\na.example\n", nullptr), "# x\n");
  EXPECT_EQ(edit("# x\n", nullptr), "# x\n");
}

TEST(DomainAliases, NothingIsWrittenThatIsNoDomain) {
  for (const char* name : {"", "x", "a.example\nb.example: c.example", "a b.example", "|/bin/sh", "a:b.example"}) {
    EXPECT_THROW((void)with_domain_alias("", name, store::DomainForwarder{"b.example"}), Error) << name;
    EXPECT_THROW((void)with_domain_alias("", "a.example", store::DomainForwarder{name}), Error) << name;
  }
}

}  // namespace
}  // namespace mailhaul::account::cpanel
