#include "support/store_contract.hpp"

#include "formats/maildir/world.hpp"

namespace mailhaul::support {

namespace {

using formats::maildir::World;

using formats::maildir::Layout;
using formats::maildir::TreeOptions;

class MaildirFixture final : public StoreFixture {
 public:
  explicit MaildirFixture(const TreeOptions& options = {}) : options_(options) {}
  std::unique_ptr<store::MessageStore> open() override {
    fs::Rules rules;
    rules.side = Side::target;
    return formats::maildir::open_store(world_.context, World::root, rules, {world_.birth, options_});
  }

 private:
  World world_;
  TreeOptions options_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Maildir, StoreContract,
    testing::Values(StoreContractCase{"maildir", [] { return std::make_unique<MaildirFixture>(); }},
                    StoreContractCase{"maildir_fs",
                                      [] {
                                        return std::make_unique<MaildirFixture>(TreeOptions{Layout::fs, true});
                                      }}),
    [](const auto& one) { return one.param.name; });

}  // namespace mailhaul::support
