#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/archive/stored_file.hpp"
#include "mailhaul/io/compression.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::formats::archive {

/// The octets of a tar, front to back; some can be passed over without being read. One thread.
class TarStream : public io::Source {
 public:
  /// Passes over some of the next `octets`; how many. 0: they have to be read.
  [[nodiscard]] virtual std::uint64_t skip(std::uint64_t octets) = 0;
};

/// A range of the stored file.
class FileRange final : public TarStream {
 public:
  /// `file` is lent. `end` may lie behind its end.
  FileRange(const StoredFile& file, std::uint64_t begin, std::uint64_t end);
  [[nodiscard]] Bytes read() override;
  [[nodiscard]] std::uint64_t skip(std::uint64_t octets) override;

 private:
  const StoredFile& file_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::vector<std::byte> buffer_{};
};

/// What is inside a compressed file. libarchive could undo that itself, but does not check the CRC of a gzip stream.
class PlainOctets final : public TarStream {
 public:
  /// Notes in `points`, where the compression is gzip, from where it can be gone on with.
  PlainOctets(const StoredFile& file, io::Compression compression, const io::ExpansionLimits& limits,
              io::GzipPoints* points);
  [[nodiscard]] Bytes read() override { return plain_->read(); }
  [[nodiscard]] std::uint64_t skip(std::uint64_t /*octets*/) override { return 0; }

 private:
  std::vector<std::byte> buffer_{};
  FileRange stored_;
  std::optional<io::DecompressingSource> plain_{};
};

}  // namespace mailhaul::formats::archive
