#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "formats/archive/stored_file.hpp"
#include "formats/archive/tar_stream.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/gzip_points.hpp"

namespace mailhaul::formats::archive {

/// The octets of the tar from any place on: a plain file is sought in, a gzip stream gone on with at the point before,
/// and any other has to be read from its beginning to go back. One thread.
class PlainOctetsAt {
 public:
  /// `file` and `points` are lent.
  PlainOctetsAt(const StoredFile& file, std::optional<io::Compression> compression, const io::GzipPoints& points);

  /// Errors as read().
  void seek(std::uint64_t at);
  /// The next piece, of up to `most` octets; empty at the end. Errors of the stream, of scope message.
  [[nodiscard]] Bytes read(std::uint64_t most);

 private:
  void begin_at(std::uint64_t at);

  const StoredFile& file_;
  std::optional<io::Compression> compression_;
  const io::GzipPoints& points_;
  std::unique_ptr<TarStream> stored_;
  std::vector<std::byte> buffer_{};
  std::optional<io::DecompressingSource> plain_{};
  Bytes rest_{};            ///< of the piece that was read last
  std::uint64_t at_ = 0;    ///< of `rest_`
  bool is_usable_ = false;  ///< false: an error was thrown, or nothing was read yet
};

}  // namespace mailhaul::formats::archive
