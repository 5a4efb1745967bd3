#include "formats/maildir/new_message.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace mailhaul::formats::maildir {

namespace {
constexpr std::size_t buffer_octets = 64 * 1024;
}

Writer::NewMessage::NewMessage(Writer& writer, const store::MessageInfo& info)
    : writer_(writer), file_(writer.opened_.tmp.create_file()), info_(info) {
  writer_.buffer_.resize(buffer_octets);
}

void Writer::NewMessage::count(Bytes octets) {
  octets_ += octets.size();
  const std::byte* const begin = octets.data();
  const std::byte* const end = begin + octets.size();
  for (const std::byte* at = begin; at != end; ++at) {
    at = static_cast<const std::byte*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (at == nullptr) break;
    const bool is_after_cr = at == begin ? after_cr_ : at[-1] == std::byte{'\r'};
    if (!is_after_cr) ++bare_line_feeds_;
  }
  after_cr_ = end[-1] == std::byte{'\r'};
}

void Writer::NewMessage::write(Bytes octets) {
  if (octets.empty()) return;
  count(octets);
  std::vector<std::byte>& buffer = writer_.buffer_;
  if (buffered_ + octets.size() > buffer.size()) put_buffered();
  if (octets.size() >= buffer.size()) {
    file_.append(octets);
    return;
  }
  std::copy(octets.begin(), octets.end(), buffer.begin() + static_cast<std::ptrdiff_t>(buffered_));
  buffered_ += octets.size();
}

void Writer::NewMessage::put_buffered() {
  if (buffered_ == 0) return;
  file_.append(Bytes(writer_.buffer_).first(std::exchange(buffered_, 0)));
}

void Writer::NewMessage::commit() {
  put_buffered();
  const fs::Status status = file_.status_now();
  if (status.size_octets != octets_) {  // D5
    throw Error(Cause::io_error, Scope::run, "writing a message")
        .in(writer_.display_)
        .because("the file does not have the length that was written")
        .on(Side::target);
  }
  const fs::FileTime arrived =
      info_.internal_date ? fs::file_time(*info_.internal_date) : fs::FileTime(writer_.tree_->context().clock.now());
  file_.dress(writer_.birth_, arrived);
  Waiting waiting{std::move(file_)};
  waiting.id = status.id;
  waiting.info = std::move(info_);
  waiting.octets = octets_;
  waiting.octets_with_crlf = octets_ + bare_line_feeds_;
  writer_.add(std::move(waiting));
}

}  // namespace mailhaul::formats::maildir
