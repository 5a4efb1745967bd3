#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "mailhaul/base/entropy.hpp"
#include "mailhaul/io/sink.hpp"

namespace mailhaul::mail {

/// Two secrets of 192 random octets (H1, H3). They stay in memory (later: in the ledger) and never leave the program.
struct KeySecrets {
  static constexpr std::size_t octets = 192;
  std::array<std::byte, octets> first{};
  std::array<std::byte, octets> second{};
  [[nodiscard]] static KeySecrets make(Entropy& entropy);
};

/// Identity of a message across formats: folded length and two keyed 128-bit XXH3 of the folded octets.
/// Never printed (H2): outputs help to recover a secret.
struct ContentKey {
  std::uint64_t folded_octets = 0;
  std::array<std::uint64_t, 4> hash{};
  auto operator<=>(const ContentKey&) const = default;
};

/// For hash tables: any 64 bits of a keyed hash will do.
struct ContentKeyHash {
  std::size_t operator()(const ContentKey& key) const { return static_cast<std::size_t>(key.hash[0]); }
};

/// Folds and hashes what is written. The secrets must outlive it (XXH3 keeps a pointer, F5). One thread; reusable.
class KeyHasher final : public io::Sink {
 public:
  explicit KeyHasher(const KeySecrets& secrets);
  ~KeyHasher() override;
  void write(Bytes octets) override;
  /// The key of all that was written since the last finish().
  [[nodiscard]] ContentKey finish();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace mailhaul::mail
