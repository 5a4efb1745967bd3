// A message that moved at the source, at a target that can't move: it is copied to its new folder, and then expunged
// where it was. A run may die anywhere in between.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using mail::Flag;
using store::FolderRef;
using support::MemoryStore;

const FolderRef inbox{};
const FolderRef filed{"", mail::FolderName({"Filed"})};

/// Whether handles of the target last.
class Carried : public testing::TestWithParam<bool> {
 protected:
  Carried() { begin(); }
  /// Twenty messages in INBOX, copied.
  void begin() {
    harness_ = std::make_unique<Harness>(MemoryStore::Options{},
                                         MemoryStore::Options{.stable_handles = GetParam(), .moves = false});
    texts_.clear();
    for (int i = 0; i < 20; ++i) {
      texts_.push_back(mail_text(std::to_string(i)));
      source().deliver(inbox, texts_.back(), with_flags({Flag::seen}));
    }
    source().make_folder(filed);
    EXPECT_FALSE(harness_->copy().error);
  }
  MemoryStore& source() { return harness_->source; }
  MemoryStore& target() { return harness_->target; }

  static MemoryStore::Message& find(MemoryStore& store, const std::string& text, const FolderRef& where) {
    auto& all = store.messages(where);
    return *std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; });
  }
  static std::size_t count(const MemoryStore& store, const std::string& text, const FolderRef& where) {
    const auto& all = store.seen(where);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; }));
  }
  static void move(MemoryStore& store, const std::string& text, const FolderRef& from, const FolderRef& to) {
    auto& all = store.messages(from);
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == text; });
    const MemoryStore::Message message = *found;
    all.erase(found);
    store.renumber(from);
    store.deliver(to, message.octets, message.info);
  }
  /// The first `some` at the source.
  void move_at_source(std::size_t some) {
    for (std::size_t i = 0; i < some; ++i) move(source(), texts_[i], inbox, filed);
  }
  Outcome run() {
    Outcome outcome = harness_->copy();
    EXPECT_FALSE(outcome.error) << outcome.error->what();
    return outcome;
  }
  /// False: it did not come so far.
  bool dies(std::size_t after_flushes, bool is_durable) {
    target().crash_after(after_flushes, is_durable);
    const bool died = harness_->copy().error.has_value();
    target().revive();
    return died;
  }
  void expect_moved(std::size_t some) {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      EXPECT_EQ(count(target(), texts_[i], inbox), i < some ? 0U : 1U) << i;
      EXPECT_EQ(count(target(), texts_[i], filed), i < some ? 1U : 0U) << i;
    }
    EXPECT_EQ(harness_->ledger.counts().known, texts_.size());
    EXPECT_EQ(harness_->ledger.counts().removed_at_source, 0U);
    const std::size_t before = target().changes();
    run();
    EXPECT_EQ(target().changes(), before) << "a second run changes nothing (R8)";
  }

  std::unique_ptr<Harness> harness_;
  std::vector<std::string> texts_;
};

TEST_P(Carried, WhatMovedAtTheSourceIsMovedAtTheTarget) {
  move_at_source(15);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.folders.at(1).moved, 15U);
  EXPECT_EQ(outcome.folders.at(1).copied, 0U);
  expect_moved(15);
}

TEST_P(Carried, ARunThatDiesNeitherLosesNorDoublesIt) {
  std::size_t died = 0;
  for (const bool is_durable : {false, true})
    for (std::size_t n = 0;; ++n) {
      SCOPED_TRACE(std::to_string(n) + (is_durable ? ", durable" : ""));
      begin();
      move_at_source(15);
      if (!dies(n, is_durable)) break;
      ++died;
      for (const std::string& text : texts_)
        EXPECT_GE(count(target(), text, inbox) + count(target(), text, filed), 1U) << "lost";
      // And the next one too, as soon as it can.
      dies(0, !is_durable);
      run();
      run();
      expect_moved(15);
    }
  EXPECT_GE(died, 4U);
}

TEST_P(Carried, WhatItsUserTouchedInTheMeantimeStays) {
  move_at_source(2);
  ASSERT_TRUE(dies(1, false));
  ASSERT_EQ(count(target(), texts_[0], inbox), 1U) << "copied, and not expunged yet";
  find(target(), texts_[0], inbox).info.flags.add(Flag::flagged);
  run();
  EXPECT_EQ(count(target(), texts_[0], inbox), 1U);
  EXPECT_EQ(count(target(), texts_[0], filed), 1U);
  EXPECT_EQ(count(target(), texts_[1], inbox), 0U);
  run();
  EXPECT_EQ(count(target(), texts_[0], inbox), 1U);
}

TEST_P(Carried, WhatMovesBackInTheMeantimeIsThereOnce) {
  move_at_source(1);
  ASSERT_TRUE(dies(1, false));
  move(source(), texts_[0], filed, inbox);
  run();
  run();
  expect_moved(0);
}

TEST_P(Carried, WhereItsUserHasACopyAlreadyNothingIsExpunged) {
  target().deliver(filed, texts_[0], with_flags({}));
  move_at_source(1);
  run();
  EXPECT_EQ(count(target(), texts_[0], filed), 1U);
  EXPECT_EQ(count(target(), texts_[0], inbox), 1U);
}

TEST_P(Carried, WhatItsUserTouchedIsNotMoved) {
  find(target(), texts_[0], inbox).info.flags.add(Flag::flagged);
  move_at_source(1);
  run();
  EXPECT_EQ(count(target(), texts_[0], inbox), 1U);
}

TEST_P(Carried, FlagsAreThoseOfAMove) {
  for (const std::size_t octets : {20U, 1'500'000U}) {
    const std::string text = mail_text("both", octets);
    source().deliver(inbox, text, with_flags({Flag::seen}));
    target().deliver(inbox, text, with_flags({Flag::draft}, {"work"}));
    run();
    move(source(), text, inbox, filed);
    find(source(), text, filed).info.flags.add(Flag::answered);
    run();
    EXPECT_EQ(count(target(), text, inbox), 0U);
    const auto& info = find(target(), text, filed).info;
    EXPECT_EQ(info.flags, (mail::FlagSet{Flag::seen, Flag::answered, Flag::draft})) << octets;
    EXPECT_TRUE(info.keywords.has("work"));
    const std::size_t before = target().changes();
    run();
    EXPECT_EQ(target().changes(), before) << "a second run changes nothing (R8)";
  }
}

TEST_P(Carried, FlagsThatChangeInTheSameRunAreNotInTheWay) {  // where handles don't last theirs are others then
  move_at_source(2);
  find(source(), texts_[10], inbox).info.flags.add(Flag::flagged);
  run();
  expect_moved(2);
  EXPECT_TRUE(find(target(), texts_[10], inbox).info.flags.has(Flag::flagged));
}

TEST_P(Carried, AWriteThatFailsOnceIsDoneAgain) {  // D3
  move_at_source(3);
  target().fail_flushes(1, Cause::io_error);
  run();
  expect_moved(3);
}

TEST_P(Carried, DeleteTouchesNothingOfIt) {
  harness_->options.removal = Removal::expunge;
  move_at_source(15);
  ASSERT_TRUE(dies(1, false));
  run();
  run();
  expect_moved(15);
}

INSTANTIATE_TEST_SUITE_P(Handles, Carried, testing::Bool(),
                         [](const auto& given) { return std::string(given.param ? "Lasting" : "Passing"); });

}  // namespace
}  // namespace mailhaul::sync
