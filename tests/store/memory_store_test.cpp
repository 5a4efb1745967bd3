#include "support/memory_store.hpp"

#include <gtest/gtest.h>

#include "support/store_contract.hpp"
#include "support/store_view.hpp"

namespace mailhaul::support {
namespace {

/// Forwards to one store that lives as long as the test: "disk" is memory here.
class Fixture final : public StoreFixture {
 public:
  explicit Fixture(MemoryStore::Options options) : store_(options) {}

  std::unique_ptr<store::MessageStore> open() override { return std::make_unique<StoreView>(store_); }

 private:
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
