#pragma once

#include <cerrno>
#include <cstddef>
#include <vector>

namespace mailhaul::run {

/// Room for what getpwnam_r and its kind give back. Nobody knows before how much that is: a group has as many members
/// as its admin likes, and where they do not fit the call says ERANGE.
class GrownBuffer {
 public:
  static constexpr std::size_t most_octets = std::size_t{64} << 20U;
  explicit GrownBuffer(std::size_t octets = 16384) : octets_(octets) {}

  /// `look_up(char*, std::size_t)` gives 0 or an errno, which is passed on: ERANGE only from the largest buffer.
  template <typename LookUp>
  int fill(const LookUp& look_up) {
    for (;;) {
      const int error = look_up(octets_.data(), octets_.size());
      if (error == EINTR) continue;
      if (error != ERANGE || octets_.size() >= most_octets) return error;
      octets_.resize(octets_.size() * 4);
    }
  }

 private:
  std::vector<char> octets_;
};

}  // namespace mailhaul::run
