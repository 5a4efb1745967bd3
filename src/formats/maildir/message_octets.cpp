#include "formats/maildir/message_octets.hpp"

namespace mailhaul::formats::maildir {

void MessageOctets::look() {
  if (looked_) return;
  looked_ = true;
  compression_ = io::detect_compression(stored_.peek());
  if (!compression_) return;
  plain_.emplace(stored_, *compression_, io::ExpansionLimits{}, place_(), plain_buffer_);
}

std::optional<io::Compression> MessageOctets::compression() {
  look();
  return compression_;
}

Bytes MessageOctets::read() {
  look();
  return plain_ ? plain_->read() : stored_.read();
}

}  // namespace mailhaul::formats::maildir
