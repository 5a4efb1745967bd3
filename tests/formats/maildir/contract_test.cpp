#include "support/store_contract.hpp"

#include "formats/maildir/world.hpp"

namespace mailhaul::support {

namespace {

using formats::maildir::World;

class MaildirFixture final : public StoreFixture {
 public:
  std::unique_ptr<store::MessageStore> open() override { return world_.target(); }

 private:
  World world_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Maildir, StoreContract,
                         testing::Values(StoreContractCase{"maildir",
                                                           [] { return std::make_unique<MaildirFixture>(); }}),
                         [](const auto& one) { return one.param.name; });

}  // namespace mailhaul::support
