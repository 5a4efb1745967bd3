#include "mailhaul/sync/verifier.hpp"

#include <gtest/gtest.h>

#include "sync/harness.hpp"

namespace mailhaul::sync {
namespace {

const store::FolderRef inbox{};

TEST(Verifier, WhatIsMissingIsListedWithItsMessageIdAndSubject) {
  Harness h;
  h.source.deliver(inbox, "Message-ID: <1@x>\nSubject: gone\n  away\n\nbody\n", with_flags({}));
  h.source.deliver(inbox, mail_text("there"));
  h.target.deliver(inbox, mail_text("there"));
  const Verification result = h.verify();
  ASSERT_EQ(result.missing.size(), 1U);
  EXPECT_EQ(result.missing[0].message_id, "<1@x>");
  EXPECT_EQ(result.missing[0].subject, "gone  away");
  EXPECT_EQ(result.missing[0].reason, "not at the target");
  ASSERT_EQ(result.folders.size(), 1U);
  EXPECT_EQ(result.folders[0].found, 1U);
}

TEST(Verifier, CountsCopiesAsAMultiset) {
  Harness h;
  for (int i = 0; i < 3; ++i) h.source.deliver(inbox, mail_text("same"));
  for (int i = 0; i < 2; ++i) h.target.deliver(inbox, mail_text("same"));
  EXPECT_EQ(h.verify().missing.size(), 1U);
}

TEST(Verifier, OfEqualMessagesThoseThatWereRemovedLongAgoAreNoLoss) {
  Harness h;
  for (int i = 0; i < 30; ++i) h.source.deliver(inbox, mail_text("same"));
  ASSERT_FALSE(h.copy().error);
  h.target.messages(inbox).erase(h.target.messages(inbox).begin(), h.target.messages(inbox).begin() + 12);
  h.options.missing = Missing::accept;
  ASSERT_FALSE(h.copy().error);
  const Verification result = h.verify();
  EXPECT_TRUE(result.missing.empty());
  EXPECT_EQ(result.removed.size(), 12U);
}

TEST(Verifier, FoldersAreComparedEachWithItsOwn) {
  Harness h;
  h.source.deliver({"", mail::FolderName({"Sent"})}, mail_text("a"));
  h.target.deliver(inbox, mail_text("a"));
  EXPECT_EQ(h.verify().missing.size(), 1U);
}

TEST(Verifier, AnUnreadableSourceMessageIsMissingWithItsReason) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.source.messages(inbox)[0].unreadable = true;
  h.target.deliver(inbox, mail_text("a"));
  const Verification result = h.verify();
  ASSERT_EQ(result.missing.size(), 1U);
  EXPECT_NE(result.missing[0].reason, "not at the target");
}

TEST(Verifier, AnUnreadableTargetMessageProvesNothing) {
  Harness h;
  h.source.deliver(inbox, mail_text("a"));
  h.target.deliver(inbox, mail_text("a"));
  h.target.messages(inbox)[0].unreadable = true;
  EXPECT_EQ(h.verify().missing.size(), 1U);
}

}  // namespace
}  // namespace mailhaul::sync
