#include "mailhaul/fs/file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "failure.hpp"

namespace mailhaul::fs {

Descriptor::Descriptor(Descriptor&& other) noexcept : kernel_(other.kernel_), fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    kernel_ = other.kernel_;
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() { close(); }

int Descriptor::close() {
  if (fd_ < 0) return 0;
  const int result = kernel_->close(std::exchange(fd_, -1));
  // D5: after EINTR the descriptor is gone as well, and what counted was synced before.
  return result == -EINTR ? 0 : result;
}

int Descriptor::release() { return std::exchange(fd_, -1); }

File::File(Descriptor descriptor, Status opened_as, std::string place, Side side)
    : descriptor_(std::move(descriptor)), opened_as_(opened_as), place_(std::move(place)), side_(side) {}

Status File::status_now() const {
  Status now;
  if (const int result = descriptor_.kernel().status(descriptor_.value(), now); result < 0) {
    throw failure(side_, Scope::message, result, "looking at a file", place_);
  }
  return now;
}

std::size_t File::read_at(std::span<std::byte> into, std::uint64_t offset) const {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::int64_t got = uninterrupted(
        [&] { return descriptor_.kernel().read_at(descriptor_.value(), into.subspan(filled), offset + filled); });
    if (got < 0) {
      // One file that can't be read is one message, at the target too: nothing was promised about it.
      Error error = failure(side_, Scope::message, got, "reading a file", place_);
      throw error.reaching(Scope::message);
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

void File::write_at(Bytes octets, std::uint64_t offset) const {
  while (!octets.empty()) {
    const std::int64_t put =
        uninterrupted([&] { return descriptor_.kernel().write_at(descriptor_.value(), octets, offset); });
    // D5: a write that takes nothing and says so would loop for ever.
    if (put <= 0) throw failure(side_, Scope::run, put == 0 ? -EIO : put, "writing a file", place_);
    octets = octets.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void File::truncate(std::uint64_t size_octets) const {
  const int result = uninterrupted([&] { return descriptor_.kernel().truncate(descriptor_.value(), size_octets); });
  if (result < 0) throw failure(side_, Scope::run, result, "cutting a file to its length", place_);
}

void File::sync() const {
  // D3: asked once and never again, whatever the answer.
  if (const int result = descriptor_.kernel().sync(descriptor_.value()); result < 0) {
    throw failure(side_, Scope::run, result, "making a file durable", place_);
  }
}

bool File::try_lock(LockKind kind) const {
  const int result = uninterrupted([&] { return descriptor_.kernel().try_lock(descriptor_.value(), kind); });
  if (result == -EAGAIN || result == -EACCES) return false;
  if (result < 0) throw failure(side_, Scope::folder, result, "locking a file", place_);
  return true;
}

void File::unlock() const {
  if (const int result = descriptor_.kernel().unlock(descriptor_.value()); result < 0) {
    throw failure(side_, Scope::folder, result, "unlocking a file", place_);
  }
}

void File::set_modified(FileTime time) const {
  if (const int result = descriptor_.kernel().set_modified(descriptor_.value(), time); result < 0) {
    throw failure(side_, Scope::folder, result, "setting the time of a file", place_);
  }
}

FileSource::FileSource(File file, std::vector<std::byte>& buffer) : file_(std::move(file)), buffer_(buffer) {}

Bytes FileSource::read() {
  constexpr std::size_t piece_octets = 1U << 20U;
  if (ended_) return {};
  const std::uint64_t size = file_.opened_as().size_octets;
  if (offset_ < size) {
    if (buffer_.size() < piece_octets) buffer_.resize(piece_octets);
    // No more is asked for than was there at the open: one call reads a small file, none is spent to see its end.
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece_octets, size - offset_));
    const std::size_t got = file_.read_at(std::span(buffer_).first(wanted), offset_);
    offset_ += got;
    if (got != 0) return Bytes(buffer_).first(got);
  }
  ended_ = true;
  // S5: the size and mtime seen at the open must still hold. ctime may move: renaming the file does that (D10).
  const Status now = file_.status_now();
  if (offset_ != size || now.size_octets != size || now.modified != file_.opened_as().modified) {
    throw Error(Cause::source_changed, Scope::message, "reading a file")
        .at(file_.place())
        .because("it changed while it was read")
        .on(Side::source);
  }
  return {};
}

}  // namespace mailhaul::fs
