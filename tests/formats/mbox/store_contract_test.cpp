#include "support/store_contract.hpp"

#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

class MboxFixture final : public support::StoreFixture {
 public:
  explicit MboxFixture(Variant variant) : variant_(variant) {}

  std::unique_ptr<store::MessageStore> open() override {
    fs::Rules rules;
    rules.side = Side::target;
    TargetOptions options;
    options.birth.owner = MboxWorld::bob;
    options.variant = variant_;
    // Where the variant quotes reversibly, or not at all, the reader knows; mboxo it must be told.
    if (variant_ == Variant::o || variant_ == Variant::cl) options.reading.quoting = mail::FromQuoting::o;
    return open_store(world_.context, MboxWorld::path, rules, options);
  }
  [[nodiscard]] std::string as_kept(const std::string& octets) const override {
    std::string kept = octets;
    if (!kept.empty() && kept.back() != '\n') kept += '\n';
    // mbox.md section 1: in mboxo a line that had its '>' before is not told from one that gained it.
    if (variant_ == Variant::o || variant_ == Variant::cl) kept = unquoted(kept);
    return kept;
  }

 private:
  static std::string unquoted(const std::string& text) {
    io::MemorySource source(as_bytes(text));
    mail::UnquotingSource unquoting(source, mail::FromQuoting::o);
    io::StringSink sink;
    io::copy(unquoting, sink);
    return sink.take();
  }

  MboxWorld world_{};
  Variant variant_;
};

support::StoreContractCase make_case(const char* name, Variant variant) {
  return {name, [variant] { return std::make_unique<MboxFixture>(variant); }};
}

}  // namespace
}  // namespace mailhaul::formats::mbox

namespace mailhaul::support {

using formats::mbox::make_case;
using formats::mbox::Variant;

INSTANTIATE_TEST_SUITE_P(Mbox, StoreContract,
                         testing::Values(make_case("Rd", Variant::rd), make_case("O", Variant::o),
                                         make_case("Cl", Variant::cl), make_case("Cl2", Variant::cl2),
                                         make_case("Dovecot", Variant::dovecot)),
                         [](const auto& param) { return param.param.name; });

}  // namespace mailhaul::support
