#include "mailhaul/mail/keyed_digest.hpp"

#include <xxhash.h>

namespace mailhaul::mail {

std::string keyed_digest(const KeySecrets& secrets, std::string_view text) {
  std::string out;
  for (const auto* secret : {&secrets.first, &secrets.second}) {
    XXH128_canonical_t octets;
    XXH128_canonicalFromHash(&octets,
                             XXH3_128bits_withSecret(text.data(), text.size(), secret->data(), secret->size()));
    out.append(reinterpret_cast<const char*>(octets.digest), sizeof octets.digest);
  }
  return out;
}

}  // namespace mailhaul::mail
