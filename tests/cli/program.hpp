#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::black_box {

/// How the program is run.
struct How {
  std::map<std::string, std::string> environment{};  ///< on top of the test's own; TZ is UTC unless said here
  std::optional<uid_t> user{};                       ///< runs as this uid and gid, without other groups (root only)
  std::chrono::seconds limit{60};                    ///< killed after it: `hung`
  std::vector<std::string> under{};                  ///< a program, with its arguments, that runs ours
  std::string program = MAILHAUL_PROGRAM;            ///< or another one, by its whole path
  bool whole_environment = false;                    ///< `environment` is all there is
};

/// What became of a run.
struct Result {
  int status = -1;    ///< exit status; 128 + signal when one ended it
  bool hung = false;  ///< had to be killed
  std::string out{};
  std::string err{};
  std::uint64_t peak_octets = 0;  ///< largest resident set
};

/// A program, as a rule the one under test, running. Its output is drained by two threads, so it never waits for us.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments, const How& how = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  /// Its number, while it runs.
  [[nodiscard]] pid_t process() const { return pid_; }
  /// Ends with the program, or kills it at the limit.
  [[nodiscard]] Result wait();

 private:
  struct Pipes;
  How how_;
  pid_t pid_ = -1;
  std::chrono::steady_clock::time_point started_;
  Pipes* pipes_ = nullptr;
};

/// Runs of this test know nothing of those before: as on another machine.
void forget_runs();

[[nodiscard]] Result run(const std::vector<std::string>& arguments, const How& how = {});

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// Octets in `text` that a terminal could act on, line ends aside: C0, DEL, C1 in UTF-8, lone octets that are no UTF-8,
/// bidi controls (S14, T13). Shown as hex; empty when there are none.
[[nodiscard]] std::string control_octets_in(std::string_view text);

/// The program was built with a sanitizer (so was this test: same flags): its memory figures mean nothing.
[[nodiscard]] bool is_sanitized();

}  // namespace mailhaul::black_box
