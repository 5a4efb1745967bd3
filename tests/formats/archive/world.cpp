#include "formats/archive/world.hpp"

namespace mailhaul::formats::archive {

std::uint64_t CollectedFindings::count(FindingKind kind) const {
  std::uint64_t sum = 0;
  for (const Finding& finding : all)
    if (finding.kind == kind) sum += finding.count;
  return sum;
}

std::string packed(std::string_view octets, io::Compression compression) {
  class Text final : public io::Sink {
   public:
    void write(Bytes piece) override { text += as_text(piece); }
    std::string text{};
  };
  Text out;
  io::CompressingSink sink(out, compression);
  sink.write(as_bytes(octets));
  sink.finish();
  return out.text;
}

std::string content_of(io::Source& source) {
  std::string out;
  for (Bytes piece = source.read(); !piece.empty(); piece = source.read()) out += as_text(piece);
  return out;
}

std::map<std::string, std::string> contents(const Archive& archive) {
  std::map<std::string, std::string> out;
  const auto opened = archive.contents();
  for (std::uint32_t i = 0; i < archive.member_count(); ++i)
    if (archive.member(i).content == i) out[archive.path_of(i)] += content_of(opened->open(i));
  // And backwards.
  std::map<std::string, std::string> again;
  for (std::uint32_t i = archive.member_count(); i-- > 0;)
    if (archive.member(i).content == i) again[archive.path_of(i)].insert(0, content_of(opened->open(i)));
  EXPECT_EQ(out, again);
  return out;
}

std::vector<std::string> listed(io::Tree& tree, const std::string& path) {
  std::vector<std::string> out;
  tree.list(path, [&](const std::string& name, io::NodeKind kind) {
    const char* const words[] = {"missing", "file", "directory", "symlink", "other"};
    out.push_back(name + " " + words[static_cast<std::size_t>(kind)]);
  });
  return out;
}

}  // namespace mailhaul::formats::archive
