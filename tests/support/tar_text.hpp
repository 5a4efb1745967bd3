#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailhaul::support {

/// Writes a tar octet by octet, so that it can hold what no tar program would write.
class TarText {
 public:
  struct Head {
    char type = '0';  ///< '0' file, '1' hard link, '2' symlink, '3' device, '5' directory, '6' FIFO
    std::string link{};
    std::uint32_t mode = 0640;
    std::int64_t modified = 1'700'000'000;
    std::uint32_t owner = 1001;
  };

  TarText& file(std::string_view name, std::string_view content) { return member(name, content, Head{}); }
  TarText& directory(std::string_view name) { return member(name, {}, {'5', {}, 0751}); }
  TarText& symlink(std::string_view name, std::string target) { return member(name, {}, {'2', std::move(target)}); }
  TarText& hard_link(std::string_view name, std::string target) { return member(name, {}, {'1', std::move(target)}); }
  /// Names over 100 octets get a GNU long name before them.
  TarText& member(std::string_view name, std::string_view content, const Head& head);
  /// The next member's name, in a pax header.
  TarText& pax_path(std::string_view name);
  TarText& raw(std::string_view octets) {
    octets_ += octets;
    return *this;
  }

  [[nodiscard]] const std::string& without_end() const { return octets_; }
  /// With the end mark, filled to a record of 10 KiB.
  [[nodiscard]] std::string finish() const;

 private:
  void header(std::string_view name, std::uint64_t size, const Head& head);
  void padded(std::string_view content);
  std::string octets_{};
};

}  // namespace mailhaul::support
