#include "mailhaul/mail/digest.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mailhaul::mail {

TEST(Digest, IsTheSameInEveryVersionSinceItIsStored) { EXPECT_EQ(digest_of(""), "99aa06d3014798d86001c324468d497f"); }

TEST(Digest, DiffersWithEachOctet) {
  EXPECT_NE(digest_of("3 V1 N2\n"), digest_of("3 V1 N3\n"));
  EXPECT_NE(digest_of("3 V1 N2\n"), digest_of("3 V1 N2"));
}

TEST(Digester, GivesTheDigestOfAllPiecesTogether) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + '\n';
  for (const std::size_t octets : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{240}, text.size()}) {
    const std::string_view all = std::string_view(text).substr(0, octets);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
      Digester digester;
      for (std::size_t begin = 0; begin < all.size(); begin += piece)
        digester.write(as_bytes(all.substr(begin, piece)));
      EXPECT_EQ(digester.finish(), digest_of(all)) << octets << " octets in pieces of " << piece;
    }
  }
}

TEST(Digester, TakesAnEmptyPieceAndBeginsAnewWhenItIsFinished) {
  Digester digester;
  digester.write(as_bytes("first"));
  digester.write({});
  EXPECT_EQ(digester.finish(), digest_of("first"));
  digester.write(as_bytes("second"));
  EXPECT_EQ(digester.finish(), digest_of("second"));
  EXPECT_EQ(digester.finish(), digest_of(""));
}

}  // namespace mailhaul::mail
