#include "account/cpanel/opaque_files.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/account/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"etc/", "example.com", "/", "bob", "@", ".rcube.db", "shadow", ".php", ".boxtrapper",
                           "filter", ".autorespond/", ".sqmaildata/", ".caldav/", ".cpanel/nvdata/",
                           "_default_webmail_app", ".suspended_incoming"});
  const HomePath is = classify_home_path(input.text);
  const auto address = split_address(is.owner);
  const bool is_carried = is.kind == HomePathKind::opaque || is.kind == HomePathKind::database;
  fuzz::require(!is_carried || is.owner.empty() ||
                    (address && is_safe_local_part(address->local_part) && is_safe_domain(address->domain)),
                "what is carried belongs to the account or to a mailbox that can be written");
  fuzz::require(!is_carried || ("/" + input.text + "/").find("/../") == std::string::npos,
                "what is carried lies below the home");
  return 0;
}
