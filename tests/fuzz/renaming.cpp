#include "mailhaul/store/renaming.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::store;
  const fuzz::Input input(data, size,
                          {"/home/aa", "/home/aaandco", "old.example", "bob@", "$home/", "save ", "pipe \"", "deliver ",
                           "dest: ", "  - {", "}", "\n", "whitelist_from ", "mail/", "etc/", "\\"});
  // What the target is called must not stand in the text before: it could not be told from what was renamed.
  for (const char* name : {"/home2/bb", "new.example", "new_example", "bb"})
    if (input.text.find(name) != std::string::npos) return 0;
  const Renaming there{{{"old.example", "new.example"}}, {{"aa", "bb"}}, {"/home/aa"}, "/home2/bb"};
  const Renaming back{{{"new.example", "old.example"}}, {{"bb", "aa"}}, {"/home2/bb"}, "/home/aa"};
  const std::string& text = input.text;
  const std::string save = "/home/aa/x";
  Filters filters{{{"", true, {}, {{"save", save}}}}, input.seed % 4 < 2, text + "\n dest: " + save, text};
  const Setting settings[] = {
      {{text, SettingKind::file, text}, OpaqueFile{}},
      {{"", SettingKind::forwarder, text},
       Forwarder{{{Destination::Kind::pipe, text}, {Destination::Kind::file, text}, {Destination::Kind::fail, text}},
                 {}}},
      {{text, SettingKind::filters, ""}, filters},
      {{"", SettingKind::spam, ""}, Spam{true, false, false, false, text}},
  };
  // Domains are found in any case and come back in lower case.
  bool has_upper_case = false;
  for (const char c : text) has_upper_case = has_upper_case || (c >= 'A' && c <= 'Z');
  for (const Setting& setting : settings) {
    std::vector<std::string> lines;
    const Setting same = renamed(setting, Renaming{}, lines);
    fuzz::require(lines.empty() && same.id == setting.id && comparable(same.value) == comparable(setting.value),
                  "names that stay change nothing");
    const Setting changed = renamed(setting, there, lines);
    const Setting again = renamed(changed, back, lines);
    fuzz::require(has_upper_case || (again.id == setting.id && comparable(again.value) == comparable(setting.value)),
                  "there and back is the same");
  }
  std::vector<std::string> lines;
  fuzz::require(renamed_forward_file(text, Renaming{}, lines) == text, "a forward file stays");
  return 0;
}
