#include "mailhaul/fs/security_label.hpp"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::fs {
namespace {

/// Longer than any policy's.
constexpr std::size_t longest_label = 4096;

}  // namespace

int PosixKernel::security_label(int fd, std::string& out) {
  std::array<char, longest_label> value{};
  const ssize_t size = ::fgetxattr(fd, "security.selinux", value.data(), value.size());
  if (size < 0) return -errno;
  out.assign(value.data(), static_cast<std::size_t>(size));
  out.resize(std::min(out.find('\0'), out.size()));
  return 0;
}

std::optional<std::string> security_type(const Directory& directory) {
  std::string label;
  if (directory.kernel().security_label(directory.descriptor(), label) < 0) return std::nullopt;
  // user:role:type[:level]
  std::string_view rest = label;
  for (int i = 0; i < 2; ++i) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
  const std::string_view type = rest.substr(0, rest.find(':'));
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (type.empty() || !std::all_of(type.begin(), type.end(), is_plain)) return std::nullopt;
  return std::string(type);
}

}  // namespace mailhaul::fs
