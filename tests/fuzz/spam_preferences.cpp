#include "account/cpanel/spam.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"required_score", "rewrite_header", "subject", "whitelist_from", "blocklist_from", " ", "\n",
                           "#", "\\", "\t", "\r\n", "*@x.org"});
  const SpamPreferences is = read_spam_preferences(input.text);
  fuzz::require(is.allowed + is.blocked <= input.text.size(), "no pattern is counted that is not there");
  fuzz::require(!is.required_score || is.required_score->find('\n') == std::string::npos, "a value is one line");
  fuzz::require(read_spam({}, input.text).preferences == input.text, "preferences are carried as they are");
  return 0;
}
