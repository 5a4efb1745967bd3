#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mailhaul::mail {

// 64 octets at a time in vectors, then eight in one word. Measured with glibc 2.36: faster than one memmem over
// ordinary mail, several times faster than one memchr('\n') a line where lines are short. It asks for no instruction
// set (the compiler makes of a vector what the machine has) and, unlike both, looks for several things in one pass and
// stops at the first of them.

/// A word of eight times that octet.
[[nodiscard]] constexpr std::uint64_t eight_of(char c) { return 0x0101010101010101U * static_cast<unsigned char>(c); }

/// Not 0 when an octet of `word` is 0: then the lowest bit that is set lies in the first of them.
[[nodiscard]] constexpr std::uint64_t zero_octets(std::uint64_t word) {
  return (word - eight_of('\x01')) & ~word & eight_of('\x80');
}

/// Where `word` has the octet `c`; to be joined with |.
[[nodiscard]] constexpr std::uint64_t octets_that_are(std::uint64_t word, char c) {
  return zero_octets(word ^ eight_of(c));
}

/// Where `here` has `c` and `next` has `d` at the same place.
[[nodiscard]] constexpr std::uint64_t pairs_that_are(std::uint64_t here, char c, std::uint64_t next, char d) {
  return zero_octets((here ^ eight_of(c)) | (next ^ eight_of(d)));
}

/// 16 octets side by side.
using Vector [[gnu::vector_size(16)]] = unsigned char;

/// As above, for each of the 16: all bits of an octet are set, or none.
[[nodiscard]] inline Vector octets_that_are(Vector octets, char c) {
  return Vector(octets == static_cast<unsigned char>(c));
}
[[nodiscard]] inline Vector pairs_that_are(Vector here, char c, Vector next, char d) {
  return octets_that_are(here, c) & octets_that_are(next, d);
}

[[nodiscard]] inline Vector load_vector(const char* octets) {
  Vector vector;
  std::memcpy(&vector, octets, sizeof vector);
  return vector;
}

[[nodiscard]] inline bool is_any(Vector hits) {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), &hits, sizeof hits);
  return (halves[0] | halves[1]) != 0;
}

/// Eight octets, the first one in the lowest bits.
[[nodiscard]] inline std::uint64_t load_word(const char* octets) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// The first i for which `hits` is set, else npos. `hits(here, next)` is made of the functions above; `here` holds
/// eight octets of the text and `next` the eight that begin one octet later. Behind the text stands a NUL.
template <typename Hits>
[[nodiscard]] std::size_t first_pair(std::string_view text, Hits hits) {
  const char* const octets = text.data();
  std::size_t i = 0;
  const auto hits_at = [&](std::size_t at) { return hits(load_vector(octets + at), load_vector(octets + at + 1)); };
  while (i + 64 < text.size() && !is_any(hits_at(i) | hits_at(i + 16) | hits_at(i + 32) | hits_at(i + 48))) i += 64;
  for (; i + 8 < text.size(); i += 8)
    if (const std::uint64_t found = hits(load_word(octets + i), load_word(octets + i + 1)); found != 0)
      return i + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  std::array<char, 9> tail{};
  const std::size_t left = text.size() - i;
  if (left > 0) std::memcpy(tail.data(), octets + i, left);
  const std::uint64_t found = hits(load_word(tail.data()), load_word(tail.data() + 1));
  return found != 0 ? i + static_cast<std::size_t>(std::countr_zero(found)) / 8 : std::string_view::npos;
}

/// How far `text` goes on with what `wanted` says.
[[nodiscard]] inline std::size_t common_prefix(std::string_view text, std::string_view wanted) {
  std::size_t n = 0;
  while (n < text.size() && n < wanted.size() && text[n] == wanted[n]) ++n;
  return n;
}

}  // namespace mailhaul::mail
