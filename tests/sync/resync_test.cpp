// The table of safety.md section 4, row by row: what a run does about a message after an earlier run has left both ends
// alike. On stores whose handles last (a Maildir) and on such whose handles do not (an mbox).
#include <gtest/gtest.h>

#include <algorithm>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using mail::Flag;
using store::FolderRef;
using support::MemoryStore;

FolderRef folder(const std::string& name) { return {"", mail::FolderName({name})}; }

struct Kinds {
  bool source_lasts = true;
  bool target_lasts = true;
};

class Resync : public testing::TestWithParam<Kinds> {
 protected:
  Resync()
      : harness_({.stable_handles = GetParam().source_lasts}, {.stable_handles = GetParam().target_lasts}),
        source(harness_.source),
        target(harness_.target) {}

  /// A run that must end well; what it changed at the target.
  std::size_t run() {
    const std::size_t before = target.changes();
    last = harness_.copy();
    EXPECT_FALSE(last.error) << last.error->what();
    return target.changes() - before;
  }
  FolderOutcome inbox() const { return last.folders.at(0); }
  void expect_nothing_left() {
    EXPECT_EQ(run(), 0U) << "a second run changes nothing (R8)";
    const std::uint64_t rows = harness_.ledger.rows_written();
    EXPECT_EQ(run(), 0U);
    EXPECT_EQ(harness_.ledger.rows_written(), rows) << "nor the ledger";
  }
  static MemoryStore::Message& find(MemoryStore& store, const std::string& text, const FolderRef& where = {}) {
    auto& all = store.messages(where);
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; });
    if (found == all.end()) throw Error(Cause::not_found, Scope::run, "looking for a message").at(text);
    return *found;
  }
  static void erase(MemoryStore& store, const std::string& text, const FolderRef& where = {}) {
    auto& all = store.messages(where);
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; });
    ASSERT_NE(found, all.end());
    all.erase(found);
    store.renumber(where);
  }
  static std::size_t count(MemoryStore& store, const std::string& text, const FolderRef& where = {}) {
    const auto& all = store.seen(where);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; }));
  }

  Harness harness_;
  MemoryStore& source;
  MemoryStore& target;
  Outcome last;
};

std::vector<std::string> some_mail(MemoryStore& store, std::size_t count, const FolderRef& where = {}) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(mail_text(where.folder.parts().back() + std::to_string(i)));
    store.deliver(where, texts.back());
  }
  return texts;
}

TEST_P(Resync, NewAtTheSourceIsCopiedOnce) {  // 1 0 0
  some_mail(source, 3);
  run();
  const std::string late = mail_text("late");
  source.deliver({}, late);
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(inbox().copied, 1U);
  EXPECT_EQ(inbox().adopted, 3U);
  EXPECT_EQ(count(target, late), 1U);
  expect_nothing_left();
}

TEST_P(Resync, WhatArrivedBothWaysIsAdopted) {  // 1 0 1
  some_mail(source, 2);
  run();
  const std::string both = mail_text("both");
  source.deliver({}, both);
  target.deliver({}, both);
  run();
  EXPECT_EQ(inbox().copied, 0U);
  EXPECT_EQ(count(target, both), 1U);
  expect_nothing_left();
}

TEST_P(Resync, WhatItsUserRemovedAtTheTargetStaysRemoved) {  // 1 1 0
  const auto texts = some_mail(source, 3);
  run();
  erase(target, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 0U);
  EXPECT_EQ(inbox().removed, 1U);
  EXPECT_EQ(inbox().adopted, 2U);
  source.deliver({}, mail_text("late"));
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(count(target, texts[1]), 0U) << "nor does new mail bring it back";
  find(source, texts[1]).info.flags.add(Flag::flagged);
  run();
  EXPECT_EQ(count(target, texts[1]), 0U) << "nor a flag";
  expect_nothing_left();
}

TEST_P(Resync, WhatIsGoneAtTheSourceIsKept) {  // 0 1 1
  const auto texts = some_mail(source, 3);
  run();
  erase(source, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 1U);
  EXPECT_EQ(inbox().source_messages, 2U);
  expect_nothing_left();
}

TEST_P(Resync, WhatIsGoneAtBothMayComeAgain) {  // 0 1 0, then 0 0 0 with a tombstone
  const auto texts = some_mail(source, 3);
  run();
  erase(source, texts[1]);
  erase(target, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(harness_.ledger.counts().tombstones, 1U);
  source.deliver({}, texts[1]);
  EXPECT_EQ(run(), 1U) << "a delivery wins over the tombstone";
  EXPECT_EQ(count(target, texts[1]), 1U);
  expect_nothing_left();
}

TEST_P(Resync, WhatTheTargetGotItselfIsNeverTouched) {  // 0 0 1
  some_mail(source, 2);
  const std::string own = mail_text("own");
  target.deliver({}, own, with_flags({Flag::flagged}));
  run();
  EXPECT_EQ(count(target, own), 1U);
  EXPECT_EQ(find(target, own).info.flags, mail::FlagSet{Flag::flagged});
  expect_nothing_left();
}

TEST_P(Resync, AFlagThatChangedAtTheSourceIsTakenAndOneOfTheTargetStays) {
  const auto texts = some_mail(source, 3);
  run();
  find(source, texts[0]).info.flags.add(Flag::answered);
  find(source, texts[0]).info.keywords.add("work");
  find(target, texts[0]).info.flags.add(Flag::seen);
  find(target, texts[0]).info.keywords.add("home");
  run();
  EXPECT_EQ(inbox().flags_changed, 1U);
  EXPECT_EQ(find(target, texts[0]).info.flags, (mail::FlagSet{Flag::answered, Flag::seen}));
  EXPECT_EQ(find(target, texts[0]).info.keywords, (mail::KeywordSet{"home", "work"}));
  expect_nothing_left();

  find(source, texts[0]).info.flags.remove(Flag::answered);
  find(source, texts[0]).info.keywords.remove("work");
  run();
  EXPECT_EQ(find(target, texts[0]).info.flags, mail::FlagSet{Flag::seen}) << "one that was cleared is cleared";
  EXPECT_EQ(find(target, texts[0]).info.keywords, mail::KeywordSet{"home"});
  find(target, texts[0]).info.flags.remove(Flag::seen);
  EXPECT_EQ(run(), 0U);
  EXPECT_TRUE(find(target, texts[0]).info.flags.empty()) << "and one cleared at the target stays so";
  expect_nothing_left();
}

TEST_P(Resync, EqualMessagesAreCountedNotMerged) {  // H5
  const std::string text = mail_text("twin");
  source.deliver({}, text);
  source.deliver({}, text);
  run();
  EXPECT_EQ(count(target, text), 2U);
  erase(target, text);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, text), 1U);
  source.deliver({}, text);
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(count(target, text), 2U);
  expect_nothing_left();
}

TEST_P(Resync, WhatItsUserFiledElsewhereAtTheTargetIsFollowed) {
  const auto texts = some_mail(source, 3);
  run();
  target.deliver(folder("Filed"), texts[1], find(target, texts[1]).info);
  erase(target, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(inbox().removed, 0U);
  EXPECT_EQ(inbox().adopted, 3U);
  find(source, texts[1]).info.flags.add(Flag::flagged);
  run();
  EXPECT_TRUE(find(target, texts[1], folder("Filed")).info.flags.has(Flag::flagged)) << "its flags are followed too";
  erase(target, texts[1], folder("Filed"));
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 0U);
  EXPECT_EQ(inbox().removed, 1U);
  expect_nothing_left();
}

TEST_P(Resync, OfEqualMessagesThatLeftTheirFoldersTheOneOfTheSourceIsFollowed) {
  const std::string text = mail_text("both");
  target.deliver({}, text);
  source.deliver({}, mail_text("other"));
  run();
  source.deliver(folder("Work"), text);
  run();
  erase(target, text);
  erase(target, text, folder("Work"));
  target.deliver(folder("Filed"), text);
  run();
  find(source, text, folder("Work")).info.flags.add(Flag::flagged);
  run();
  EXPECT_TRUE(find(target, text, folder("Filed")).info.flags.has(Flag::flagged));
  expect_nothing_left();
}

TEST_P(Resync, AFileThatGotAnotherNameIsKnownBeforeACopyElsewhere) {
  const std::string text = mail_text("renamed");
  source.deliver(folder("Work"), text);
  target.make_folder(folder("Copies"));
  target.make_folder({});
  source.make_folder(folder("Copies"));
  run();
  erase(target, text, folder("Work"));
  target.deliver(folder("Copies"), text);
  target.deliver(folder("Work"), text);
  run();
  find(source, text, folder("Work")).info.flags.add(Flag::flagged);
  run();
  EXPECT_TRUE(find(target, text, folder("Work")).info.flags.has(Flag::flagged));
  EXPECT_FALSE(find(target, text, folder("Copies")).info.flags.has(Flag::flagged));
  expect_nothing_left();
}

TEST_P(Resync, WhatItsUserPutBackIsKnownAgain) {
  const auto texts = some_mail(source, 3);
  run();
  erase(target, texts[1]);
  run();
  EXPECT_EQ(inbox().removed, 1U);
  target.deliver({}, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(inbox().removed, 0U);
  EXPECT_EQ(inbox().adopted, 3U);
  expect_nothing_left();
}

TEST_P(Resync, WhatItsUserPutBackGetsTheFlagsThatChangeAtTheSource) {
  const auto texts = some_mail(source, 3);
  run();
  erase(target, texts[1]);
  run();
  target.deliver({}, texts[1], with_flags({Flag::seen}));
  find(source, texts[1]).info.flags.add(Flag::flagged);
  run();
  EXPECT_EQ(find(target, texts[1]).info.flags, (mail::FlagSet{Flag::seen, Flag::flagged}));
  expect_nothing_left();
}

TEST_P(Resync, WhatMovedAtTheSourceIsMovedAtTheTarget) {
  const auto texts = some_mail(source, 3);
  source.make_folder(folder("Filed"));
  run();
  source.deliver(folder("Filed"), texts[1]);
  erase(source, texts[1]);
  run();
  EXPECT_EQ(count(target, texts[1], folder("Filed")), 1U);
  EXPECT_EQ(count(target, texts[1]), 0U);
  EXPECT_EQ(last.folders.at(1).moved, 1U);
  EXPECT_EQ(last.folders.at(1).copied, 0U);
  expect_nothing_left();
}

TEST_P(Resync, AFlagThatWasClearedAtTheTargetStaysSoAlsoWhenTheSourceMoves) {
  const std::string text = mail_text("both");
  source.deliver({}, text);
  source.deliver({}, mail_text("other"));
  source.make_folder(folder("Filed"));
  target.deliver({}, text, with_flags({Flag::seen}, {"work"}));
  run();
  find(target, text).info.flags.remove(Flag::seen);
  find(target, text).info.keywords.remove("work");
  source.deliver(folder("Filed"), text, with_flags({Flag::seen}, {"work"}));
  erase(source, text);
  run();
  run();
  EXPECT_TRUE(find(target, text).info.flags.empty());
  EXPECT_TRUE(find(target, text).info.keywords.empty());
  expect_nothing_left();
}

TEST_P(Resync, WhatMovedAtTheSourceAndWasRemovedAtTheTargetStaysRemoved) {
  const auto texts = some_mail(source, 3);
  source.make_folder(folder("Filed"));
  run();
  source.deliver(folder("Filed"), texts[1]);
  erase(source, texts[1]);
  erase(target, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]) + count(target, texts[1], folder("Filed")), 0U);
  expect_nothing_left();
}

TEST_P(Resync, AVanishedSourceFolderIsNoEvidence) {  // R2, R6
  const auto texts = some_mail(source, 12, folder("Work"));
  some_mail(source, 1);
  run();
  source.remove_folder(folder("Work"));
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(target.seen(folder("Work")).size(), 12U);
}

TEST_P(Resync, AnEmptiedSourceFolderIsNoEvidence) {  // R2
  some_mail(source, 2);
  run();
  source.messages({}).clear();
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(target.seen({}).size(), 2U);
}

TEST_P(Resync, ManyMissingAtTheTargetStopTheRun) {  // R5
  const auto texts = some_mail(source, 20);
  run();
  target.messages({}).clear();
  source.deliver({}, mail_text("late"));
  const std::size_t before = target.changes();
  last = harness_.copy();
  ASSERT_TRUE(last.error);
  EXPECT_EQ(last.error->cause(), Cause::guard);
  EXPECT_EQ(target.changes(), before) << "before anything is done";

  harness_.options.missing = Missing::restore;
  EXPECT_EQ(run(), 21U);
  EXPECT_EQ(target.seen({}).size(), 21U);
  harness_.options.missing = Missing::ask;
  expect_nothing_left();

  target.messages({}).clear();
  harness_.options.missing = Missing::accept;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(inbox().removed, 21U);
  harness_.options.missing = Missing::ask;
  expect_nothing_left();
}

TEST_P(Resync, WhatMovedAtTheSourceMeanwhileIsRestoredToo) {  // R5
  const auto texts = some_mail(source, 20);
  source.make_folder(folder("Filed"));
  run();
  target.messages({}).clear();
  source.deliver(folder("Filed"), texts[1]);
  erase(source, texts[1]);
  erase(source, texts[2]);
  harness_.options.missing = Missing::restore;
  EXPECT_EQ(run(), 19U);
  EXPECT_EQ(count(target, texts[1], folder("Filed")), 1U);
  harness_.options.missing = Missing::ask;
  expect_nothing_left();
}

TEST_P(Resync, AFolderThatItsUserRemovedIsMadeAgainOnlyForNewMail) {  // R6
  const auto texts = some_mail(source, 3, folder("Work"));
  run();
  target.remove_folder(folder("Work"));
  EXPECT_EQ(run(), 0U);
  EXPECT_FALSE(target.stamp(folder("Work")));
  source.deliver(folder("Work"), mail_text("late"));
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(target.seen(folder("Work")).size(), 1U);
  expect_nothing_left();
}

TEST_P(Resync, AReplacedTargetIsReadAnewAndWhatIsThereIsKnown) {  // R7
  const auto texts = some_mail(source, 3);
  run();
  erase(target, texts[1]);
  run();
  harness_.target_replaced = true;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(inbox().removed, 1U) << "what was removed stays so";
}

TEST_P(Resync, AMessageThatCameBackAfterItWasGoneAtTheSourceIsNotDoubled) {
  const auto texts = some_mail(source, 3);
  run();
  erase(source, texts[1]);
  run();
  source.deliver({}, texts[1]);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 1U);
  expect_nothing_left();
}

TEST_P(Resync, WithoutStampsAndHandlesTheRunsAgree) {  // -c
  const auto texts = some_mail(source, 5);
  run();
  erase(target, texts[1]);
  source.deliver({}, mail_text("late"));
  harness_.options.checksum = true;
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(inbox().removed, 1U);
  expect_nothing_left();
}

TEST_P(Resync, DeleteRemovesWhatIsGoneAndUntouched) {  // R2, R3
  const auto texts = some_mail(source, 30);
  run();
  erase(source, texts[1]);
  erase(source, texts[2]);
  find(target, texts[2]).info.flags.add(Flag::seen);
  harness_.options.removal = Removal::quarantine;
  run();
  EXPECT_EQ(inbox().deleted, 1U);
  EXPECT_EQ(count(target, texts[1]), 0U);
  EXPECT_EQ(count(target, texts[2]), 1U) << "its user saw it";
  const FolderRef quarantine{"", mail::FolderName({"Mailhaul-Removed", "INBOX"})};
  EXPECT_EQ(count(target, texts[1], quarantine), 1U);
  expect_nothing_left();
}

TEST_P(Resync, DeleteLeavesWhatItsUserFiledOrPutBack) {  // R1, R2
  const auto texts = some_mail(source, 30);
  run();
  erase(target, texts[1]);
  target.deliver(folder("Filed"), texts[1]);
  erase(target, texts[2]);
  run();
  target.deliver({}, texts[2]);
  run();
  erase(source, texts[1]);
  erase(source, texts[2]);
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1], folder("Filed")), 1U);
  EXPECT_EQ(count(target, texts[2]), 1U);
  expect_nothing_left();
}

TEST_P(Resync, DeleteForGood) {
  const auto texts = some_mail(source, 30);
  run();
  erase(source, texts[1]);
  run();
  harness_.options.removal = Removal::expunge;
  run();
  EXPECT_EQ(target.seen({}).size(), 29U) << "also what an earlier run kept";
  expect_nothing_left();
}

TEST_P(Resync, DeleteStopsBeforeTheFirstOverTheLimit) {
  const auto texts = some_mail(source, 30);
  run();
  for (std::size_t i = 0; i < 4; ++i) erase(source, texts[i]);
  source.deliver({}, mail_text("late"));
  harness_.options.removal = Removal::expunge;
  last = harness_.copy();
  ASSERT_TRUE(last.error);
  EXPECT_EQ(last.error->cause(), Cause::guard);
  EXPECT_EQ(target.seen({}).size(), 31U) << "what is new was copied before";
  harness_.options.max_removals = 4;
  run();
  EXPECT_EQ(target.seen({}).size(), 27U);
  expect_nothing_left();
}

TEST_P(Resync, AnUnstableSourceIsNoEvidence) {
  const auto texts = some_mail(source, 30);
  run();
  erase(source, texts[1]);
  source.set_unstable(true);
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  source.set_unstable(false);
  EXPECT_EQ(run(), 1U);
}

TEST_P(Resync, WhatLeftForAFolderThatWasNotSeenIsNotRemoved) {  // R2
  const auto texts = some_mail(source, 30);
  some_mail(source, 3, folder("Work"));
  run();
  erase(source, texts[1]);
  source.deliver(folder("Work"), texts[1]);
  source.break_folder(folder("Work"));
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 1U);
}

TEST_P(Resync, WhatAnUnreadableMessageMayBeIsNotRemoved) {  // R2
  const auto texts = some_mail(source, 30);
  some_mail(source, 3, folder("Work"));
  run();
  erase(source, texts[1]);
  source.deliver(folder("Work"), texts[1]);
  find(source, texts[1], folder("Work")).unreadable = true;
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 1U);
}

// A backup that lacks the last days: the target may have the only copies.
TEST_P(Resync, WhatAReplacedSourceLacksIsNeverRemoved) {  // R2
  const auto texts = some_mail(source, 30);
  run();
  erase(source, texts[1]);
  harness_.options.removal = Removal::expunge;
  harness_.source_replaced = true;
  EXPECT_EQ(run(), 0U);
  harness_.source_replaced = false;
  EXPECT_EQ(run(), 0U);
  erase(source, texts[2]);
  EXPECT_EQ(run(), 1U) << "what went since then is another matter";
  EXPECT_EQ(count(target, texts[1]), 1U);
  EXPECT_EQ(count(target, texts[2]), 0U);
}

TEST_P(Resync, WhatAFolderMadeAnewLacksIsNeverRemoved) {  // R2
  const auto texts = some_mail(source, 30);
  source.info({}).uid_validity = mail::UidValidity{77};
  run();
  erase(source, texts[1]);
  source.info({}).uid_validity = mail::UidValidity{78};
  harness_.options.removal = Removal::expunge;
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(count(target, texts[1]), 1U);
}

INSTANTIATE_TEST_SUITE_P(Stores, Resync,
                         testing::Values(Kinds{true, true}, Kinds{true, false}, Kinds{false, true},
                                         Kinds{false, false}),
                         [](const auto& kinds) {
                           return std::string(kinds.param.source_lasts ? "Lasting" : "Passing") + "To" +
                                  (kinds.param.target_lasts ? "Lasting" : "Passing");
                         });

}  // namespace
}  // namespace mailhaul::sync
