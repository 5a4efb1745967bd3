#include "account/cpanel/domain_aliases.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size, {"example.com: ", "other.example", "a.example: ", "\n", "\r\n", "#", " "});
  const DomainAlias alias = parse_domain_alias(input.text, "example.com");
  const std::string same = with_domain_alias(input.text, "example.com", alias.forwarder);
  const DomainAlias again = parse_domain_alias(same, "example.com");
  fuzz::require(again.forwarder.has_value() == alias.forwarder.has_value() &&
                    (!alias.forwarder || again.forwarder->domain == alias.forwarder->domain),
                "what is written is read again");
  const std::string none = with_domain_alias(input.text, "example.com", std::nullopt);
  fuzz::require(!parse_domain_alias(none, "example.com").forwarder, "what is removed is gone");
  fuzz::require(with_domain_alias(none, "example.com", std::nullopt) == none, "a second edit changes nothing");
  return 0;
}
