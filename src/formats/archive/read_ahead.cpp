#include "formats/archive/read_ahead.hpp"

#include <algorithm>
#include <utility>

namespace mailhaul::formats::archive {
namespace {

/// Large: two threads meet once a piece, and little of it is looked at.
constexpr std::size_t octets_a_piece = 1024 * 1024;

}  // namespace

ReadAhead::ReadAhead(const StoredFile& file) : file_(file) {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(octets_a_piece, file.size_octets()));
  given_.resize(most);
  piece_.resize(most);
  thread_ = std::thread([this] { work(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ReadAhead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_asked_ || has_ended_; });
    if (has_ended_) return;
    lock.unlock();
    try {
      piece_octets_ = file_.read_at(piece_, at_);
    } catch (...) {
      failure_ = std::current_exception();
    }
    lock.lock();
    is_asked_ = false;
    changed_.notify_all();
  }
}

void ReadAhead::wait_for_piece(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return !is_asked_; });
}

void ReadAhead::ask_for_piece_at(std::uint64_t at) {
  at_ = at;
  is_asked_ = true;
  changed_.notify_all();
}

Bytes ReadAhead::read() {
  std::unique_lock lock(mutex_);
  wait_for_piece(lock);
  if (failure_) std::rethrow_exception(failure_);
  const std::size_t octets = piece_octets_;
  std::swap(given_, piece_);
  if (octets > 0) ask_for_piece_at(at_ + octets);
  return Bytes(given_).first(octets);
}

std::uint64_t ReadAhead::skip(std::uint64_t octets) {
  std::unique_lock lock(mutex_);
  wait_for_piece(lock);
  if (failure_ || octets < piece_octets_) return 0;
  const std::uint64_t passed = std::min(octets, file_.size_octets() - at_);
  if (passed > 0) ask_for_piece_at(at_ + passed);
  return passed;
}

}  // namespace mailhaul::formats::archive
