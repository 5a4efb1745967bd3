#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::cli {

/// How a child ended.
struct ChildEnd {
  int status = 0;        ///< its exit status, where `signal` is 0
  int signal = 0;        ///< what killed it
  std::string errors{};  ///< the last of what it wrote to standard error, at most 64 KiB
};

/// One pipe whose writer is a child, closed at its end.
class PipeEnd {
 public:
  PipeEnd() = default;
  explicit PipeEnd(int descriptor) : descriptor_(descriptor) {}
  PipeEnd(PipeEnd&& other) noexcept;
  PipeEnd& operator=(PipeEnd&& other) noexcept;
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  ~PipeEnd() { close(); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  /// What is there now, at most 64 KiB; closes at the end.
  [[nodiscard]] std::string read();
  void close();

 private:
  int descriptor_ = -1;
};

/// Another run of a program, whose standard output is read line by line. No shell: words are words.
///
/// It has a process group of its own, so that Ctrl-C on the terminal reaches it once, through us; and when we are gone,
/// however we ended, the kernel sends it a SIGTERM. It inherits the environment, the working directory and no
/// descriptor but 0 to 2. Destroyed while it runs, it is asked to end and waited for. One thread.
class ChildProcess {
 public:
  using TakeLine = std::function<void(std::string_view line)>;

  /// `arguments[0]` is what it is called. Error(io_error, run) where it can't be started. Lines over 1 MiB are dropped.
  ChildProcess(const std::string& program, std::vector<std::string> arguments, TakeLine take_line);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// SIGTERM.
  void stop() const;
  /// Takes what is there to read, without waiting. True once there will be no more.
  [[nodiscard]] bool read();
  /// Waits for it to end. Only once.
  [[nodiscard]] ChildEnd wait();

  /// Returns when one of them has something to read, or the time is over.
  static void wait_for_any(const std::vector<ChildProcess*>& children, std::chrono::milliseconds time);

 private:
  void take(std::string_view octets);

  pid_t pid_ = -1;
  PipeEnd life_{};  ///< its standard input, which ends when we do
  PipeEnd out_{};
  PipeEnd err_{};
  TakeLine take_line_;
  std::string line_{};
  bool is_too_long_ = false;
  std::string errors_{};
};

}  // namespace mailhaul::cli
