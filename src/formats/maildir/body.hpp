#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mailhaul/fs/file.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/peeked_source.hpp"

namespace mailhaul::formats::maildir {

/// Canonical octets of one message file: those of the file, or where the file is compressed (a server's zlib plugin
/// does that, in place and under the same name; maildir.md section 10) what is inside. Whether it is, the first octets
/// tell that are read anyway; the `Z` of old how-to's and the sizes in the name tell nothing.
///
/// What looks compressed and is damaged is an Error, as it is in Dovecot: there is no plain message to fall back on.
class Body final : public io::Source {
 public:
  /// Memory that is used again for the next message; one Body at a time.
  struct Buffers {
    std::vector<std::byte> file{};
    std::vector<std::byte> plain{};
  };
  Body(fs::File file, Side side, Buffers& buffers);

  /// Reads the first piece of the file to know.
  [[nodiscard]] std::optional<io::Compression> compression();
  [[nodiscard]] Bytes read() override;

 private:
  void look();

  Side side_;
  Buffers& buffers_;
  fs::FileSource file_;
  io::PeekedSource stored_;
  bool looked_ = false;
  std::optional<io::Compression> compression_{};
  std::optional<io::DecompressingSource> plain_{};
};

}  // namespace mailhaul::formats::maildir
