#include "formats/maildir/keyword_file.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul::formats::maildir;
  using mailhaul::fuzz::require;
  const mailhaul::fuzz::Input input(data, size, {"0 Work\n", "\n25 ", "26 x\n", "1 ", "\n", " ", "WORK", "unknown-3"});

  KeywordSlots slots = KeywordSlots::parse(input.text);
  require(KeywordSlots::parse(slots.to_text()).to_text() == slots.to_text(), "a file that was written is read");
  require(slots.all_names().size() <= slot_count, "names are bounded");
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    const std::string& name = slots.name(slot);
    require(name.find('\n') == std::string::npos, "a name is a line's");
    require(!slots.shown_name(slot).empty(), "every letter is shown");
    if (!name.empty()) require(slots.slot(name).has_value(), "a name has its letter");
  }

  const SlotBits taken = input.seed;
  const auto given = slots.add("mailhaul", taken);
  if (given && KeywordSlots::parse(input.text).slot("mailhaul") != given)
    require((taken >> *given & 1U) == 0, "a letter in use is not given away");
  if (given) require(slots.slot("mailhaul") == given, "it is kept");
  return 0;
}
