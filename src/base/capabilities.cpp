#include "mailhaul/base/capabilities.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstdint>

namespace mailhaul {
namespace {

// The calls are raw: glibc has no wrappers, and these bind one thread (S9).
using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

bool read_sets(Sets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(SYS_capget, &header, sets.data()) == 0;
}

constexpr std::array kept{CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
                          CAP_FSETID, CAP_SETGID,       CAP_SETUID};

constexpr std::uint32_t kept_mask() {
  std::uint32_t mask = 0;
  for (const int capability : kept) mask |= 1U << static_cast<unsigned>(capability);  // all are below 32
  return mask;
}

}  // namespace

bool drop_capabilities() {
  Sets sets{};
  if (!read_sets(sets)) return false;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::uint32_t mask = i == 0 ? kept_mask() : 0;
    sets[i].effective &= mask;
    sets[i].permitted &= mask;
    sets[i].inheritable = 0;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

int count_capabilities() {
  Sets sets{};
  if (!read_sets(sets)) return 0;
  int count = 0;
  for (const auto& set : sets) count += std::popcount(set.effective);
  return count;
}

}  // namespace mailhaul
