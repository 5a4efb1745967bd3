#include "mailhaul/run/finding_log.hpp"

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

TEST(FindingLog, CountsAllAndKeepsTheFirstOfEachKind) {
  FindingLog log(nullptr);
  for (int i = 0; i < 5000; ++i) log.add({FindingKind::symlink, Weight::failed, "INBOX", std::to_string(i), "", 1});
  log.add({FindingKind::unquoted_lines, Weight::note, "INBOX", "", "", 7});
  EXPECT_EQ(log.count(Weight::failed), 5000U);
  EXPECT_EQ(log.count(Weight::note), 7U);
  EXPECT_EQ(log.count(Weight::lost), 0U);
  EXPECT_EQ(log.count(Weight::failed, FindingKind::symlink), 5000U);
  EXPECT_EQ(log.count(Weight::note, FindingKind::symlink), 0U);
  ASSERT_EQ(log.groups().size(), 2U);
  EXPECT_EQ(log.groups().begin()->first.first, Weight::failed) << "the worst first";
  EXPECT_EQ(log.groups().begin()->second.kept.size(), FindingLog::kept_of_a_kind);
}

}  // namespace
}  // namespace mailhaul::run
