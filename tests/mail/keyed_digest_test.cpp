#include "mailhaul/mail/keyed_digest.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

class OneByOne final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(next_++ * 37U);
  }

 private:
  unsigned next_ = 1;
};

TEST(KeyedDigest, HangsOnTheTextAndOnBothSecrets) {
  OneByOne entropy;
  const KeySecrets secrets = KeySecrets::make(entropy);
  const std::string digest = keyed_digest(secrets, "bob");
  EXPECT_EQ(digest.size(), 32U);
  EXPECT_EQ(keyed_digest(secrets, "bob"), digest);
  for (const std::string_view other : {"", "bo", "bob\n", "Bob"}) EXPECT_NE(keyed_digest(secrets, other), digest);
  KeySecrets first = secrets;
  first.first[5] ^= std::byte{1};
  KeySecrets second = secrets;
  second.second[5] ^= std::byte{1};
  EXPECT_NE(keyed_digest(first, "bob"), digest);
  EXPECT_NE(keyed_digest(second, "bob"), digest);
}

}  // namespace
}  // namespace mailhaul::mail
