#include "formats/mbox/base_line.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const fuzz::Input input(
      data, size, {"X-IMAPbase: ", "X-IMAP:", "1234567", " 0000000009", " k1", "\n", "\r\n", " ", "X-UID: 7\n"});
  const auto line = formats::mbox::find_base_line(input.text, 0);
  if (!line) return 0;
  std::string text = input.text;
  if (const auto last = line->last_uid_text(line->says.last_uid)) {
    fuzz::require(last->size() == line->last_uid_width, "a number is as wide as its place");
    text.replace(line->last_uid_at, last->size(), *last);
  }
  if (const auto names = line->keywords_text(line->says.keywords)) {
    fuzz::require(names->size() == line->keywords_room, "keywords fill their place");
    text.replace(line->keywords_at, names->size(), *names);
  }
  fuzz::require(text.size() == input.text.size(), "nothing moves");
  const auto again = formats::mbox::find_base_line(text, 0);
  fuzz::require(again && again->says.uid_validity == line->says.uid_validity &&
                    again->says.last_uid == line->says.last_uid && again->says.keywords == line->says.keywords,
                "what is filled in says the same");
  return 0;
}
