#include "formats/maildir/body.hpp"

#include <utility>

namespace mailhaul::formats::maildir {

Body::Body(fs::File file, Side side, Buffers& buffers)
    : side_(side), buffers_(buffers), file_(std::move(file), buffers.file), stored_(file_) {}

void Body::look() {
  if (looked_) return;
  looked_ = true;
  compression_ = io::detect_compression(stored_.peek());
  if (!compression_) return;
  plain_.emplace(stored_, *compression_, io::ExpansionLimits{}, io::StreamPlace{file_.file().place(), side_},
                 buffers_.plain);
}

std::optional<io::Compression> Body::compression() {
  look();
  return compression_;
}

Bytes Body::read() {
  look();
  return plain_ ? plain_->read() : stored_.read();
}

}  // namespace mailhaul::formats::maildir
