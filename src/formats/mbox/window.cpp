#include "window.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mailhaul/base/error.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// After a read error the block is tried again in pages, so that a bad sector costs the messages on it and no others.
constexpr std::size_t page_octets = 4096;

}  // namespace

Window::Window(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets)
    : file_(file), side_(side), end_(end), block_octets_(block_octets) {}

std::string_view Window::from(std::uint64_t offset) const {
  if (offset < begin_ || offset >= filled()) return {};
  const auto skip = static_cast<std::size_t>(offset - begin_);
  return {buffer_.get() + start_ + skip, size_ - skip};
}

char Window::at(std::uint64_t offset) const {
  if (offset < begin_ || offset >= filled()) return '\0';
  return buffer_[start_ + static_cast<std::size_t>(offset - begin_)];
}

void Window::make_room(std::size_t octets) {
  if (start_ + size_ + octets <= capacity_) return;
  if (size_ + octets > capacity_) {
    const std::size_t larger =
        std::max(size_ + octets + page_octets, std::min(capacity_ * 2, capacity_ + block_octets_));
    auto buffer = std::unique_ptr<char[]>(new char[larger]);
    if (size_ != 0) std::memcpy(buffer.get(), buffer_.get() + start_, size_);
    buffer_ = std::move(buffer);
    capacity_ = larger;
  } else {
    std::memmove(buffer_.get(), buffer_.get() + start_, size_);
  }
  start_ = 0;
}

std::size_t Window::read(std::size_t octets) {
  return file_.read_at(std::as_writable_bytes(std::span(buffer_.get() + start_ + size_, octets)), filled());
}

void Window::more(std::uint64_t keep) {
  if (keep > begin_) {
    const auto skip = static_cast<std::size_t>(std::min<std::uint64_t>(keep - begin_, size_));
    begin_ += skip;
    start_ += skip;
    size_ -= skip;
  }
  auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets_, end_ - filled()));
  make_room(wanted);
  std::size_t got = 0;
  try {
    got = read(wanted);
  } catch (const Error& error) {
    if (error.cause() != Cause::io_error || wanted <= page_octets) throw;
    wanted = page_octets - static_cast<std::size_t>(filled() % page_octets);
    got = read(wanted);
  }
  if (got < wanted) {
    throw Error(Cause::source_changed, Scope::folder, "reading an mbox")
        .at(file_.place())
        .because("the file became shorter while it was read")
        .hint("run the same command again")
        .on(side_);
  }
  size_ += got;
}

std::size_t Window::peek(std::span<char> into, std::uint64_t offset) const {
  if (offset >= end_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - offset));
  return file_.read_at(std::as_writable_bytes(into.first(wanted)), offset);
}

void Window::jump(std::uint64_t offset) {
  begin_ = offset;
  start_ = 0;
  size_ = 0;
}

}  // namespace mailhaul::formats::mbox
