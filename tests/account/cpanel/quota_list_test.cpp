#include "account/cpanel/quota_list.hpp"

#include <gtest/gtest.h>

#include "account/text/keyed_lines.hpp"

namespace mailhaul::account::cpanel {
namespace {

TEST(QuotaList, Octets) {
  const QuotaList file = parse_quota_list(
      "a:262144000\nb:5368709120\nc:0\nd:\ne:unlimited\nf:Unlimited\r\ng: 7 \nh:18446744073709551615\n");
  EXPECT_TRUE(file.problems.empty());
  std::vector<std::uint64_t> octets;
  for (const QuotaRecord& record : file.records) octets.push_back(record.quota.octets);
  EXPECT_EQ(octets, (std::vector<std::uint64_t>{262144000, 5368709120, 0, 0, 0, 0, 7, 18446744073709551615U}));
}

TEST(QuotaList, WhatIsNoNumberIsLost) {
  for (const char* field : {"-1", "1M", "1.5", "x", "18446744073709551616", "1:2"}) {
    const QuotaList file = parse_quota_list(std::string("bob:") + field + "\namy:1\n");
    ASSERT_EQ(file.records.size(), 1U) << field;
    EXPECT_EQ(file.records[0].local_part, "amy");
    ASSERT_EQ(file.problems.size(), 1U);
    EXPECT_EQ(file.problems[0].weight, Weight::lost);
    EXPECT_EQ(file.problems[0].subject, "bob");
  }
}

TEST(QuotaList, WhatIsWrittenIsReadAgain) {
  for (const std::uint64_t octets : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40U}) {
    const QuotaList file = parse_quota_list(with_line("bob:7\n", "bob", quota_fields({octets})));
    ASSERT_EQ(file.records.size(), 1U);
    EXPECT_EQ(file.records[0].quota.octets, octets);
  }
}

}  // namespace
}  // namespace mailhaul::account::cpanel
