#include "mailhaul/io/compression.hpp"

#include <vector>

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/io/pump.hpp"

namespace {

using namespace mailhaul;

/// Small, so that a bomb costs little; the octets that came out, and whether there was an error.
struct Outcome {
  std::string plain{};
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

constexpr io::ExpansionLimits limits{4U << 20U, 200, 1U << 16U};

Outcome expand(io::Source& stream, io::Compression compression) {
  std::vector<std::byte> buffer;
  Outcome outcome;
  io::StringSink out;
  try {
    io::DecompressingSource plain(stream, compression, limits, {}, buffer);
    io::copy(plain, out);
  } catch (const Error& error) {
    fuzz::require(error.scope() == Scope::message, "a bad stream is one message");
    outcome.failed = true;
  }
  outcome.plain = out.take();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size, {});
  const auto compression = static_cast<io::Compression>(input.seed / 2 % 4);
  const std::string& text = input.text;
  if (input.seed % 2 == 0) {
    io::MemorySource whole(as_bytes(text));
    mail::test::CutSource cut(text, input.random);
    const Outcome at_once = expand(whole, compression);
    const Outcome in_pieces = expand(cut, compression);
    fuzz::require(at_once.failed == in_pieces.failed, "pieces change nothing");
    fuzz::require(at_once.failed || at_once == in_pieces, "pieces change no octet");
    fuzz::require(at_once.plain.size() <= limits.free_octets + text.size() * limits.most_ratio, "no bomb goes off");
    static_cast<void>(io::detect_compression(as_bytes(text)));
    return 0;
  }
  io::StringSink stream;
  io::CompressingSink sink(stream, compression);
  mail::test::write_cut(sink, text, input.random);
  sink.finish();
  fuzz::require(io::detect_compression(as_bytes(stream.text())) == compression, "what is written is recognised");
  io::MemorySource source(as_bytes(stream.text()));
  const Outcome back = expand(source, compression);
  fuzz::require(!back.failed && back.plain == text, "what is written comes back");
  return 0;
}
