#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "formats/maildir/message_octets.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::maildir {

/// Canonical octets of one message file.
class Body final : public io::Source {
 public:
  /// Memory that is used again for the next message; one Body at a time.
  struct Buffers {
    std::vector<std::byte> file{};
    std::vector<std::byte> plain{};
  };
  Body(fs::File file, Side side, Buffers& buffers)
      : file_(std::move(file), buffers.file),
        octets_(
            file_,
            [this, side] {
              return io::StreamPlace{file_.file().place(), side};
            },
            buffers.plain) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  /// Reads the first piece of the file to know.
  [[nodiscard]] std::optional<io::Compression> compression() { return octets_.compression(); }
  [[nodiscard]] Bytes read() override { return octets_.read(); }

 private:
  fs::FileSource file_;
  MessageOctets octets_;
};

}  // namespace mailhaul::formats::maildir
