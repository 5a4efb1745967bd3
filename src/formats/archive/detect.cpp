#include <array>

#include "formats/archive/pass.hpp"
#include "mailhaul/formats/archive/archive.hpp"

namespace mailhaul::formats::archive {

Evidence detect(Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    const StoredFile file = StoredFile::open(context, path, rules);
    std::array<std::byte, io::compression_magic_octets> octets{};
    const auto compression = io::detect_compression(Bytes(octets).first(file.read_at(octets, 0)));
    Pass pass(file, compression, Limits{});
    if (!pass.next()) return {false, pass.damage() ? pass.damage()->reason() : "an archive with nothing in it"};
    std::string how = compression ? " (" + std::string(to_string(*compression)) + ")" : "";
    return {true, "a tar archive" + how + " that begins with " + std::string(pass.head().name)};
  } catch (const Error& error) {
    return {false, error.reason()};
  }
}

}  // namespace mailhaul::formats::archive
