#include "mailhaul/base/entropy.hpp"

#include <cerrno>
#include <cstring>

#include <sys/random.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul {

std::uint64_t Entropy::number() {
  std::byte raw[sizeof(std::uint64_t)];
  fill(raw);
  std::uint64_t value = 0;
  std::memcpy(&value, raw, sizeof value);
  return value;
}

void SystemEntropy::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw Error(Cause::io_error, Scope::run, "asking the kernel for random octets").because(errno);
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace mailhaul
