#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "mailhaul/base/bytes.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/io/source.hpp"

namespace mailhaul::account::cpanel {

/// Where copies lie while they are worked on.
struct ScratchRoom {
  /// Only its runner may get into it (S16). Files in it have no names, so nothing is left there whatever happens.
  /// Unset: in memory alone.
  std::optional<fs::Directory> directory{};
  std::uint64_t memory_octets = std::uint64_t{1} << 20;         ///< of one file; more than that goes to the directory
  std::uint64_t memory_alone_octets = std::uint64_t{16} << 20;  ///< of one file where there is no directory
  std::uint64_t limit_octets = std::uint64_t{512} << 20;        ///< of one file
};

/// Octets of our own, read and written anywhere, gone with the object. The room must outlive it. One thread.
class ScratchFile {
 public:
  explicit ScratchFile(const ScratchRoom& room) : room_(&room) {}

  [[nodiscard]] std::uint64_t size_octets() const { return size_octets_; }
  /// Fewer than asked for only at the end.
  [[nodiscard]] std::size_t read_at(std::span<std::byte> into, std::uint64_t offset) const;
  /// A gap that comes into being is filled with zeros. Error(limit, message) beyond the limit.
  void write_at(Bytes octets, std::uint64_t offset);
  void append(Bytes octets) { write_at(octets, size_octets_); }
  void resize(std::uint64_t size_octets);
  /// From its beginning; the file must outlive it and stay as it is meanwhile.
  [[nodiscard]] std::unique_ptr<io::Source> content() const;

 private:
  void make_room(std::uint64_t size_octets);

  const ScratchRoom* room_;
  std::uint64_t size_octets_ = 0;
  std::string memory_{};
  std::optional<fs::NewFile> file_{};
};

}  // namespace mailhaul::account::cpanel
