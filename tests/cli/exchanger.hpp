#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mailhaul::black_box {

/// An owner who exchanges entries of his trees while a run goes through them (T6): a process of its own, as `user`,
/// that does nothing but renameat2(RENAME_EXCHANGE).
class Exchanger {
 public:
  enum class Pace { full_speed, with_pauses };  ///< pauses of 0.2 to 2 ms
  using Pair = std::pair<std::string, std::string>;

  Exchanger(std::vector<Pair> pairs, uid_t user, Pace pace);
  ~Exchanger() { stop(); }
  Exchanger(const Exchanger&) = delete;
  Exchanger& operator=(const Exchanger&) = delete;

  /// Ends it; what it exchanged stands where it stood. Returns how often it exchanged.
  std::uint64_t stop();

 private:
  /// Seen by both processes.
  struct Shared {
    std::atomic<bool> ended{false};
    std::atomic<std::uint64_t> exchanges{0};
  };
  void work(uid_t user, Pace pace);

  std::vector<Pair> pairs_;
  Shared* shared_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace mailhaul::black_box
