// Any octets as an mbox, under any rule: in small blocks and in large ones the same messages, none of them overlapping.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "formats/mbox/opening.hpp"
#include "formats/mbox/splitter.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace {

using namespace mailhaul;
using namespace mailhaul::formats::mbox;

struct Part {
  std::uint64_t offset = 0;
  std::string text{};
  bool operator==(const Part&) const = default;
};

std::vector<Part> split(const fs::File& file, std::uint64_t size, std::size_t block, const SplitRules& rules) {
  Splitter splitter(file, Side::source, size, block, rules);
  std::vector<Part> parts;
  while (splitter.next()) {
    Part part{splitter.mark().offset, std::string(splitter.header())};
    for (Bytes piece = splitter.read(); !piece.empty(); piece = splitter.read()) part.text += as_text(piece);
    fuzz::require(part.offset >= rules.begin, "no message begins before the first");
    fuzz::require(parts.empty() || part.offset >= parts.back().offset + parts.back().text.size(), "none overlaps");
    parts.push_back(std::move(part));
  }
  return parts;
}

/// The first octet chooses the rule, the second a block size; the rest is the file.
void check(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  fs::PosixKernel kernel;
  const int fd = ::memfd_create("mbox", MFD_CLOEXEC);
  fuzz::require(fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "a memory file");
  fs::Status status;
  kernel.status(fd, status);
  const fs::File file(fs::Descriptor(kernel, fd), status, "mbox", Side::source);

  SourceOptions options;
  options.postmark = static_cast<PostmarkRule>(data[0] % 4);
  if ((data[0] & 0x40U) != 0)
    if (const std::size_t at = text.find("\nFrom "); at != std::string::npos)
      options.from_lines.push_back({at + 1, (data[0] & 0x80U) != 0 ? FromLine::Is::split : FromLine::Is::body});
  Opening opening;
  try {
    opening = look_for_mail(file, Side::source, options, Depth::whole);
  } catch (const Error& error) {
    const bool is_compressed = io::detect_compression(as_bytes(text)).has_value();
    fuzz::require(error.cause() == Cause::usage || is_compressed, "only the operator can be wrong, or a stream");
    return;
  }
  if (!opening.is_readable || opening.compression) return;
  const auto large = split(file, text.size(), default_block_octets, opening.rules);
  fuzz::require(split(file, text.size(), 1U + data[1] % 64U, opening.rules) == large, "blocks of any size");
  for (const Part& part : large) {
    Splitter splitter(file, Side::source, text.size(), 128, opening.rules);
    fuzz::require(splitter.seek(part.offset), "each is found again by its offset");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t enough = 4096;
  check(data, std::min(size, enough));
  return 0;
}
