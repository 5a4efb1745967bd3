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
                                         make_case("OffsetHandles", {.stable_handles = false})),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mailhaul::support
