#pragma once

#include <cstdint>
#include <random>

#include "mailhaul/base/entropy.hpp"

namespace mailhaul::support {

/// Makes secrets under which a content key has so few bits that most messages collide; not even their lengths count.
/// Only in a program that is linked with weak_content_key.cpp.
class WeakEntropy final : public Entropy {
 public:
  WeakEntropy(unsigned bits, std::uint64_t seed) : bits_(bits), random_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  unsigned bits_;
  std::mt19937_64 random_;
};

}  // namespace mailhaul::support
