#include "mailhaul/mail/folding.hpp"

#include "fuzz/fuzz_input.hpp"
#include "mail/slow_folding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  fuzz::Input input(data, size,
                    {"\n", "\r\n", "\r", ">", "From ", "Content-Length", "Status", "X-IMAP", "base", "X-UID",
                     "X-Keywords", "X-Status", ":", " ", "\t", "a line of more than eight octets"});
  io::StringSink out;
  mail::FoldingSink sink(out);
  sink.write(as_bytes(input.text));
  sink.finish();
  const std::string whole = out.take();
  io::StringSink again;
  mail::FoldingSink cut(again);
  mail::test::write_cut(cut, input.text, input.random);
  cut.finish();
  fuzz::require(again.text() == whole, "folding does not see cuts");
  // Below 4 KiB no input can have more runs of line ends than are held.
  if (input.text.size() < mail::FoldingSink::line_end_runs_limit)
    fuzz::require(mail::test::slowly_folded(input.text) == whole, "folding is what its definition says");
  return 0;
}
