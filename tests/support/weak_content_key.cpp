// A build of the content key that is nearly blind (T12): linked in place of src/mail/content_key.cpp, so what is
// tested is all that stands above it, unchanged. Only under secrets that a test has marked, which are a ledger's; those
// of a run stay whole, as they are never known before the data is fixed (H4).
#include "support/weak_content_key.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <xxhash.h>

#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/mail/folding.hpp"

namespace mailhaul::support {
namespace {

constexpr std::string_view mark = "weak key";

}  // namespace

void WeakEntropy::fill(std::span<std::byte> out) {
  for (std::byte& octet : out) octet = static_cast<std::byte>(random_() & 255U);
  if (out.size() != mail::KeySecrets::octets) return;
  const Bytes octets = as_bytes(mark);
  std::copy(octets.begin(), octets.end(), out.begin());
  out[mark.size()] = static_cast<std::byte>(bits_);
}

}  // namespace mailhaul::support

namespace mailhaul::mail {
namespace {

/// How many bits count; nothing: all.
std::optional<unsigned> bits_of(const KeySecrets& secrets) {
  const std::string_view text = as_text(Bytes(secrets.first));
  if (text.substr(0, support::mark.size()) != support::mark) return std::nullopt;
  return static_cast<unsigned char>(text[support::mark.size()]);
}

class HashSink final : public io::Sink {
 public:
  void write(Bytes octets) override { text_ += as_text(octets); }
  [[nodiscard]] ContentKey finish(const KeySecrets& secrets) {
    const auto hash = [&](const std::array<std::byte, KeySecrets::octets>& secret) {
      return XXH3_128bits_withSecret(text_.data(), text_.size(), secret.data(), secret.size());
    };
    const XXH128_hash_t first = hash(secrets.first);
    const XXH128_hash_t second = hash(secrets.second);
    ContentKey key{text_.size(), {first.low64, first.high64, second.low64, second.high64}};
    if (const auto bits = bits_of(secrets)) key = {0, {first.low64 & ((std::uint64_t{1} << *bits) - 1), 0, 0, 0}};
    text_.clear();
    return key;
  }

 private:
  std::string text_{};
};

}  // namespace

class KeyHasher::State {
 public:
  explicit State(const KeySecrets& under) : secrets(under), folding(hashes) {}
  const KeySecrets& secrets;
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
  return state_->hashes.finish(state_->secrets);
}

}  // namespace mailhaul::mail
