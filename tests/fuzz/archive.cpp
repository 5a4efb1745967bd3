#include "mailhaul/formats/archive/archive.hpp"

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/base/clock.hpp"
#include "support/memory_kernel.hpp"
#include "support/tar_text.hpp"

namespace {

using namespace mailhaul;

class NoFindings final : public Findings {
 public:
  void add(const Finding& finding) override { count += finding.count; }
  std::uint64_t count = 0;
};

/// A tar of the input: by its octets, or by members that each octet of it chooses.
std::string tar_of(const fuzz::Input& input) {
  if (input.seed % 4 != 0) return input.text;
  support::TarText tar;
  std::string name;
  for (const char octet : input.text) {
    const auto choice = static_cast<unsigned char>(octet);
    static constexpr std::string_view words[] = {"/", "u", "homedir", "..", "a", "./", "cp", "homedir.tar"};
    name += words[choice % 8U];
    switch (choice / 8U % 8U) {
    case 0: tar.file(name, input.text); break;
    case 1: tar.directory(name); break;
    case 2: tar.symlink(name, "u/a"); break;
    case 3: tar.hard_link(name, "u/a"); break;
    case 4: tar.file(name, support::TarText().file("mail/x", "1").finish()); break;
    default: continue;
    }
    name.clear();
  }
  return tar.finish();
}

std::size_t read_through(io::Source& source) {
  std::size_t octets = 0;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) octets += piece.size();
  return octets;
}

/// Goes down from a directory; the tree is finite, and its depth bounded.
void look_below(io::Tree& tree, const std::string& path, std::size_t depth, std::size_t& files) {
  fuzz::require(depth <= 80, "levels are bounded");
  std::string before;
  tree.list(path, [&](const std::string& name, io::NodeKind kind) {
    fuzz::require(!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos, "a name");
    fuzz::require(before < name, "names are sorted, each once");
    before = name;
    const std::string below = path.empty() ? name : path + "/" + name;
    fuzz::require(tree.look_at(below).kind == kind, "a listing says what a look says");
    if (kind == io::NodeKind::directory) look_below(tree, below, depth + 1, files);
    if (kind == io::NodeKind::file) ++files;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size,
                          {std::string_view("\0\0\0\0", 4), "ustar  ", "0000644", "homedir.tar", "/", "00000000005"});
  support::MemoryKernel machine;
  machine.put_directory("/b");
  machine.put_file("/b/a.tar", tar_of(input));
  SystemEntropy entropy;
  SystemClock clock;
  NoFindings findings;
  formats::UniqueInstants instants{Instant{}};
  formats::Context context{machine, entropy, clock, findings, instants, "h", 1};
  formats::archive::Options options;
  options.keep = [](std::string_view path) { return path.size() % 2 == 0; };
  options.root_marks = {"cp", "homedir"};
  options.limits.largest_member = 1U << 20U;
  try {
    const auto archive = formats::archive::Archive::open(context, "/b/a.tar", fs::Rules{}, options);
    const auto tree = archive->tree();
    std::size_t files = 0;
    look_below(*tree, "", 0, files);
    const auto contents = archive->contents();
    for (std::uint32_t i = archive->member_count(); i-- > 0;) {
      const auto member = archive->member(i);
      if (member.content != i) continue;
      try {
        const std::size_t octets = read_through(contents->open(i));
        fuzz::require(octets == member.size_octets, "what is whole has its size");
        if (const auto kept = archive->kept(i)) fuzz::require(kept->size() == octets, "what is kept is whole");
      } catch (const Error& error) {
        fuzz::require(error.scope() == Scope::message, "one member's content");
      }
    }
  } catch (const Error& error) {
    fuzz::require(error.scope() == Scope::run, "no archive");
  }
  return 0;
}
