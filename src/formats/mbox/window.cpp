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

Window::Window(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets, LineEnds line_ends)
    : file_(file), side_(side), end_(end), block_octets_(block_octets), line_ends_(line_ends) {}

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
  if (line_ends_ == LineEnds::cr) see_cr_as_lf({buffer_.get() + start_ + size_, got}, filled());
  size_ += got;
}

/// `octets` stand at `offset` in the file; the one behind them decides about a CR at their end.
void Window::see_cr_as_lf(std::span<char> octets, std::uint64_t offset) const {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (octets[i] != '\r') continue;
    char next = '\0';
    if (i + 1 < octets.size()) {
      next = octets[i + 1];
    } else if (offset + octets.size() < end_) {
      static_cast<void>(file_.read_at(std::as_writable_bytes(std::span(&next, 1)), offset + octets.size()));
    }
    if (next != '\n') octets[i] = '\n';
  }
}

std::size_t Window::peek(std::span<char> into, std::uint64_t offset) const {
  if (offset >= end_) return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - offset));
  const std::size_t got = file_.read_at(std::as_writable_bytes(into.first(wanted)), offset);
  if (line_ends_ == LineEnds::cr) see_cr_as_lf(into.first(got), offset);
  return got;
}

void Window::jump(std::uint64_t offset) {
  begin_ = offset;
  start_ = 0;
  size_ = 0;
}

}  // namespace mailhaul::formats::mbox
