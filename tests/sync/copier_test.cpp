#include "mailhaul/sync/copier.hpp"

#include <gtest/gtest.h>

#include "mailhaul/mail/name_mark.hpp"
#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using mail::Flag;
using mail::FlagSet;
using store::FolderRef;
using support::MemoryStore;

const FolderRef inbox{};
const FolderRef sent{"", mail::FolderName({"Sent"})};
const FolderRef work{"", mail::FolderName({"Work", "2024"})};

std::uint64_t sum(const Outcome& outcome, std::uint64_t FolderOutcome::*field) {
  std::uint64_t all = 0;
  for (const FolderOutcome& folder : outcome.folders) all += folder.*field;
  return all;
}

TEST(Copier, AFirstCopyBringsEveryMessageFlagAndDate) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"), with_flags({Flag::seen}, {"$Work"}));
  h.source.deliver(inbox, mail_text("b"), with_flags({}));
  h.source.deliver(work, mail_text("c"), with_flags({Flag::flagged, Flag::deleted}));
  h.source.make_folder(sent);
  const Outcome outcome = h.copy();
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 3U);
  EXPECT_EQ(h.at_target(), (std::vector<std::string>{mail_text("a"), mail_text("b")}));
  ASSERT_EQ(h.target.seen(work).size(), 1U);
  EXPECT_EQ(h.target.seen(work)[0].info.flags, (FlagSet{Flag::flagged, Flag::deleted}));
  EXPECT_TRUE(h.target.seen(inbox)[0].info.keywords.has("$work"));
  EXPECT_EQ(h.target.seen(inbox)[0].info.internal_date, with_flags({}).internal_date);
  ASSERT_EQ(h.target.mailboxes().size(), 1U);
  EXPECT_EQ(h.target.mailboxes()[0].folders.size(), 3U) << "the empty folder is made too";
}

/// As a store whose names hold no '.'.
mail::FolderName without_dots(const mail::FolderName& folder) {
  std::vector<std::string> parts = folder.parts();
  for (std::string& part : parts) std::replace(part.begin(), part.end(), '.', '_');
  return mail::FolderName(std::move(parts));
}

FolderRef folder(const char* name) { return {"", *mail::FolderName::from_display(name)}; }

TEST(Copier, ANameThatTheTargetCanNotHoldBecomesOneThatItCanAndIsReported) {
  Harness h({}, {.fitting_name = &without_dots});
  h.source.deliver(folder("A.B/C"), mail_text("a"));
  h.source.deliver(folder("D"), mail_text("d"));
  const Outcome first = h.copy();
  EXPECT_EQ(h.at_target(folder("A_B/C")).size(), 1U);
  ASSERT_EQ(h.findings.all.size(), 1U);
  EXPECT_EQ(h.findings.all[0].kind, FindingKind::folder_name);
  EXPECT_EQ(h.findings.all[0].weight, Weight::lost);
  EXPECT_EQ(h.findings.all[0].folder, "A.B/C");
  EXPECT_EQ(h.findings.all[0].where, "A_B/C");
  const std::size_t changes = h.target.changes();
  EXPECT_EQ(sum(h.copy(), &FolderOutcome::copied), 0U) << "the second run finds the same folder";
  EXPECT_EQ(h.target.changes(), changes);
  EXPECT_TRUE(h.verify().missing.empty());
}

std::string marked(const char* fitted, const char* wanted) { return fitted + mail::name_mark(folder(wanted).folder); }

TEST(Copier, FoldersThatWouldBecomeOneAreNotMerged) {
  Harness h({}, {.fitting_name = &without_dots});
  for (const char* name : {"A.B", "A_B", "A.B.C", "A_B.C"}) h.source.deliver(folder(name), mail_text(name));
  for (int run = 0; run < 2; ++run) {
    (void)h.copy();
    EXPECT_EQ(h.at_target(folder("A_B")), (std::vector<std::string>{mail_text("A_B")}));
    for (const auto& [fitted, name] : {std::pair{"A_B", "A.B"}, {"A_B_C", "A.B.C"}, {"A_B_C", "A_B.C"}})
      EXPECT_EQ(h.at_target(folder(marked(fitted, name).c_str())), (std::vector<std::string>{mail_text(name)}));
    EXPECT_TRUE(h.at_target(folder("A_B_C")).empty());
  }
}

TEST(Copier, AFoldersNameDoesNotDependOnHowManyOthersThereAreOrTakePart) {
  Harness h({}, {.fitting_name = &without_dots});
  for (const char* name : {"A.b.c", "A_b.c", "A.b_c"}) h.source.deliver(folder(name), mail_text(name));
  (void)h.copy();
  const std::size_t changes = h.target.changes();
  h.options.folders.includes = {"A_b.c"};
  (void)h.copy();
  EXPECT_EQ(h.target.changes(), changes) << "chosen alone";
  h.options.folders.includes = {};
  h.source.deliver(folder("A.a"), mail_text("one more"));
  h.source.deliver(folder("A_b_c"), mail_text("the name itself"));
  EXPECT_EQ(sum(h.copy(), &FolderOutcome::copied), 2U);
}

TEST(Copier, AMarkedNameThatIsTakenGetsAnotherMark) {
  Harness h({}, {.fitting_name = &without_dots});
  const std::string taken = marked("A_B", "A.B");
  for (const std::string& name : {std::string("A.B"), std::string("A_B"), taken})
    h.source.deliver(folder(name.c_str()), mail_text(name));
  (void)h.copy();
  EXPECT_EQ(h.at_target(folder(taken.c_str())), (std::vector<std::string>{mail_text(taken)}));
  EXPECT_EQ(h.at_target(folder(("A_B" + mail::name_mark(folder("A.B").folder, 1)).c_str())).size(), 1U);
}

TEST(Copier, AFirstCopyReadsEveryOctetOnce) {
  Harness h;
  std::uint64_t octets = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string text = mail_text(std::to_string(i), static_cast<std::size_t>(i) * 1000);
    octets += text.size();
    h.source.deliver(inbox, text);
  }
  (void)h.copy();
  EXPECT_EQ(h.source.octets_read(), octets);
}

TEST(Copier, ASecondRunChangesNothing) {
  Harness h;
  for (const char* name : {"a", "b", "c", "a"}) h.source.deliver(inbox, mail_text(name), with_flags({Flag::seen}));
  (void)h.copy();
  const std::size_t changes = h.target.changes();
  const Outcome outcome = h.copy();
  EXPECT_EQ(h.target.changes(), changes);
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 0U);
  EXPECT_EQ(sum(outcome, &FolderOutcome::adopted), 4U);
}

TEST(Copier, AMultisetDifferenceIsCopied) {
  Harness h;
  for (int i = 0; i < 3; ++i) h.source.deliver(inbox, mail_text("same"));
  h.target.deliver(inbox, mail_text("same"));
  h.target.deliver(inbox, mail_text("only there"));
  const Outcome outcome = h.copy();
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 2U);
  EXPECT_EQ(h.target.seen(inbox).size(), 4U);
}

TEST(Copier, MailOfTheTargetIsNeverTouched) {
  Harness h;
  h.target.deliver(inbox, mail_text("theirs"), with_flags({Flag::draft}));
  h.source.deliver(inbox, mail_text("ours"));
  (void)h.copy();
  EXPECT_EQ(h.target.seen(inbox)[0].octets, mail_text("theirs"));
  EXPECT_EQ(h.target.seen(inbox)[0].info.flags, FlagSet{Flag::draft});
}

TEST(Copier, FlagsOfAnAdoptedMessageAreUnited) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"), with_flags({Flag::seen, Flag::deleted}, {"new"}));
  h.target.deliver(inbox, mail_text("a"), with_flags({Flag::answered, Flag::draft}, {"old"}));
  const Outcome outcome = h.copy();
  EXPECT_EQ(sum(outcome, &FolderOutcome::flags_changed), 1U);
  const auto& message = h.target.seen(inbox)[0];
  EXPECT_EQ(message.info.flags, (FlagSet{Flag::seen, Flag::answered, Flag::draft})) << "Deleted is the target's alone";
  EXPECT_TRUE(message.info.keywords == (mail::KeywordSet{"new", "old"}));
}

TEST(Copier, ATargetThatCannotChangeFlagsIsToldOf) {
  Harness h({}, {.changes_flags = false});
  h.source.deliver(inbox, mail_text("a"), with_flags({Flag::seen}));
  h.target.deliver(inbox, mail_text("a"), with_flags({}));
  const Outcome outcome = h.copy();
  EXPECT_EQ(sum(outcome, &FolderOutcome::adopted), 1U);
  ASSERT_EQ(h.findings.all.size(), 1U);
  EXPECT_EQ(h.findings.all[0].kind, FindingKind::flags_differ);
}

TEST(Copier, AMessageOverOneMebibyteIsMatchedAndCopiedToo) {
  Harness h;
  h.source.deliver(inbox, mail_text("large", 3'000'000));
  h.source.deliver(inbox, mail_text("large too", 2'000'000));
  h.target.deliver(inbox, mail_text("large", 3'000'000));
  const Outcome outcome = h.copy();
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 1U);
  EXPECT_EQ(sum(outcome, &FolderOutcome::adopted), 1U);
  EXPECT_EQ(h.at_target(),
            (std::vector<std::string>{mail_text("large", 3'000'000), mail_text("large too", 2'000'000)}));
}

TEST(Copier, OneUnreadableMessageIsCountedAndTheRestGoesOn) {
  Harness h;
  for (const char* name : {"a", "bad", "c"}) h.source.deliver(inbox, mail_text(name));
  h.source.messages(inbox)[1].unreadable = true;
  const Outcome outcome = h.copy();
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(sum(outcome, &FolderOutcome::failed), 1U);
  EXPECT_EQ(h.at_target(), (std::vector<std::string>{mail_text("a"), mail_text("c")}));
}

TEST(Copier, AFullTargetKeepsWhatIsFinishedAndTheNextRunCompletes) {
  Harness h({}, {.batch_messages = 4});
  for (int i = 0; i < 10; ++i) h.source.deliver(inbox, mail_text(std::to_string(i), 100));
  h.target.limit_octets(700);
  const Outcome full = h.copy();
  ASSERT_TRUE(full.error);
  EXPECT_EQ(full.error->cause(), Cause::no_space);
  EXPECT_GE(h.target.seen(inbox).size(), 5U) << "also those of the batch that was open";
  EXPECT_EQ(sum(full, &FolderOutcome::copied), h.target.seen(inbox).size());
  h.target.limit_octets(100'000);
  const Outcome again = h.copy();
  EXPECT_FALSE(again.error);
  EXPECT_EQ(h.target.seen(inbox).size(), 10U);
  EXPECT_EQ(h.verify().missing.size(), 0U);
}

TEST(Copier, AFailedFlushIsWrittenOnceMore) {
  Harness h({}, {.batch_messages = 4});
  for (int i = 0; i < 10; ++i) h.source.deliver(inbox, mail_text(std::to_string(i)));
  h.target.fail_flushes(1, Cause::io_error);
  const Outcome outcome = h.copy();
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(h.target.seen(inbox).size(), 10U);
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 10U);
}

TEST(Copier, ASecondFailedFlushEndsTheRun) {
  Harness h({}, {.batch_messages = 4});
  for (int i = 0; i < 10; ++i) h.source.deliver(inbox, mail_text(std::to_string(i)));
  h.target.fail_flushes(9, Cause::io_error);
  const Outcome outcome = h.copy();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->cause(), Cause::io_error);
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 0U);
}

TEST(Copier, WhatIsCountedAsCopiedIsAtTheTargetHoweverFlushesFail) {
  for (std::size_t failures = 1; failures < 5; ++failures) {
    for (const Cause cause : {Cause::io_error, Cause::no_space, Cause::quota}) {
      Harness h({}, {.batch_messages = 4});
      for (int i = 0; i < 10; ++i) h.source.deliver(inbox, mail_text(std::to_string(i)));
      h.target.fail_flushes(failures, cause);
      const Outcome outcome = h.copy();
      EXPECT_EQ(sum(outcome, &FolderOutcome::copied), h.target.seen(inbox).size()) << failures;
      EXPECT_EQ(!outcome.error, h.target.seen(inbox).size() == 10U) << failures;
    }
  }
}

TEST(Copier, AFolderThatCannotBeReadKeepsNoOtherFromTheSameTarget) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.source.deliver(sent, mail_text("b"));
  h.source.deliver(work, mail_text("c"));
  h.source.break_folder(sent);
  ASSERT_TRUE(h.options.map.add("*=INBOX"));
  const Outcome outcome = h.copy();
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(h.at_target(), (std::vector<std::string>{mail_text("a"), mail_text("c")}));
  std::size_t given_up = 0;
  for (const FolderOutcome& folder : outcome.folders) given_up += folder.error ? 1U : 0U;
  EXPECT_EQ(given_up, 1U);
}

TEST(Copier, SelectingNoFolderIsAnErrorNotSuccess) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.options.folders.includes = {"Nope"};
  EXPECT_THROW((void)h.copy(), Error);
  EXPECT_THROW((void)h.verify(), Error);
}

TEST(Copier, ASourceThatCannotFetchIsNotWrittenAgain) {
  Harness h({.fetch = false}, {.batch_messages = 4});
  for (int i = 0; i < 4; ++i) h.source.deliver(inbox, mail_text(std::to_string(i)));
  h.target.fail_flushes(1, Cause::io_error);
  EXPECT_TRUE(h.copy().error);
}

TEST(Copier, AnUnstableSourceIsCopiedAndSaid) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.source.set_unstable(true);
  const Outcome outcome = h.copy();
  EXPECT_EQ(h.target.seen(inbox).size(), 1U);
  EXPECT_FALSE(outcome.folders[0].stable);
}

TEST(Copier, AnUnstableTargetIsNotCopiedTo) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.target.deliver(inbox, mail_text("b"));
  h.target.set_unstable(true);
  const Outcome outcome = h.copy();
  ASSERT_TRUE(outcome.folders[0].error);
  EXPECT_EQ(outcome.folders[0].error->cause(), Cause::source_changed);
  EXPECT_EQ(h.target.seen(inbox).size(), 1U);
}

TEST(Copier, AStopRequestEndsTheRun) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.stop.ask();
  const Outcome outcome = h.copy();
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->cause(), Cause::stopped);
}

TEST(Copier, FiltersLeaveOutByDateAndSize) {
  for (const bool dates_need_content : {false, true}) {
    Harness h({.dates_need_content = dates_need_content});
    auto old = with_flags({});
    old.internal_date = mail::InternalDate{std::chrono::seconds{1000}};
    h.source.deliver(inbox, mail_text("old"), old);
    h.source.deliver(inbox, mail_text("new"), with_flags({}));
    h.source.deliver(inbox, mail_text("big", 5000), with_flags({}));
    h.options.messages.not_before = mail::InternalDate{std::chrono::seconds{2000}};
    h.options.messages.max_octets = 1000;
    for (int round = 0; round < 2; ++round) {
      const Outcome outcome = h.copy();
      EXPECT_EQ(sum(outcome, &FolderOutcome::left_out), 2U);
      EXPECT_EQ(h.at_target(), std::vector<std::string>{mail_text("new")});
    }
    EXPECT_TRUE(h.verify().missing.empty());
  }
}

TEST(Copier, FoldersAreSelectedAndMapped) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.source.deliver(sent, mail_text("b"));
  h.source.deliver(work, mail_text("c"));
  h.options.folders.excludes = {"INBOX"};
  ASSERT_TRUE(h.options.map.add("Work=Old"));
  (void)h.copy();
  EXPECT_EQ(h.target.seen(inbox).size(), 0U);
  EXPECT_EQ(h.target.seen(sent).size(), 1U);
  EXPECT_EQ(h.target.seen({"", mail::FolderName({"Old", "2024"})}).size(), 1U);
}

TEST(Copier, SeveralFoldersIntoOneStayIdempotent) {
  Harness h({}, {.folders = false});
  h.source.deliver(inbox, mail_text("a"));
  h.source.deliver(sent, mail_text("a"));
  h.source.deliver(work, mail_text("c"));
  EXPECT_THROW((void)h.copy(), Error) << "never merged unasked";
  ASSERT_TRUE(h.options.map.add("*=INBOX"));
  (void)h.copy();
  EXPECT_EQ(h.target.seen(inbox).size(), 3U);
  (void)h.copy();
  EXPECT_EQ(h.target.seen(inbox).size(), 3U);
  EXPECT_TRUE(h.verify().missing.empty());
}

TEST(Copier, FoldersRunSideBySide) {
  Harness h;
  for (int f = 0; f < 20; ++f)
    for (int i = 0; i < 30; ++i)
      h.source.deliver({"", mail::FolderName({"F" + std::to_string(f)})}, mail_text(std::to_string(i)));
  h.options.jobs = 8;
  const Outcome outcome = h.copy();
  EXPECT_EQ(sum(outcome, &FolderOutcome::copied), 600U);
  EXPECT_EQ(h.events.actions.size(), 600U);
  EXPECT_TRUE(h.verify().missing.empty());
}

}  // namespace
}  // namespace mailhaul::sync
