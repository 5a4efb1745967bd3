#pragma once

#include <cstdint>

#include "formats/maildir/writer.hpp"

namespace mailhaul::formats::maildir {

/// One message on its way into a file without a name. Small pieces are gathered, so that a small message is one write.
class Writer::NewMessage final : public store::MessageWriter {
 public:
  NewMessage(Writer& writer, const store::MessageInfo& info);
  void write(Bytes octets) override;
  void commit() override;

 private:
  void count(Bytes octets);
  void put_buffered();

  Writer& writer_;
  fs::NewFile file_;
  store::MessageInfo info_;
  std::size_t buffered_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t bare_line_feeds_ = 0;
  bool after_cr_ = false;
};

}  // namespace mailhaul::formats::maildir
