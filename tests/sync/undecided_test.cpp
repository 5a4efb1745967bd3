// What left a folder while another could not be seen whole: it may lie there, and nobody can tell yet.
#include <gtest/gtest.h>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using mail::Flag;
using store::FolderRef;

const FolderRef inbox{};
const FolderRef sent{"", mail::FolderName({"Sent"})};
const FolderRef work{"", mail::FolderName({"Work"})};
const FolderRef nowhere{"", mail::FolderName({"Nowhere"})};

class Undecided : public testing::TestWithParam<bool> {
 protected:
  /// A message is copied to INBOX, goes to Sent, and a run can't read that.
  Undecided() : harness_({.stable_handles = GetParam()}) {
    harness_.source.deliver(inbox, mail_text("moved"));
    harness_.source.deliver(inbox, mail_text("stays"));
    harness_.source.deliver(sent, mail_text("old"));
    harness_.source.info(inbox).uid_validity = mail::UidValidity{1};
    EXPECT_FALSE(harness_.copy().error);
    harness_.source.messages(inbox).erase(harness_.source.messages(inbox).begin());
    harness_.source.renumber(inbox);
    harness_.source.deliver(sent, mail_text("moved"), with_flags({Flag::flagged}));
    harness_.source.break_folder(sent);
    EXPECT_FALSE(harness_.copy().error);
    harness_.source.break_folder(nowhere);
  }

  Harness harness_;
};

TEST_P(Undecided, WhatLeftIsKnownWhereItIsFoundLater) {
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.at_target(inbox), std::vector{mail_text("stays")});
  EXPECT_EQ(harness_.at_target(sent), (std::vector{mail_text("moved"), mail_text("old")}));
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.target.seen(sent).back().info.flags, mail::FlagSet{Flag::flagged});
}

TEST_P(Undecided, WhatLeftForGoodIsDecidedByTheNextWholeRun) {
  harness_.source.messages(sent).pop_back();
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.ledger.counts().removed_at_source, 1U);
  EXPECT_EQ(harness_.at_target(inbox), (std::vector{mail_text("moved"), mail_text("stays")}));
}

TEST_P(Undecided, WhatAFolderMadeAnewLacksStaysKept) {  // R2
  harness_.source.messages(sent).pop_back();
  harness_.source.info(inbox).uid_validity = mail::UidValidity{2};
  harness_.source.break_folder(sent);
  EXPECT_FALSE(harness_.copy().error);
  harness_.source.break_folder(nowhere);
  harness_.options.removal = Removal::expunge;
  harness_.options.max_removals = 1'000'000;
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.at_target(inbox), (std::vector{mail_text("moved"), mail_text("stays")}));
}

/// A message is filed by its user at the target in a folder that a run can't list.
class FiledWhereNobodyLooks : public testing::TestWithParam<bool> {
 protected:
  FiledWhereNobodyLooks() : harness_({}, {.stable_handles = GetParam()}) {
    harness_.source.deliver(inbox, mail_text("filed"));
    EXPECT_FALSE(harness_.copy().error);
    harness_.target.messages(inbox).clear();
    harness_.target.deliver(work, mail_text("filed"));
    harness_.source.messages(inbox).front().info.flags = {Flag::flagged};
    harness_.target.break_folder(work);
  }

  Harness harness_;
};

TEST_P(FiledWhereNobodyLooks, ItIsFoundThereLater) {
  EXPECT_FALSE(harness_.copy().error);
  ASSERT_EQ(harness_.findings.all.size(), 1U);
  EXPECT_EQ(harness_.findings.all[0].kind, FindingKind::unreadable);
  EXPECT_EQ(harness_.ledger.counts().removed_at_target, 0U);
  harness_.target.break_folder(nowhere);
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_TRUE(harness_.at_target(inbox).empty());
  EXPECT_EQ(harness_.target.seen(work).at(0).info.flags, mail::FlagSet{Flag::flagged});
}

TEST_P(FiledWhereNobodyLooks, ItIsNotRestored) {
  harness_.options.missing = Missing::restore;
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_TRUE(harness_.at_target(inbox).empty());
}

INSTANTIATE_TEST_SUITE_P(Handles, FiledWhereNobodyLooks, testing::Bool());
INSTANTIATE_TEST_SUITE_P(Handles, Undecided, testing::Bool());

}  // namespace
}  // namespace mailhaul::sync
