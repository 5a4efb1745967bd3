#include "mailhaul/mail/content_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <xxhash.h>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

/// Octets that look random and are the same in every run.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(unsigned seed) : random_(seed) {}
  void fill(std::span<std::byte> out) override {
    for (std::byte& octet : out) octet = static_cast<std::byte>(random_() & 0xffU);
  }

 private:
  test::Random random_;
};

KeySecrets secrets_of(unsigned seed) {
  SeededEntropy entropy(seed);
  return KeySecrets::make(entropy);
}

ContentKey key_of(std::string_view text, const KeySecrets& secrets) {
  KeyHasher hasher(secrets);
  hasher.write(as_bytes(text));
  return hasher.finish();
}

/// Short, middle and long inputs take different ways through XXH3.
std::vector<std::string> samples() {
  std::vector<std::string> texts;
  for (const std::size_t size : {1U, 3U, 8U, 16U, 17U, 128U, 129U, 240U, 241U, 1024U, 100000U})
    texts.push_back("A: b\n\n" + std::string(size, 'x'));
  return texts;
}

TEST(KeySecrets, AreTwoDifferentOnes) {
  const KeySecrets secrets = secrets_of(1);
  EXPECT_NE(secrets.first, secrets.second);
  EXPECT_NE(secrets.first, secrets_of(2).first);
}

TEST(ContentKey, DependsOnBothSecretsAtEverySize) {
  const KeySecrets secrets = secrets_of(1);
  KeySecrets other_first = secrets;
  other_first.first = secrets_of(2).first;
  KeySecrets other_second = secrets;
  other_second.second = secrets_of(2).second;
  for (const std::string& text : samples()) {
    const ContentKey key = key_of(text, secrets);
    const ContentKey first = key_of(text, other_first);
    const ContentKey second = key_of(text, other_second);
    EXPECT_NE(key.hash[0], first.hash[0]);
    EXPECT_NE(key.hash[1], first.hash[1]);
    EXPECT_EQ(key.hash[2], first.hash[2]);
    EXPECT_EQ(key.hash[1], second.hash[1]);
    EXPECT_NE(key.hash[2], second.hash[2]);
    EXPECT_NE(key.hash[3], second.hash[3]);
    EXPECT_EQ(key.folded_octets, text.size());
  }
}

TEST(ContentKey, IsNotTheHashThatAnybodyCanCompute) {
  // safety.md F1-F5: collisions of the unkeyed hash are for sale.
  const KeySecrets secrets = secrets_of(3);
  for (const std::string& text : samples()) {
    const ContentKey key = key_of(text, secrets);
    const XXH128_hash_t known = XXH3_128bits(text.data(), text.size());
    for (const std::uint64_t half : key.hash) {
      EXPECT_NE(half, known.low64);
      EXPECT_NE(half, known.high64);
    }
  }
}

TEST(ContentKey, IsThatOfTheFoldedOctets) {
  const KeySecrets secrets = secrets_of(4);
  const ContentKey key = key_of("A: b\n\n>From x\ny\n", secrets);
  EXPECT_EQ(key_of("Status: RO\r\nA: b\r\n\r\nFrom x\r\ny", secrets), key);
  EXPECT_EQ(key.folded_octets, 14U);
  EXPECT_NE(key_of("A: b\n\n>From x\nY\n", secrets), key);
}

TEST(ContentKey, ChangesWithEveryOctet) {
  const KeySecrets secrets = secrets_of(5);
  const std::string text = "A: b\n\n" + std::string(300, 'x');
  std::set<ContentKey> keys{key_of(text, secrets)};
  for (std::size_t i = 6; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = 'X';
    EXPECT_TRUE(keys.insert(key_of(changed, secrets)).second) << i;
  }
}

TEST(KeyHasher, IsReusableAndDoesNotSeeCuts) {
  const KeySecrets secrets = secrets_of(6);
  test::Random random(29);
  KeyHasher hasher(secrets);
  for (const std::string& text : samples()) {
    test::write_cut(hasher, text, random);
    EXPECT_EQ(hasher.finish(), key_of(text, secrets));
  }
  EXPECT_EQ(hasher.finish(), key_of("", secrets));
  EXPECT_EQ(hasher.finish().folded_octets, 0U);
}

}  // namespace
}  // namespace mailhaul::mail
