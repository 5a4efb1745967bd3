#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/io/sink.hpp"

namespace mailhaul::formats::mbox {

/// Octets on their way into a file that nobody can see yet. Small writes are gathered. One thread.
class Stage final : public io::Sink {
 public:
  explicit Stage(fs::NewFile file) : file_(std::move(file)) {}

  void write(Bytes octets) override;
  void write(std::string_view text) { write(as_bytes(text)); }
  [[nodiscard]] std::uint64_t size_octets() const { return settled_ + held_.size(); }
  /// The last octet written; NUL before the first.
  [[nodiscard]] char last() const { return last_; }
  /// Overwrites octets already written.
  void rewrite(std::string_view text, std::uint64_t offset);
  /// Everything that was written is in the file.
  void settle();
  /// Back to a size that was settled: what came later, or failed, is gone.
  void cut(std::uint64_t size_octets);
  /// Complete only after settle().
  [[nodiscard]] fs::NewFile& file() { return file_; }

 private:
  void append(Bytes octets);

  static constexpr std::size_t held_limit_octets = 256 * 1024;

  fs::NewFile file_;
  std::string held_{};
  std::uint64_t settled_ = 0;
  char last_ = '\0';
  bool torn_ = false;  ///< an append stopped half-way: the file is longer than settled_
};

}  // namespace mailhaul::formats::mbox
