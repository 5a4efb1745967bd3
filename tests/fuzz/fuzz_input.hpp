#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "mail/pieces.hpp"

namespace mailhaul::fuzz {

/// A property that must hold for every input. libFuzzer keeps the input that broke it.
inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::cerr << "broken: " << property << '\n';
  std::abort();
}

/// The fuzzer's octets: the first two choose how streams are cut, the rest is the text.
struct Input {
  Input(const std::uint8_t* data, std::size_t size) : text(reinterpret_cast<const char*>(data), size) {
    const std::size_t chooser = size < 2 ? size : 2;
    for (std::size_t i = 0; i < chooser; ++i) seed = seed * 256U + data[i];
    text.remove_prefix(chooser);
    random.seed(seed);
  }
  std::string_view text;
  std::uint32_t seed = 0;
  mail::test::Random random{};
};

}  // namespace mailhaul::fuzz
