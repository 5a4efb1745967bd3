#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

#include "mailhaul/io/pump.hpp"
#include "mailhaul/io/sink.hpp"
#include "mailhaul/io/source.hpp"

/// For properties of streams: texts made of the words that matter, cut at random.
namespace mailhaul::mail::test {

using Random = std::mt19937;

[[nodiscard]] inline std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

[[nodiscard]] inline std::string text_of(Random& random, std::initializer_list<std::string_view> words,
                                         std::size_t most_words) {
  std::string text;
  for (std::size_t n = below(random, most_words + 1); n > 0; --n) text += words.begin()[below(random, words.size())];
  return text;
}

/// Length of the next piece: mostly a few octets, sometimes many.
[[nodiscard]] inline std::size_t piece_length(Random& random, std::size_t left) {
  const std::size_t wanted = 1 + below(random, below(random, 4) == 0 ? 200 : 5);
  return std::min(wanted, left);
}

/// Hands out `all` in random pieces, each in memory of its own, so that a filter that keeps a view too long is caught
/// by the address sanitizer.
class CutSource final : public io::Source {
 public:
  CutSource(std::string_view all, Random& random) : rest_(all), random_(random) {}
  [[nodiscard]] Bytes read() override {
    piece_ = std::string(rest_.substr(0, piece_length(random_, rest_.size())));
    piece_.shrink_to_fit();
    rest_.remove_prefix(piece_.size());
    return as_bytes(piece_);
  }

 private:
  std::string_view rest_;
  Random& random_;
  std::string piece_{};
};

inline void write_cut(io::Sink& sink, std::string_view text, Random& random) {
  CutSource source(text, random);
  io::copy(source, sink);
}

[[nodiscard]] inline std::string read_all(io::Source& source) {
  io::StringSink all;
  io::copy(source, all);
  return all.take();
}

}  // namespace mailhaul::mail::test
