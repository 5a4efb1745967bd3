#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "formats/archive/tar_stream.hpp"

namespace mailhaul::formats::archive {

/// A stored file from its beginning, read by a thread of its own a piece ahead of who takes it to pieces: that one
/// waits neither for the disk nor for the octets to be copied, most of which it passes over. Who uses it is one thread.
class ReadAhead final : public TarStream {
 public:
  /// `file` is lent.
  explicit ReadAhead(const StoredFile& file);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead() override;

  /// Good until the next call.
  [[nodiscard]] Bytes read() override;
  /// Nothing of what is read ahead already: to pass over that costs less.
  [[nodiscard]] std::uint64_t skip(std::uint64_t octets) override;

 private:
  void work();
  void wait_for_piece(std::unique_lock<std::mutex>& lock);
  void ask_for_piece_at(std::uint64_t at);

  const StoredFile& file_;
  std::vector<std::byte> given_{};

  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool is_asked_ = true;  ///< then the next four are the thread's, else the user's
  std::uint64_t at_ = 0;  ///< where the piece begins
  std::vector<std::byte> piece_{};
  std::size_t piece_octets_ = 0;  ///< none: there is no more
  std::exception_ptr failure_{};
  bool has_ended_ = false;

  std::thread thread_{};  ///< last: it uses the others
};

}  // namespace mailhaul::formats::archive
