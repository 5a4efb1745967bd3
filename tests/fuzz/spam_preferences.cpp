#include "account/sieve/spam_preferences.hpp"
#include "account/cpanel/spam.hpp"
#include "account/text/text_lines.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"required_score", "rewrite_header", "subject", "whitelist_from", "blocklist_from", " ", "\n",
                           "#", "\\", "\t", "\r\n", "*@x.org", "include /x", "if x", "endif"});
  const SpamPreferences is = read_spam_preferences(input.text);
  fuzz::require(is.allowed + is.blocked <= input.text.size(), "no pattern is counted that is not there");
  fuzz::require(!is.required_score || is.required_score->find('\n') == std::string::npos, "a value is one line");
  fuzz::require(read_spam({}, input.text).preferences == input.text, "preferences are carried as they are");
  const auto carried = account::sieve::carried_preferences(input.text);
  fuzz::require(carried.text.empty() || carried.text.back() == '\n', "what is carried is whole lines");
  std::size_t left_out = 0;
  for (const account::TextLine& line : account::text_lines(carried.text)) {
    fuzz::require(!account::has_control_octet(line.content), "a line is a line");
    fuzz::require(!line.content.starts_with("# mailhaul: "), "nobody writes our marks");
    fuzz::require(!line.content.starts_with("include"), "no file is read");
    if (line.content.starts_with("# not carried over: ")) ++left_out;
  }
  fuzz::require(carried.text.empty() || left_out == carried.left_out, "what is left out is counted");
  fuzz::require(account::sieve::carried_preferences(carried.text).left_out == 0, "what is carried is carried again");
  return 0;
}
