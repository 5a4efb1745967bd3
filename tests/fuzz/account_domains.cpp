#include "account/cpanel/domains.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/account/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"main_domain: ",
                           "addon_domains:\n",
                           "parked_domains:\n",
                           "sub_domains: [",
                           "  - ",
                           "a.example",
                           "b.example",
                           ": u==root==",
                           "main",
                           "addon",
                           "\n",
                           "DNS=",
                           "DNS1=",
                           "MXCHECK-",
                           "auto",
                           "&a ",
                           "*a",
                           "{",
                           "---\n",
                           "_",
                           "="});
  DomainTexts texts;
  texts.user = "u";
  texts.user_data_main = texts.user_data_domains = texts.account_file = texts.user_domains = input.text;
  texts.addons = texts.parked = texts.subs = texts.local_domains = texts.remote_domains = input.text;
  const AccountDomains domains = account_domains(texts);
  std::string before;
  for (const NamedDomain& domain : domains.list) {
    const bool is_main = domain.domain.kind == store::Domain::Kind::main;
    fuzz::require(account::is_safe_domain(domain.name), "a domain is one");
    fuzz::require(!is_main || &domain == &domains.list.front(), "there is one main domain, and it is the first");
    fuzz::require(is_main || before.empty() || before < domain.name, "each is there once, by name");
    if (!is_main) before = domain.name;
  }
  return 0;
}
