#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mailhaul {

/// Random octets: for hash secrets (H1) and unguessable temporary names. Any number of threads.
class Entropy {
 public:
  Entropy() = default;
  Entropy(const Entropy&) = delete;
  Entropy& operator=(const Entropy&) = delete;
  virtual ~Entropy() = default;

  virtual void fill(std::span<std::byte> out) = 0;
  [[nodiscard]] std::uint64_t number();
};

/// getrandom(2). Throws Error when the kernel gives none.
class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace mailhaul
