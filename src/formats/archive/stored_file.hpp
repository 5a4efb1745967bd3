#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::archive {

/// An archive as it lies on the disk: one file, or parts that stand one behind the other. Opened by the rules (S1, S5,
/// S6, S15): it may be a customer's own, and he may write to it while we read. Any number of threads may read.
class StoredFile {
 public:
  /// `path` is the archive, or any of its parts, or what the parts are called without ".part…". Errors of scope run.
  [[nodiscard]] static StoredFile open(Context& context, const std::string& path, const fs::Rules& rules);

  [[nodiscard]] std::uint64_t size_octets() const { return size_octets_; }
  /// Up to `into.size()` octets; short only at the end. Error(io_error), or Error(source_changed) where a file became
  /// shorter.
  [[nodiscard]] std::size_t read_at(std::span<std::byte> into, std::uint64_t offset) const;
  /// Whether every file is the one that was opened, and nobody wrote to it since.
  [[nodiscard]] bool is_unchanged() const;
  /// Changes with the file: which it is, its size and its time.
  [[nodiscard]] std::string token() const;
  /// fstat of the file, or of the first part.
  [[nodiscard]] const fs::Status& opened_as() const { return parts_.front().file.opened_as(); }
  /// When somebody last wrote to it.
  [[nodiscard]] fs::FileTime modified() const;
  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] Side side() const { return side_; }

 private:
  struct Part {
    fs::File file;
    std::uint64_t begin = 0;
  };
  StoredFile(std::string place, Side side) : place_(std::move(place)), side_(side) {}
  void add(fs::File file);

  std::string place_;
  Side side_;
  std::vector<Part> parts_{};
  std::uint64_t size_octets_ = 0;
};

}  // namespace mailhaul::formats::archive
