#include "account/cpanel/filters.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/store/renaming.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"/home/aa", "/x", "filter:\n", "  - filtername: a\n", "    actions:\n",
                           "      - action: save\n", "        dest: ", "      - {action: pipe, dest: ", "}", "'", "\"",
                           ", ", "\n", "      - dest: bob@old.example\n        action: deliver\n", "\\", "#"});
  // Most of what the fuzzer makes of a whole file is none: half of the inputs are a destination in one.
  const std::string yaml =
      input.seed % 4 < 2
          ? "filter:\n  - filtername: a\n    actions:\n      - action: pipe\n        dest: " + input.text + "\n"
          : input.text;
  const ReadFilters read = read_filters(yaml, {});
  if (!read.value.is_understood) return 0;
  const store::Renaming renaming{{{"old.example", "new.example"}}, {}, {"/home/aa"}, "/home2/bb"};
  std::vector<std::string> lines;
  const store::Setting out = renamed({{{}, store::SettingKind::filters, {}}, read.value}, renaming, lines);
  const auto& value = std::get<store::Filters>(out.value);
  const ReadFilters again = read_filters(value.yaml, {});
  fuzz::require(again.value.is_understood && again.value.list == value.list, "the text says what the list says");
  fuzz::require(value.yaml != yaml || value.list == read.value.list, "a text that stays says what it said");
  return 0;
}
