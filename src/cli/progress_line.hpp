#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace mailhaul::cli {

/// One line on a terminal that is written over: folder i/n, messages, octets, rate, time left where it can be known.
/// One thread (its user locks).
class ProgressLine {
 public:
  /// `stream` null: says nothing.
  explicit ProgressLine(std::FILE* stream) : stream_(stream), started_(std::chrono::steady_clock::now()) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void begin(std::size_t folders, std::optional<std::uint64_t> octets);
  void folder() { ++folder_; }
  void message() { ++messages_; }
  void octets(std::uint64_t more);
  /// Another text in its place.
  void show(const std::string& text);
  /// Takes the line off, before other text is written.
  void clear();

 private:
  void draw();
  void put(const std::string& text);

  std::FILE* stream_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_{};
  std::size_t folders_ = 0;
  std::size_t folder_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t octets_ = 0;
  std::optional<std::uint64_t> all_octets_{};
  bool visible_ = false;
};

}  // namespace mailhaul::cli
