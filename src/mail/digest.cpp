#include "mailhaul/mail/digest.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <new>

#include <xxhash.h>

namespace mailhaul::mail {
namespace {

std::string hex_of(const XXH128_hash_t& hash) {
  std::array<char, 33> digits{};
  std::snprintf(digits.data(), digits.size(), "%016" PRIx64 "%016" PRIx64, std::uint64_t{hash.high64},
                std::uint64_t{hash.low64});
  return digits.data();
}

}  // namespace

std::string digest_of(std::string_view octets) { return hex_of(XXH3_128bits(octets.data(), octets.size())); }

class Digester::State {
 public:
  State() : state_(XXH3_createState()) {
    if (state_ == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(state_);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(state_); }

  void update(Bytes octets) { XXH3_128bits_update(state_, octets.data(), octets.size()); }
  [[nodiscard]] XXH128_hash_t finish() {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_);
    XXH3_128bits_reset(state_);
    return hash;
  }

 private:
  XXH3_state_t* state_;
};

Digester::Digester() : state_(std::make_unique<State>()) {}
Digester::~Digester() = default;

void Digester::write(Bytes octets) {
  // XXH3 takes no null pointer, which is what an empty piece may be.
  if (!octets.empty()) state_->update(octets);
}

std::string Digester::finish() { return hex_of(state_->finish()); }

}  // namespace mailhaul::mail
