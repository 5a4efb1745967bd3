#include "mailhaul/mail/content_key.hpp"

#include <new>

#include <xxhash.h>

#include "mailhaul/mail/folding.hpp"

namespace mailhaul::mail {
namespace {

static_assert(KeySecrets::octets >= XXH3_SECRET_SIZE_MIN);

/// One keyed hash. `withSecret`, not `withSecretandSeed`: that one forgets the secret for short inputs (F5).
class KeyedHash {
 public:
  explicit KeyedHash(const std::array<std::byte, KeySecrets::octets>& secret)
      : secret_(secret), state_(XXH3_createState()) {
    if (state_ == nullptr) throw std::bad_alloc();
    reset();
  }
  KeyedHash(const KeyedHash&) = delete;
  KeyedHash& operator=(const KeyedHash&) = delete;
  ~KeyedHash() { XXH3_freeState(state_); }

  void reset() { XXH3_128bits_reset_withSecret(state_, secret_.data(), secret_.size()); }
  void update(Bytes octets) { XXH3_128bits_update(state_, octets.data(), octets.size()); }
  [[nodiscard]] XXH128_hash_t digest() const { return XXH3_128bits_digest(state_); }

 private:
  const std::array<std::byte, KeySecrets::octets>& secret_;
  XXH3_state_t* state_;
};

/// What the folding gives goes into both hashes.
class HashSink final : public io::Sink {
 public:
  explicit HashSink(const KeySecrets& secrets) : first_(secrets.first), second_(secrets.second) {}
  void write(Bytes octets) override {
    octets_ += octets.size();
    first_.update(octets);
    second_.update(octets);
  }
  [[nodiscard]] ContentKey finish() {
    const XXH128_hash_t first = first_.digest();
    const XXH128_hash_t second = second_.digest();
    const ContentKey key{octets_, {first.low64, first.high64, second.low64, second.high64}};
    octets_ = 0;
    first_.reset();
    second_.reset();
    return key;
  }

 private:
  std::uint64_t octets_ = 0;
  KeyedHash first_;
  KeyedHash second_;
};

}  // namespace

class KeyHasher::State {
 public:
  explicit State(const KeySecrets& secrets) : hashes(secrets), folding(hashes) {}
  HashSink hashes;
  FoldingSink folding;
};

KeySecrets KeySecrets::make(Entropy& entropy) {
  KeySecrets secrets;
  entropy.fill(secrets.first);
  entropy.fill(secrets.second);
  return secrets;
}

KeyHasher::KeyHasher(const KeySecrets& secrets) : state_(std::make_unique<State>(secrets)) {}

KeyHasher::~KeyHasher() = default;

void KeyHasher::write(Bytes octets) { state_->folding.write(octets); }

ContentKey KeyHasher::finish() {
  state_->folding.finish();
  return state_->hashes.finish();
}

}  // namespace mailhaul::mail
