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

/// A folder of the source has a message that can't be read.
class BesideAnUnreadableOne : public testing::TestWithParam<bool> {
 protected:
  BesideAnUnreadableOne() : harness_({.stable_handles = GetParam()}) {
    harness_.source.deliver(inbox, mail_text("left"));
    harness_.source.deliver(inbox, mail_text("stays"));
    harness_.source.deliver(sent, mail_text("bad"));
    harness_.source.messages(sent).front().unreadable = true;
    EXPECT_FALSE(harness_.copy().error);
  }
  void leave_inbox() {
    harness_.source.messages(inbox).erase(harness_.source.messages(inbox).begin());
    harness_.source.renumber(inbox);
  }

  Harness harness_;
};

TEST_P(BesideAnUnreadableOne, WhatIsDeliveredAgainIsCopied) {
  harness_.target.messages(inbox).erase(harness_.target.messages(inbox).begin());
  EXPECT_EQ(total(harness_.copy().folders).removed, 1U);
  leave_inbox();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(harness_.copy().error);
  harness_.source.deliver(inbox, mail_text("left"));
  EXPECT_EQ(total(harness_.copy().folders).copied, 1U);
  EXPECT_EQ(harness_.at_target(inbox), (std::vector{mail_text("left"), mail_text("stays")}));
}

TEST_P(BesideAnUnreadableOne, WhatCouldNotBeReadWhereItWentIsKnownWhenItCan) {
  leave_inbox();
  harness_.source.deliver(sent, mail_text("left"));
  harness_.source.messages(sent).back().unreadable = true;
  EXPECT_FALSE(harness_.copy().error);
  harness_.source.messages(sent).back().unreadable = false;
  const FolderOutcome sums = total(harness_.copy().folders);
  EXPECT_EQ(sums.moved, 1U);
  EXPECT_EQ(sums.copied, 0U);
  EXPECT_EQ(harness_.at_target(inbox), std::vector{mail_text("stays")});
}

TEST_P(BesideAnUnreadableOne, WhatIsReadOnlyMuchLaterIsCopied) {
  leave_inbox();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.ledger.counts().removed_at_source, 1U);
  harness_.source.deliver(sent, mail_text("left"));
  EXPECT_EQ(total(harness_.copy().folders).copied, 1U) << "rather twice than never";
  EXPECT_EQ(harness_.at_target(inbox), (std::vector{mail_text("left"), mail_text("stays")}));
}

TEST_P(BesideAnUnreadableOne, NothingIsRemoved) {  // R2
  harness_.options.removal = Removal::expunge;
  leave_inbox();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.at_target(inbox), (std::vector{mail_text("left"), mail_text("stays")}));
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
  EXPECT_EQ(harness_.findings.all[0].kind, FindingKind::unlisted);
  EXPECT_EQ(harness_.ledger.counts().removed_at_target, 0U);
  harness_.target.break_folder(nowhere);
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_TRUE(harness_.at_target(inbox).empty());
  EXPECT_EQ(harness_.target.seen(work).at(0).info.flags, mail::FlagSet{Flag::flagged});
}

TEST_P(FiledWhereNobodyLooks, FlagsOfBothEndsAreMergedLater) {
  harness_.target.messages(work).front().info.flags = {Flag::seen};
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(harness_.copy().error);
  harness_.target.break_folder(nowhere);
  const Outcome outcome = harness_.copy();
  EXPECT_EQ(total(outcome.folders).flags_changed, 1U);
  EXPECT_EQ(harness_.target.seen(work).at(0).info.flags, (mail::FlagSet{Flag::seen, Flag::flagged}));
}

TEST_P(FiledWhereNobodyLooks, ItIsNeitherRestoredNorCountedAsThere) {
  for (const Missing missing : {Missing::ask, Missing::accept, Missing::restore}) {
    harness_.options.missing = missing;
    const FolderOutcome sums = total(harness_.copy().folders);
    EXPECT_TRUE(harness_.at_target(inbox).empty());
    EXPECT_EQ(sums.adopted, 0U);
    EXPECT_EQ(sums.failed, 1U);
    EXPECT_EQ(sums.removed, 0U);
    EXPECT_EQ(harness_.events.actions, std::vector{Action::failed});
    ASSERT_EQ(harness_.findings.all.size(), 1U);
    EXPECT_EQ(harness_.findings.all[0].weight, Weight::failed);
    EXPECT_EQ(harness_.findings.all[0].folder, work.display());
    const bool says_so = harness_.findings.all[0].text.find("-missing is not obeyed") != std::string::npos;
    EXPECT_EQ(says_so, missing != Missing::ask);
  }
}

TEST_P(FiledWhereNobodyLooks, WhatAnEarlierRunFoundThereIsNotCountedAsThere) {
  harness_.target.break_folder(nowhere);
  EXPECT_EQ(total(harness_.copy().folders).failed, 0U);
  harness_.target.break_folder(work);
  harness_.target.messages(work).front().info.flags.add(Flag::seen);
  const FolderOutcome sums = total(harness_.copy().folders);
  EXPECT_EQ(sums.adopted, 0U);
  EXPECT_EQ(sums.failed, 1U);
}

TEST_P(FiledWhereNobodyLooks, WhatIsRemovedAtTheSourceMeanwhileIsKnownWhenItIsDeliveredAgain) {
  harness_.source.messages(inbox).clear();
  const Outcome outcome = harness_.copy();
  EXPECT_EQ(total(outcome.folders).failed, 0U);
  EXPECT_EQ(total(outcome.folders).adopted, 0U);
  ASSERT_EQ(harness_.findings.all.size(), 1U) << "it says where it did not look";
  EXPECT_EQ(harness_.findings.all[0].weight, Weight::note);
  harness_.target.break_folder(nowhere);
  harness_.source.deliver(inbox, mail_text("filed"));
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_TRUE(harness_.at_target(inbox).empty());
  EXPECT_EQ(harness_.at_target(work).size(), 1U);
}

TEST_P(FiledWhereNobodyLooks, WhatMovesAtTheSourceMeanwhileIsFollowed) {
  harness_.source.messages(inbox).clear();
  harness_.source.deliver(sent, mail_text("filed"), with_flags({Flag::answered}));
  for (int i = 0; i < 2; ++i) {
    const FolderOutcome sums = total(harness_.copy().folders);
    EXPECT_EQ(sums.failed, 1U);
    EXPECT_EQ(sums.copied + sums.adopted, 0U);
  }
  harness_.target.break_folder(nowhere);
  EXPECT_EQ(total(harness_.copy().folders).failed, 0U);
  EXPECT_TRUE(harness_.at_target(sent).empty());
  EXPECT_TRUE(harness_.at_target(inbox).empty());
  ASSERT_EQ(harness_.at_target(work).size(), 1U);
  EXPECT_EQ(harness_.target.seen(work).at(0).info.flags, mail::FlagSet{Flag::answered});
}

INSTANTIATE_TEST_SUITE_P(Handles, BesideAnUnreadableOne, testing::Bool());
INSTANTIATE_TEST_SUITE_P(Handles, FiledWhereNobodyLooks, testing::Bool());
INSTANTIATE_TEST_SUITE_P(Handles, Undecided, testing::Bool());

}  // namespace
}  // namespace mailhaul::sync
