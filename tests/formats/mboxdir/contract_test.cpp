#include "formats/mboxdir/world.hpp"
#include "support/store_contract.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

class TreeFixture final : public support::StoreFixture {
 public:
  explicit TreeFixture(TreeOptions tree) : tree_(std::move(tree)) {}
  std::unique_ptr<store::MessageStore> open() override { return world_.target(tree_); }
  [[nodiscard]] std::string as_kept(const std::string& octets) const override {
    return octets.empty() || octets.back() == '\n' ? octets : octets + '\n';
  }

 private:
  TreeWorld world_{};
  TreeOptions tree_;
};

support::StoreContractCase make_case(const char* name, const char* inbox) {
  return {name, [inbox] { return std::make_unique<TreeFixture>(TreeOptions{inbox}); }};
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir

namespace mailhaul::support {

using formats::mboxdir::make_case;

INSTANTIATE_TEST_SUITE_P(Mboxdir, StoreContract,
                         testing::Values(make_case("InboxInside", ""), make_case("InboxApart", "/var/mail/bob")),
                         [](const auto& param) { return param.param.name; });

}  // namespace mailhaul::support
