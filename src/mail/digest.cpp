#include "mailhaul/mail/digest.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>

#include <xxhash.h>

namespace mailhaul::mail {

std::string digest_of(std::string_view octets) {
  const XXH128_hash_t hash = XXH3_128bits(octets.data(), octets.size());
  std::array<char, 33> digits{};
  std::snprintf(digits.data(), digits.size(), "%016" PRIx64 "%016" PRIx64, std::uint64_t{hash.high64},
                std::uint64_t{hash.low64});
  return digits.data();
}

}  // namespace mailhaul::mail
