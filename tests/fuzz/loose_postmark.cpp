#include "mailhaul/mail/loose_postmark.hpp"

#include <array>

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/mail/postmark.hpp"

namespace {

/// A real line with octets changed: the first octet chooses it, each pair behind that says where and what.
std::string edited(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 4> lines{
      "From bob at x.org (Bob)  Thu Nov 29 22:33:52 2001", "From Thu Foo 9 2:33 MET DST 01 remote from host",
      "From a@b 2001-11-29T22:33:52.5+01:00", "From a@b Thu, 29 Nov 01 22:33:52 -0500 (EST)"};
  std::string line(lines[size == 0 ? 0 : data[0] % lines.size()]);
  for (std::size_t i = 1; i + 1 < size; i += 2) line[data[i] % line.size()] = static_cast<char>(data[i + 1]);
  return line;
}

void check(const std::string& text) {
  using namespace mailhaul;
  const auto postmark = mail::parse_loose_postmark(text);
  if (!postmark) return;
  fuzz::require(text.compare(0, 5, "From ") == 0, "it begins with From");
  fuzz::require(text.size() <= mail::postmark_limit_octets, "it is no longer than any postmark");
  fuzz::require(text.find_first_of("\r\n") == std::string::npos, "it is one line");
  fuzz::require(text.find(postmark->sender) != std::string::npos, "the sender is a view into the line");
  fuzz::require(!postmark->civil || postmark->proof == mail::LooseProof::none, "a date proves the line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text);
  check("From " + text);
  check(edited(data, size));
  return 0;
}
