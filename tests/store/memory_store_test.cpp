#include "support/memory_store.hpp"

#include <gtest/gtest.h>

#include "support/store_contract.hpp"

namespace mailhaul::support {
namespace {

/// Forwards to one store that lives as long as the test: "disk" is memory here.
class Fixture final : public StoreFixture {
 public:
  explicit Fixture(MemoryStore::Options options) : store_(options) {}

  std::unique_ptr<store::MessageStore> open() override { return std::make_unique<View>(store_); }

 private:
  class View final : public store::MessageStore {
   public:
    explicit View(MemoryStore& inner) : inner_(inner) {}
    [[nodiscard]] store::StoreId identity() const override { return inner_.identity(); }
    [[nodiscard]] store::Capabilities capabilities() const override { return inner_.capabilities(); }
    [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return inner_.mailboxes(); }
    [[nodiscard]] store::FolderInfo folder(const store::FolderRef& f) override { return inner_.folder(f); }
    [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& f) override { return inner_.stamp(f); }
    [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> f) override {
      return inner_.walk(f);
    }
    [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& f,
                                                              std::span<const store::Handle> h) override {
      return inner_.fetch(f, h);
    }
    [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& f,
                                                                   const store::FolderInfo& i) override {
      return inner_.open_folder(f, i);
    }

   private:
    MemoryStore& inner_;
  };
  MemoryStore store_;
};

StoreContractCase make_case(const char* name, MemoryStore::Options options) {
  return {name, [options] { return std::make_unique<Fixture>(options); }};
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract,
                         testing::Values(make_case("StableHandles", {}),
                                         make_case("OffsetHandles", {.stable_handles = false}),
                                         make_case("WithoutMoves", {.moves = false})),
                         [](const auto& param) { return param.param.name; });

TEST(MemoryStore, HandlesThatDoNotLastHoldForTheStampOfTheirWalkOnly) {
  MemoryStore store({.stable_handles = false});
  store.deliver({}, "Subject: a\n\nx\n");
  const store::Handle second = store.deliver({}, "Subject: b\n\nx\n");
  const auto as_of = [&](const store::Stamp& stamp) {
    const auto writer = store.open_folder({}, {});
    writer->as_of(stamp);
    store::FlagChange change;
    change.add = {mail::Flag::flagged};
    writer->change_flags(second, change);
    writer->expunge({second, {mail::Flag::flagged}, {}});
    const auto receipts = writer->flush();
    EXPECT_EQ(receipts.size(), 2U);
    EXPECT_EQ(receipts[0].outcome, receipts[1].outcome);
    return receipts.at(0).outcome;
  };
  const auto old = *store.stamp({});
  store.messages({})[0].info.flags = {mail::Flag::seen};
  EXPECT_EQ(as_of(old), store::Receipt::Outcome::gone_or_changed) << "changed by hand";
  EXPECT_EQ(store.seen({}).size(), 2U);
  EXPECT_EQ(as_of(*store.stamp({})), store::Receipt::Outcome::done);
  EXPECT_EQ(store.seen({}).size(), 1U);
}

TEST(MemoryStore, LookingAtItsMessagesLeavesTheStamp) {
  MemoryStore store;
  store.deliver({}, "Subject: a\n\nx\n");
  const auto before = store.stamp({});
  EXPECT_EQ(store.seen({}).size(), 1U);
  EXPECT_EQ(store.stamp({}), before);
  EXPECT_TRUE(store.seen({"", mail::FolderName({"none"})}).empty());
  EXPECT_EQ(store.mailboxes().at(0).folders.size(), 1U);
}

}  // namespace
}  // namespace mailhaul::support
