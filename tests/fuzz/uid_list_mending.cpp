#include "formats/maildir/uid_list_mending.hpp"

#include "formats/maildir/uidlist.hpp"
#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::formats::maildir;
  const fuzz::Input input(data, size,
                          {"3 V1 N1\n", "1 5 9\n", "3 V7\n", "\n1 :a,S=1", "\n2 :b", "\n2 :a", " Gx", " P", ":", "\r"});
  const std::map<std::string, std::string> renames{{"a,S=1", "a,S=2"}};
  const auto is_there = [](std::string_view base) { return base == "a"; };
  const auto mended = mend_uid_list(input.text, renames, is_there);
  if (!mended) return 0;

  std::optional<std::uint32_t> validity;
  std::uint64_t before = 0;
  UidListParser old([&](const UidRecord&) { ++before; });
  old.write(input.text);
  old.finish();
  if (old.header()) validity = old.header()->validity.value;
  std::uint64_t after = 0;
  UidListParser parser([&](const UidRecord&) { ++after; });
  parser.write(mended->text);
  parser.finish();
  fuzz::require(parser.header().has_value() && parser.bad_lines() == 0, "what is written is what a server keeps");
  fuzz::require(!validity || parser.header()->validity.value == *validity, "the UIDVALIDITY stays");
  fuzz::require(after >= before, "no record that a reader took is lost");
  fuzz::require(!mend_uid_list(mended->text, {}, is_there)->is_changed(), "a second time there is nothing to mend");
  return 0;
}
