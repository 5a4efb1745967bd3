#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::cli {

/// A file of --log-file: lines are appended, each with the time and the process, so several runs may share one. One
/// thread at a time.
class LogFile {
 public:
  /// Opens it, or makes it with mode 0600. Error(refused, run): a link, of whatever kind, no plain file, or of an owner
  /// who is neither root nor the runner: what is said here is not written into somebody else's file.
  LogFile(fs::Kernel& kernel, Entropy& entropy, const Clock& clock, const std::string& path, std::int64_t process);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  void add(std::string_view line);
  /// False: some of it could not be written.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  const Clock& clock_;
  std::int64_t process_;
  int descriptor_ = -1;
  bool is_whole_ = true;
};

/// A stream that hands on what is written to it, and gives each line to a log.
class LoggedStream {
 public:
  /// `is_buffered` as the stream itself is: standard error is not.
  LoggedStream(std::FILE* stream, LogFile& log, bool is_buffered);
  ~LoggedStream();
  LoggedStream(const LoggedStream&) = delete;
  LoggedStream& operator=(const LoggedStream&) = delete;

  [[nodiscard]] std::FILE* file() const { return file_; }

 private:
  static ssize_t hand_on(void* self, const char* octets, std::size_t size);
  void take(std::string_view octets);

  std::FILE* stream_;
  LogFile& log_;
  std::FILE* file_;
  std::string line_{};
};

}  // namespace mailhaul::cli
