#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/formats/lock_wait.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::formats {

/// Gives each new Maildir message of a run its own instant, always ascending, so that the order in which a server
/// numbers new files (maildir.md section 4: seconds, then the number after M) is the order in which they were copied.
/// Any number of threads.
class UniqueInstants {
 public:
  explicit UniqueInstants(Instant start) : next_(start.time_since_epoch().count()) {}
  [[nodiscard]] Instant next() { return Instant{std::chrono::microseconds{next_.fetch_add(1)}}; }

 private:
  std::atomic<std::int64_t> next_;
};

/// What every format gets from outside; tests pass others. Must outlive the stores.
struct Context {
  fs::Kernel& kernel;
  Entropy& entropy;
  const Clock& clock;
  Findings& findings;
  UniqueInstants& instants;
  std::string host;  ///< no '/', ':' or control octets
  std::int64_t process = 0;
  LockWait lock_wait{std::chrono::seconds{30}};
};

/// One reason why a path is, or is not, a store of some format; shown by `scan`.
struct Evidence {
  bool matches = false;
  std::string text{};
};

}  // namespace mailhaul::formats
