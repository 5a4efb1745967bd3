#include "mailhaul/mail/from_quoting.hpp"

#include "fuzz/fuzz_input.hpp"

namespace {

using namespace mailhaul;

std::string quoted(std::string_view text, mail::FromQuoting quoting, mail::test::Random& random) {
  io::StringSink out;
  mail::QuotingSink sink(out, quoting);
  mail::test::write_cut(sink, text, random);
  sink.finish();
  fuzz::require(out.text().size() == text.size() + sink.lines_changed(), "one octet a line is added");
  return out.take();
}

std::string unquoted(std::string_view text, mail::FromQuoting quoting, mail::test::Random& random) {
  mail::test::CutSource cut(text, random);
  mail::UnquotingSource source(cut, quoting);
  const std::string all = mail::test::read_all(source);
  fuzz::require(all.size() + source.lines_changed() == text.size(), "one octet a line is taken off");
  return all;
}

/// With rd nothing is left that begins a line as a postmark does, not even at the start.
bool has_bare_from(std::string_view text) {
  return text.starts_with("From ") || text.find("\nFrom ") != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mail::FromQuoting;
  fuzz::Input input(data, size,
                    {"\n", ">", "From ", "Fro", "m ", "\n>", "\nFrom ", "\r\n", "a line of more than eight octets"});
  for (const FromQuoting quoting : {FromQuoting::rd, FromQuoting::o}) {
    const std::string out = quoted(input.text, quoting, input.random);
    fuzz::require(!has_bare_from(out), "no line can be taken for a postmark");
    fuzz::require(quoted(input.text, quoting, input.random) == out, "quoting does not see cuts");
    const std::string back = unquoted(input.text, quoting, input.random);
    fuzz::require(unquoted(input.text, quoting, input.random) == back, "unquoting does not see cuts");
    if (quoting == FromQuoting::rd)
      fuzz::require(unquoted(out, quoting, input.random) == input.text, "rd is reversible");
  }
  return 0;
}
