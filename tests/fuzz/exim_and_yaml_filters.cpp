#include "account/cpanel/filters.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/store/exim_words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"filter:\n", "  -\n", "    filtername: ", "    rules:\n", "      - {part: a, match: is}\n",
                           "    actions:\n", "      - {action: save, dest: ", "# Exim filter\n",
                           "SUSPEND RECEPTION OF NEW MESSAGES", "if ", "endif\n", "fail \"", "\"\n", "&a ", "*a",
                           "\\"});
  const ReadFilters read = read_filters(input.text, input.text);
  fuzz::require(read.value.yaml == input.text && read.value.exim == input.text, "both texts are carried as they are");
  fuzz::require(read.value.is_understood || read.value.list.empty(), "what is not understood has no list");

  std::size_t end = 0;
  for (const store::EximWord& word : store::exim_words(input.text)) {
    fuzz::require(word.begin >= end && word.end > word.begin && word.end <= input.text.size(),
                  "words follow one another");
    end = word.end;
  }

  const auto blocked = with_incoming_block(input.text, true);
  fuzz::require(!blocked || blocks_incoming(*blocked), "the block is put in");
  const auto open = with_incoming_block(input.text, false);
  fuzz::require(!open || !blocks_incoming(*open), "the block is taken out");
  if (!blocked || blocks_incoming(input.text) || input.text.find('\n') == std::string::npos) return 0;
  const auto again = with_incoming_block(*blocked, false);
  fuzz::require(again && (*again == input.text || again->empty()), "the block leaves no trace");
  return 0;
}
