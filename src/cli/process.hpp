#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "mailhaul/base/stop.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::cli {

/// Before anything is opened: descriptors 0-2 exist, the umask is 077, SIGPIPE is an error of write, and as many files
/// may be open as the hard limit allows (batches keep theirs open: D1).
void prepare_process();

/// This machine's name as it may stand in a Maildir file name: '/' and ':' are \057 and \072 (Maildir's own rule),
/// control octets are dropped.
[[nodiscard]] std::string host_name();
[[nodiscard]] std::int64_t process_id();
[[nodiscard]] fs::Owner effective_owner();
/// Where this user's locks are while the machine runs: /run/mailhaul for root, else below XDG_RUNTIME_DIR; empty when
/// there is no such place.
[[nodiscard]] std::string run_directory();
/// Where ledgers lie: MAILHAUL_STATE, else root's /var/lib/mailhaul, else below the user's XDG_STATE_HOME. Empty: none
/// is known.
[[nodiscard]] std::string state_directory();
[[nodiscard]] std::string working_directory();
/// The file that this process runs; "/proc/self/exe" where the kernel does not tell.
[[nodiscard]] std::string own_program();
/// Another one after each start of the machine.
[[nodiscard]] std::string boot_id();
/// Largest resident set so far, octets.
[[nodiscard]] std::uint64_t peak_memory_octets();

/// SIGINT, SIGTERM and SIGHUP become a StopRequest; a second one ends the process at once, which is safe by design
/// (D6). Make it before any other thread: all of them inherit the blocked signals.
class SignalWatch {
 public:
  explicit SignalWatch(StopRequest& stop);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace mailhaul::cli
