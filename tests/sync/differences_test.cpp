// Which stranger at the target is which message that is missing there, where equal ones leave a choice.
#include <gtest/gtest.h>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

using store::FolderRef;

const FolderRef inbox{};
FolderRef named(const std::string& folder) { return {"", mail::FolderName({folder})}; }

/// Two equal messages, in INBOX and in Sent; what their user does to the copies.
class EqualMessages : public testing::Test {
 protected:
  EqualMessages() {
    for (const FolderRef& folder : {inbox, named("Sent")}) harness_.source.deliver(folder, text_, with_flags({}));
    run();
  }
  void run() { ASSERT_FALSE(harness_.copy().error); }
  void remove_at_target(const FolderRef& folder) {
    harness_.target.messages(folder).clear();
    harness_.target.renumber(folder);
  }
  void put_at_target(const FolderRef& folder) { harness_.target.deliver(folder, text_, with_flags({})); }
  /// The one in Sent gets a flag at the source; true: the copy in that folder of the target gets it too.
  bool follows_sent(const FolderRef& folder) {
    harness_.source.messages(named("Sent")).front().info.flags = {mail::Flag::flagged};
    run();
    return harness_.target.seen(folder).at(0).info.flags.has(mail::Flag::flagged);
  }

  const std::string text_ = mail_text("twice");
  Harness harness_;
};

TEST_F(EqualMessages, TheOnePutBackInItsFolderLeavesTheOtherToWhereItWasFiled) {
  remove_at_target(inbox);
  run();
  put_at_target(inbox);
  remove_at_target(named("Sent"));
  put_at_target(named("Work"));
  run();
  EXPECT_TRUE(follows_sent(named("Work")));
  EXPECT_FALSE(follows_sent(inbox));
}

TEST_F(EqualMessages, TheOnePutBackInItsFolderIsKnownBeforeAStrangerInAnEarlierOne) {
  remove_at_target(named("Sent"));
  run();
  put_at_target(inbox);
  put_at_target(named("Sent"));
  run();
  EXPECT_TRUE(follows_sent(named("Sent")));
  EXPECT_FALSE(harness_.target.seen(inbox).at(1).info.flags.has(mail::Flag::flagged));
}

/// Two mailboxes of an account that both hold one mail, and what becomes of the copies.
class MailOfTwo : public testing::Test {
 protected:
  MailOfTwo() {
    harness_.source.deliver(amy_, text_, with_flags({}));
    harness_.source.make_folder(bob_);
    EXPECT_FALSE(harness_.copy().error);
  }
  static void remove(support::MemoryStore& store, const FolderRef& folder) {
    store.messages(folder).clear();
    store.renumber(folder);
  }

  const FolderRef amy_{"amy@example.com", {}};
  const FolderRef bob_{"bob@example.com", {}};
  const std::string text_ = mail_text("to both");
  Harness harness_;
};

TEST_F(MailOfTwo, WhatOneLosesAtTheSourceAndTheOtherGetsIsCopiedToHim) {
  remove(harness_.source, amy_);
  harness_.source.deliver(bob_, text_, with_flags({}));
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_EQ(harness_.target.seen(bob_).size(), 1U);
  EXPECT_EQ(harness_.target.seen(amy_).size(), 1U);
}

TEST_F(MailOfTwo, WhatOneRemovesAtTheTargetIsNotTheOnesThatTheOtherGets) {
  remove(harness_.target, amy_);
  harness_.target.deliver(bob_, text_, with_flags({}));
  EXPECT_FALSE(harness_.copy().error);
  harness_.source.messages(amy_).front().info.flags = {mail::Flag::flagged};
  EXPECT_FALSE(harness_.copy().error);
  EXPECT_FALSE(harness_.target.seen(bob_).at(0).info.flags.has(mail::Flag::flagged));
  EXPECT_TRUE(harness_.target.seen(amy_).empty());
}

}  // namespace
}  // namespace mailhaul::sync
