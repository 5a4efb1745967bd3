#include "window.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mailhaul/base/error.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// After a read error the block is tried again in pages, so that a bad sector costs the messages on it and no others.
constexpr std::size_t page_octets = 4096;
/// Of a stream: a message may begin where the one before began its text, and the line end there is asked for.
constexpr std::uint64_t still_there_octets = 1;
/// The end of a stream before it was met; with room to add to it.
constexpr std::uint64_t out_of_reach = std::uint64_t{1} << 62U;

}  // namespace

Window::Window(const fs::File& file, Side side, std::uint64_t end, std::size_t block_octets, LineEnds line_ends,
               std::unique_ptr<io::Source> plain)
    : file_(file),
      side_(side),
      end_(plain ? out_of_reach : end),
      block_octets_(block_octets),
      line_ends_(line_ends),
      plain_(std::move(plain)) {}

bool Window::reaches(std::uint64_t offset, std::uint64_t keep) {
  while (plain_ && filled() <= offset && !is_complete()) more(keep);
  return offset < end_;
}

void Window::append_plain() {
  if (plain_failure_) return;
  try {
    const Bytes piece = plain_->read();
    if (!piece.empty()) return append(as_text(piece));
    if (std::exchange(cr_is_held_, false)) append("\n");
    end_ = filled();
  } catch (const Error& error) {
    // What stands before it is whole. Behind it nothing can be read, and the end is not known.
    plain_failure_ = error;
    plain_failure_->reaching(Scope::folder);
  }
}

void Window::append(std::string_view octets) {
  make_room(octets.size() + 1);
  char* const begin = buffer_.get() + start_ + size_;
  char* end = begin;
  if (std::exchange(cr_is_held_, false)) *end++ = '\r';
  end = std::copy(octets.begin(), octets.end(), end);
  if (line_ends_ == LineEnds::cr) {
    cr_is_held_ = *(end - 1) == '\r';
    if (cr_is_held_) --end;
    see_cr_as_lf({begin, end}, filled());
  }
  size_ += static_cast<std::size_t>(end - begin);
}

void Window::more_plain() {
  const std::uint64_t before = filled();
  append_plain();
  if (plain_failure_ && filled() == before) throw *plain_failure_;
}

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

void Window::forget(std::uint64_t keep) {
  if (plain_) keep -= std::min(keep, still_there_octets);
  if (keep <= begin_) return;
  const auto skip = static_cast<std::size_t>(std::min<std::uint64_t>(keep - begin_, size_));
  begin_ += skip;
  start_ += skip;
  size_ -= skip;
}

void Window::more(std::uint64_t keep) {
  forget(keep);
  if (plain_) return more_plain();
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

std::size_t Window::peek(std::span<char> into, std::uint64_t offset) {
  if (offset >= end_) return 0;
  if (plain_) {
    if (offset + into.size() > begin_ + lookahead_octets) return 0;
    while (!is_complete() && !plain_failure_ && filled() < offset + into.size()) append_plain();
    const std::string_view there = from(offset).substr(0, into.size());
    std::copy(there.begin(), there.end(), into.begin());
    return there.size();
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - offset));
  const std::size_t got = file_.read_at(std::as_writable_bytes(into.first(wanted)), offset);
  if (line_ends_ == LineEnds::cr) see_cr_as_lf(into.first(got), offset);
  return got;
}

void Window::jump(std::uint64_t offset) {
  if (plain_) {
    while (filled() < offset && !is_complete()) more(filled());
    return forget(offset);
  }
  if (offset >= begin_ && offset <= filled()) return forget(offset);
  begin_ = offset;
  start_ = 0;
  size_ = 0;
}

}  // namespace mailhaul::formats::mbox
