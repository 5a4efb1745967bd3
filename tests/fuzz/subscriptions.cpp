#include <algorithm>
#include <string>
#include <vector>

#include "formats/dovecot/subscription_file.hpp"
#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::formats::dovecot;
  const fuzz::Input input(data, size, {"V\t2\n\n", "\n", ".", "/", "\t", "\x01", "\x01t", "INBOX"});
  const char separator = input.seed % 2 == 0 ? '.' : '/';

  const std::vector<StoredName> names = parse_subscriptions(input.text, separator);
  for (const StoredName& name : names) {
    fuzz::require(!name.empty(), "a name has a level");
    for (const std::string& level : name) fuzz::require(!level.empty(), "no level is empty");
  }
  fuzz::require(add_subscriptions(input.text, names, separator) == input.text, "what is there is not written again");

  const StoredName more{"more.of/it", "a\nb"};
  const std::string grown = add_subscriptions(input.text, {more}, separator);
  const std::vector<StoredName> all = parse_subscriptions(grown, separator);
  fuzz::require(std::find(all.begin(), all.end(), more) != all.end(), "what was added is read");
  for (const StoredName& name : names)
    fuzz::require(std::find(all.begin(), all.end(), name) != all.end(), "what was there stays");
  fuzz::require(add_subscriptions(grown, {more}, separator) == grown, "and is not added twice");
  return 0;
}
