#include "formats/maildir/quota_file.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::formats::maildir;
  const fuzz::Input input(data, size, {"1000S,20C\n", "5 1\n", "-5 -1\n", "S", "C", ","});
  const QuotaFile file = parse_quota_file(input.text);
  fuzz::require(file.limits.find('\n') == std::string::npos, "the limits are one line");
  if (file.limits.empty()) return 0;
  const QuotaFile again = parse_quota_file(quota_file_text(file.limits, {5, 1}));
  fuzz::require(again.is_readable && again.limits == file.limits && again.octets == 5 && again.messages == 1,
                "what is written is read again");
  return 0;
}
