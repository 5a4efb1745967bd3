#include "mailhaul/mail/header_block.hpp"

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace {

using namespace mailhaul;

/// However the text grows, the header ends where it ends.
std::optional<std::size_t> grown_end(fuzz::Input& input) {
  mail::HeaderEnd end;
  for (std::size_t size = 0; !end.end && size < input.text.size();) {
    size += mail::test::piece_length(input.random, input.text.size() - size);
    end = mail::find_header_end(std::string(input.text, 0, size), end.scanned);
  }
  return end.end;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size, {"\n",     "\r\n",       "\r",         "Content-Length", "Status",
                                 "X-IMAP", "base",       "X-UID",      "X-Keywords",     "X-Status",
                                 ":",      " ",          "\t",         ": 7 ",           ": RO",
                                 ": AFTD", "0000000042", "$Forwarded", "$Junk",          "18446744073709551615"});
  const std::string_view text = input.text;
  const auto end = mail::find_header_end(text).end;
  fuzz::require(grown_end(input) == end, "the header ends where it ends, however it was read");

  const std::string_view block = text.substr(0, end.value_or(text.size()));
  std::string joined;
  std::string kept;
  for (const mail::HeaderField& field : mail::split_header(block)) {
    joined += field.whole;
    if (!mail::is_store_header(field.name)) kept += field.whole;
    fuzz::require(!mail::unfold(field.body).starts_with(' '), "an unfolded body has no blank in front");
  }
  const std::string empty_line(block.substr(joined.size()));
  fuzz::require(joined + empty_line == block, "fields are the block, in order");
  fuzz::require(end ? empty_line == "\n" || empty_line == "\r\n" : empty_line.empty(), "and leave only the empty line");

  const std::string stripped = mail::strip_store_headers(block);
  fuzz::require(stripped == kept + empty_line, "stripping takes whole fields and nothing else");
  fuzz::require(mail::strip_store_headers(text) == stripped + std::string(text.substr(block.size())),
                "and leaves the body alone");

  // What was read can be written and read again. Only names that IMAP can't say get lost on the way.
  mail::StoreHeaders headers = mail::parse_store_headers(block);
  const std::string lines = mail::format_store_headers(headers, input.seed % 2 == 0 ? "\n" : "\r\n").text;
  const mail::StoreHeaders back = mail::parse_store_headers(lines);
  fuzz::require(back.flags == headers.flags && back.old == headers.old && back.pseudo == headers.pseudo,
                "flags come back");
  fuzz::require(back.uid == headers.uid && back.content_length == headers.content_length, "numbers come back");
  fuzz::require(headers.keywords.without(back.keywords).size() + back.keywords.size() == headers.keywords.size(),
                "no keyword appears");
  for (const std::string& name : headers.keywords)
    fuzz::require(back.keywords.has(name) == mail::is_keyword(name), "keywords come back");
  fuzz::require(mail::strip_store_headers(lines).empty(), "what was written is all store headers");
  return 0;
}
