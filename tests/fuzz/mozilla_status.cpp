#include "mailhaul/mail/mozilla_status.hpp"

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/mail/store_headers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string& header : {text, "X-Mozilla-Status: " + text, "X-Mozilla-Keys: " + text}) {
    const mail::MozillaStatus status = mail::parse_mozilla_status(header);
    fuzz::require(status.keywords.size() <= mail::keywords_limit + 1, "keywords are bounded");
    // What came with the message stands below its first header.
    fuzz::require(!mail::parse_mozilla_status("Received: x\n" + header).expunged, "a sender says nothing");
  }
  return 0;
}
