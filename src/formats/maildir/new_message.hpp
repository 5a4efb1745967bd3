#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/maildir/writer.hpp"
#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::maildir {

/// One message on its way into a file without a name, compressed where that is wanted; sizes are counted before. Small
/// pieces are gathered, so that a small message is one write.
class Writer::NewMessage final : public store::MessageWriter {
 public:
  NewMessage(Writer& writer, const store::MessageInfo& info);
  void write(Bytes octets) override;
  void commit() override;

 private:
  /// What goes into the file.
  class Stored final : public io::Sink {
   public:
    explicit Stored(Writer& writer);
    void write(Bytes octets) override;
    void put_buffered();
    [[nodiscard]] fs::NewFile& file() { return file_; }
    [[nodiscard]] std::uint64_t octets() const { return octets_; }

   private:
    std::vector<std::byte>& buffer_;
    fs::NewFile file_;
    std::size_t buffered_ = 0;
    std::uint64_t octets_ = 0;
  };
  void count(Bytes octets);

  Writer& writer_;
  store::MessageInfo info_;
  Stored stored_;
  std::optional<io::CompressingSink> compressing_;
  std::uint64_t octets_ = 0;
  std::uint64_t bare_line_feeds_ = 0;
  bool after_cr_ = false;
};

}  // namespace mailhaul::formats::maildir
