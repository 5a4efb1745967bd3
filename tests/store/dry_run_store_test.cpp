#include "mailhaul/store/dry_run_store.hpp"

#include <gtest/gtest.h>

#include "support/memory_store.hpp"

namespace mailhaul::store {
namespace {

TEST(DryRunStore, ChangesAreAnsweredAndForgotten) {
  auto memory = std::make_unique<support::MemoryStore>();
  support::MemoryStore& inner = *memory;
  const Handle handle = inner.deliver({}, "Subject: a\n\nx\n");
  DryRunStore dry(std::move(memory), {});
  const auto writer = dry.open_folder({}, {});
  const auto message = writer->append({});
  EXPECT_FALSE(message->wants_octets());
  message->commit();
  writer->expunge({handle, {}, {}});
  writer->change_flags(handle, {});
  EXPECT_EQ(writer->flush().size(), 3U);
  EXPECT_EQ(inner.seen({}).size(), 1U);
  EXPECT_EQ(inner.changes(), 0U);
}

TEST(DryRunStore, WhatIsTakenOrExpungedIsAnsweredByItsNameAndStays) {
  auto memory = std::make_unique<support::MemoryStore>();
  support::MemoryStore& inner = *memory;
  const Handle handle = inner.deliver({}, "Subject: a\n\nx\n");
  DryRunStore dry(std::move(memory), {});
  EXPECT_TRUE(dry.capabilities().moves);
  const auto writer = dry.open_folder({"", mail::FolderName({"Removed"})}, {});
  writer->take({}, {handle, {}, {}});
  writer->expunge({handle, {}, {}});
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 2U);
  for (const Receipt& receipt : receipts) {
    EXPECT_EQ(receipt.outcome, Receipt::Outcome::done);
    EXPECT_EQ(receipt.handle, handle);
  }
  EXPECT_EQ(inner.seen({}).size(), 1U);
  EXPECT_TRUE(inner.seen({"", mail::FolderName({"Removed"})}).empty());
  FolderInfo info;
  info.list_digest = "as before";
  NoNumberedMessages none;
  EXPECT_EQ(writer->finish(info, none).list_digest, "as before");
}

TEST(DryRunStore, ReadsGoToTheRealTarget) {
  auto memory = std::make_unique<support::MemoryStore>();
  memory->deliver({}, "Subject: a\n\nx\n");
  DryRunStore dry(std::move(memory), {});
  const std::vector<FolderSince> folders{{FolderRef{}, std::nullopt}};
  const auto cursor = dry.walk(folders);
  EXPECT_TRUE(cursor->next());
  EXPECT_FALSE(cursor->next());
  EXPECT_EQ(dry.mailboxes().size(), 1U);
}

TEST(DryRunStore, ATargetThatDoesNotExistIsAnEmptyOne) {
  Capabilities abilities;
  abilities.folders = true;
  DryRunStore dry(nullptr, abilities);
  EXPECT_TRUE(dry.mailboxes().empty());
  EXPECT_TRUE(dry.capabilities().folders);
  EXPECT_FALSE(dry.stamp({}).has_value());
  const std::vector<FolderSince> folders{{FolderRef{}, std::nullopt}};
  EXPECT_FALSE(dry.walk(folders)->next());
}

}  // namespace
}  // namespace mailhaul::store
