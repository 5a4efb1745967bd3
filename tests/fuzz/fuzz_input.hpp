#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>

#include "mail/pieces.hpp"

namespace mailhaul::fuzz {

/// A property that must hold for every input. libFuzzer keeps the input that broke it.
inline void require(bool holds, std::string_view property) {
  if (holds) return;
  std::cerr << "broken: " << property << '\n';
  std::abort();
}

/// The fuzzer's octets: the first two choose how streams are cut and whether the rest is the text as it stands or a
/// list of words, one an octet: names of headers are too long to be met by chance.
struct Input {
  Input(const std::uint8_t* data, std::size_t size, std::initializer_list<std::string_view> words) {
    const std::size_t chooser = size < 2 ? size : 2;
    for (std::size_t i = 0; i < chooser; ++i) seed = seed * 256U + data[i];
    random.seed(seed);
    const bool by_words = seed % 2 == 1;
    for (std::size_t i = chooser; i < size; ++i) {
      if (by_words && data[i] < words.size())
        text += words.begin()[data[i]];
      else
        text += static_cast<char>(data[i]);
    }
  }
  std::string text{};
  std::uint32_t seed = 0;
  mail::test::Random random{};
};

}  // namespace mailhaul::fuzz
