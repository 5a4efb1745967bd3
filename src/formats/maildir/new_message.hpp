#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/writer.hpp"
#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::maildir {

/// One message on its way into a file without a name, compressed where that is wanted; sizes are counted before. Small
/// pieces are gathered, so that a small message is one write.
///
/// A message that itself begins like a compressed stream is compressed whatever is wanted: a Maildir does not say what
/// is compressed, its first octets do (maildir.md section 10), so as it is every reader would take it for another
/// message or for a damaged one. One layer is what readers undo.
class Writer::NewMessage final : public store::MessageWriter {
 public:
  NewMessage(Writer& writer, const store::MessageInfo& info);
  void write(Bytes octets) override;
  void commit() override;

 private:
  /// What goes into the file.
  class Stored final : public io::Sink {
   public:
    Stored(Writer& writer, bool in_new);
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
  /// What `beginning`, the first octets of the message, says about how it is stored.
  void settle_form(Bytes beginning);
  /// The same for the octets that were held back.
  void settle_beginning();
  void store(Bytes octets);

  Writer& writer_;
  store::MessageInfo info_;
  bool in_new_;
  Stored stored_;
  std::optional<io::CompressingSink> compressing_;
  std::string beginning_{};  ///< the first octets, while they are too few to tell
  bool form_is_settled_ = false;
  bool looks_compressed_ = false;
  std::uint64_t octets_ = 0;
  std::uint64_t bare_line_feeds_ = 0;
  bool after_cr_ = false;
};

}  // namespace mailhaul::formats::maildir
