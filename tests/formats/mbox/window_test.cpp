#include "formats/mbox/window.hpp"

#include <random>

#include "split_text.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

TEST(Window, ShowsTheFileWhereverItStands) {
  std::string octets;
  std::mt19937 random(1);
  for (int i = 0; i < 5000; ++i) octets += static_cast<char>(random() & 255U);
  const OpenOctets open(octets);
  for (int round = 0; round < 200; ++round) {
    Window window(open.file(), Side::source, octets.size(), 1 + random() % 300);
    for (int step = 0; step < 50; ++step) {
      if (random() % 10 == 0) {
        window.jump(random() % octets.size());
      } else if (!window.is_complete()) {
        window.more(window.begin() + random() % (window.filled() - window.begin() + 1));
      }
      const std::uint64_t at = window.begin() + random() % (window.filled() - window.begin() + 1);
      ASSERT_EQ(window.from(at), std::string_view(octets).substr(at, window.filled() - at));
      if (at < window.filled()) {
        ASSERT_EQ(window.at(at), octets[at]);
      }
    }
    EXPECT_EQ(window.from(window.filled()), "");
    EXPECT_EQ(window.from(octets.size() + 5), "");
    EXPECT_EQ(window.at(window.filled()), '\0');
  }
}

TEST(Window, ALookIsNotAMove) {
  const OpenOctets open("0123456789");
  Window window(open.file(), Side::source, 8, 4);
  window.more(0);
  std::array<char, 4> look{};
  EXPECT_EQ(window.peek(look, 5), 3U);  // the walk ends at 8
  EXPECT_EQ(std::string(look.data(), 3), "567");
  EXPECT_EQ(window.peek(look, 8), 0U);
  EXPECT_EQ(window.peek(look, 100), 0U);
  EXPECT_EQ(window.from(0), "0123");
}

}  // namespace
}  // namespace mailhaul::formats::mbox
