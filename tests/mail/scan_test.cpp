#include "mailhaul/mail/scan.hpp"

#include <gtest/gtest.h>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

TEST(FirstPair, FindsTheFirstAtEveryOffset) {
  for (std::size_t size = 0; size < 150; ++size) {
    for (std::size_t at = 0; at + 1 < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\n';
      text[at + 1] = '>';
      EXPECT_EQ(first_pair(text, [](auto here, auto next) { return pairs_that_are(here, '\n', next, '>'); }), at);
    }
  }
}

TEST(FirstPair, IsNotMisledByOctetsThatDifferInOneBit) {
  test::Random random(31);
  const auto slow = [](std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\r' || (text[i] == '\n' && i + 1 < text.size() && text[i + 1] == '>')) return i;
    return std::string_view::npos;
  };
  for (int i = 0; i < 30000; ++i) {
    const std::string text =
        test::text_of(random,
                      {"\n", "\n", ">", ">", "\x0b", "?", "\x8a", "\xbe", std::string_view("\0", 1), "\x0c", "\x01",
                       "\x80", "\xff", i % 8 == 0 ? "\r" : "x"},
                      i % 4 == 0 ? 300 : 60);
    const std::size_t found = first_pair(
        text, [](auto here, auto next) { return octets_that_are(here, '\r') | pairs_that_are(here, '\n', next, '>'); });
    ASSERT_EQ(found, slow(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace mailhaul::mail
