#include "formats/maildir/new_message.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace mailhaul::formats::maildir {

namespace {
constexpr std::size_t buffer_octets = 64 * 1024;
/// A piece of this size is worth a write of its own.
constexpr std::size_t large_piece_octets = 4 * 1024;

/// Mail that no client has seen and nobody has said anything of.
bool goes_to_new(const store::MessageInfo& info) {
  return info.recent && info.flags.empty() && info.keywords.empty() && info.hints.info_extra.empty();
}
}  // namespace

Writer::NewMessage::Stored::Stored(Writer& writer, bool in_new)
    : buffer_(writer.buffer_), file_(writer.opened_.directories.holding(in_new).create_file(writer.opened_.tmp)) {
  buffer_.resize(buffer_octets);
}

void Writer::NewMessage::Stored::write(Bytes octets) {
  octets_ += octets.size();
  const bool is_large = octets.size() >= large_piece_octets;
  if (is_large || buffered_ + octets.size() > buffer_.size()) put_buffered();
  if (is_large) {
    file_.append(octets);
    return;
  }
  std::copy(octets.begin(), octets.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffered_));
  buffered_ += octets.size();
}

void Writer::NewMessage::Stored::put_buffered() {
  if (buffered_ == 0) return;
  file_.append(Bytes(buffer_).first(std::exchange(buffered_, 0)));
}

Writer::NewMessage::NewMessage(Writer& writer, const store::MessageInfo& info)
    : writer_(writer), info_(info), in_new_(goes_to_new(info)), stored_(writer, in_new_) {
  if (const auto compression = writer.compression_for(info)) compressing_.emplace(stored_, *compression);
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
  if (form_is_settled_) return store(octets);
  if (beginning_.empty() && octets.size() >= io::compression_magic_octets) {
    settle_form(octets);
    return store(octets);
  }
  beginning_ += as_text(octets);
  if (beginning_.size() >= io::compression_magic_octets) settle_beginning();
}

void Writer::NewMessage::settle_beginning() {
  settle_form(as_bytes(beginning_));
  store(as_bytes(beginning_));
}

void Writer::NewMessage::settle_form(Bytes beginning) {
  form_is_settled_ = true;
  looks_compressed_ = !compressing_ && io::may_be_taken_for_compressed(beginning);
  if (looks_compressed_) compressing_.emplace(stored_, io::Compression::gzip);
}

void Writer::NewMessage::store(Bytes octets) {
  if (compressing_) {
    compressing_->write(octets);
  } else {
    stored_.write(octets);
  }
}

void Writer::NewMessage::commit() {
  if (!form_is_settled_) settle_beginning();
  if (compressing_) compressing_->finish();
  stored_.put_buffered();
  fs::NewFile& file = stored_.file();
  const fs::FileTime arrived =
      info_.internal_date ? fs::file_time(*info_.internal_date) : fs::FileTime(writer_.tree_->context().clock.now());
  const fs::Status status = file.dress(writer_.options_.birth, arrived);
  if (status.size_octets != stored_.octets()) {  // D5
    throw Error(Cause::io_error, Scope::run, "writing a message")
        .in(writer_.display_)
        .because("the file does not have the length that was written")
        .on(Side::target);
  }
  Waiting waiting{std::move(file)};
  waiting.id = status.id;
  waiting.in_new = in_new_;
  waiting.info = std::move(info_);
  waiting.octets = octets_;
  waiting.is_compressed = compressing_.has_value();
  waiting.looked_compressed = looks_compressed_;
  waiting.octets_with_crlf = octets_ + bare_line_feeds_;
  writer_.add(std::move(waiting));
}

}  // namespace mailhaul::formats::maildir
