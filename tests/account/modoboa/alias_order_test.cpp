#include "account/modoboa/alias_order.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace mailhaul::account::modoboa {
namespace {

using Aliases = std::map<std::string, AliasWays>;
using Names = std::vector<std::string>;

TEST(AliasOrder, EachIsBehindThoseItLeadsTo) {
  EXPECT_EQ(in_order(Aliases{{"a", {{"c"}, false}}, {"b", {{}, true}}, {"c", {{"b"}, false}}}), (Names{"b", "c", "a"}));
  EXPECT_TRUE(in_order({}).empty());
}

TEST(AliasOrder, ACircleIsBegunWhereThereIsAWayOutAndWhatLeadsToItWaits) {
  // Of b and c, which lead to one another, c has the end, and a comes when both are there.
  EXPECT_EQ(in_order(Aliases{{"a", {{"b"}, true}}, {"b", {{"c"}, false}}, {"c", {{"b"}, true}}}),
            (Names{"c", "b", "a"}));
  EXPECT_EQ(in_order(Aliases{{"a", {{"b"}, false}}, {"b", {{"c"}, true}}, {"c", {{"b"}, false}}}),
            (Names{"b", "a", "c"}));
}

TEST(AliasOrder, WhatHasAnEndByOthersHasARecipientBeforeIt) {
  std::minstd_rand random(7);
  for (int round = 0; round < 2000; ++round) {
    Aliases aliases;
    const std::size_t many = 1 + random() % 12;
    for (std::size_t i = 0; i < many; ++i) {
      AliasWays& ways = aliases["a" + std::to_string(i)];
      ways.has_end = random() % 6 == 0;
      for (std::size_t n = random() % 4; n > 0; --n)
        if (const std::size_t to = random() % many; to != i) ways.aliases.insert("a" + std::to_string(to));
    }
    std::set<std::string> has_end;
    for (bool is_more = true; is_more;) {
      is_more = false;
      for (const auto& [name, ways] : aliases) {
        bool leads = ways.has_end;
        for (const std::string& to : ways.aliases) leads = leads || has_end.count(to) != 0;
        if (leads && has_end.insert(name).second) is_more = true;
      }
    }
    std::set<std::string> there;
    const Names order = in_order(aliases);
    EXPECT_EQ(order.size(), many);
    for (const std::string& name : order) {
      bool leads = aliases[name].has_end;
      for (const std::string& to : aliases[name].aliases)
        leads = leads || (there.count(to) != 0 && has_end.count(to) != 0);
      EXPECT_EQ(leads, has_end.count(name) != 0) << round << ' ' << name;
      EXPECT_TRUE(there.insert(name).second);
    }
  }
}

}  // namespace
}  // namespace mailhaul::account::modoboa
