#include "account/cpanel/valiases.hpp"

#include "account/cpanel/destinations.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/base/error.hpp"

namespace {

using namespace mailhaul;
using namespace mailhaul::account::cpanel;

constexpr const char* domain = "example.com";
constexpr const char* directory = "/home/u/.autorespond";

std::string all_but(const std::string& text, const std::string& address) {
  std::string out;
  for (const AliasEntry& entry : parse_valiases(text, domain).entries)
    if (entry.address != address) out += entry.key + ": " + entry.forwarder.original + "\n";
  return out;
}

void edit(const std::string& text, const AliasEntry& entry, const store::Forwarder& forwarder) {
  try {
    const std::string after = with_entry(text, domain, entry.key, forwarder, directory);
    fuzz::require(with_entry(after, domain, entry.key, forwarder, directory) == after, "a second edit changes nothing");
    fuzz::require(all_but(after, entry.address) == all_but(text, entry.address), "the other entries stay");
    const std::string without = with_entry(after, domain, entry.key, std::nullopt, directory);
    fuzz::require(all_but(without, entry.address) == all_but(text, entry.address), "the other entries stay");
    for (const AliasEntry& left : parse_valiases(without, domain).entries)
      fuzz::require(left.key != entry.key, "what is removed is gone");
  } catch (const Error& error) {
    fuzz::require(error.cause() == Cause::refused, "only refused");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size,
                          {"a@example.com: ",
                           "b: ",
                           "*: ",
                           "\n",
                           "\r\n",
                           " ",
                           ",",
                           "\"",
                           "'",
                           "\\",
                           "|",
                           "/",
                           ":fail: ",
                           ":blackhole:",
                           "/dev/null",
                           ":include:/",
                           "x@y.example",
                           "|/usr/local/cpanel/bin/autorespond a@example.com /h/.autorespond",
                           "(",
                           "<",
                           "#",
                           "c@other.example: "});
  for (const AliasEntry& entry : parse_valiases(input.text, domain).entries) {
    fuzz::require(entry.forwarder.original.find('\n') == std::string::npos, "data is one line");
    edit(input.text, entry, entry.forwarder);
    edit(input.text, entry, {{{store::Destination::Kind::user, "new"}}, {}});
    try {
      const std::string text = destinations_text(entry.forwarder.to, directory);
      fuzz::require(text.find('\n') == std::string::npos, "a list is one line");
      fuzz::require(parse_destinations(text).to == entry.forwarder.to, "what is written is read again");
    } catch (const Error& error) {
      fuzz::require(error.cause() == Cause::refused, "only refused");
    }
  }
  return 0;
}
