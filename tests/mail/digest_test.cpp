#include "mailhaul/mail/digest.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {

TEST(Digest, IsTheSameInEveryVersionSinceItIsStored) { EXPECT_EQ(digest_of(""), "99aa06d3014798d86001c324468d497f"); }

TEST(Digest, DiffersWithEachOctet) {
  EXPECT_NE(digest_of("3 V1 N2\n"), digest_of("3 V1 N3\n"));
  EXPECT_NE(digest_of("3 V1 N2\n"), digest_of("3 V1 N2"));
}

}  // namespace mailhaul::mail
