// T12: mail whose unkeyed XXH3-128 is equal (F1, F2) must not be taken for one another.
#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include <xxhash.h>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

/// The first words of the secret that XXH3 has when it is given none; in its source, for everybody to read.
constexpr std::array<unsigned char, 64> public_secret{
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c};

std::string secret_octets(std::size_t at, std::size_t count) {
  std::string octets(count, '\0');
  std::memcpy(octets.data(), &public_secret.at(at), count);
  return octets;
}

std::uint64_t number_of(const std::string& octets) {
  std::uint64_t number = 0;
  std::memcpy(&number, octets.data(), sizeof number);
  return number;
}

std::string octets_of(std::uint64_t number) {
  std::string octets(sizeof number, '\0');
  std::memcpy(octets.data(), &number, sizeof number);
  return octets;
}

using Twins = std::pair<std::string, std::string>;

std::string letter(std::size_t octets) {
  std::string text = "Subject: pay\n\n";
  while (text.size() < octets) text += "Please pay what was agreed.\n";
  text.resize(octets);
  text.back() = '\n';
  return text;
}

/// Over 240 octets a word adds (its low half ^ secret) * (its high half ^ secret) to one sum and itself to another one.
/// Where the high half is the secret's the product is nothing, so that two such words of one column may give to each
/// other what they like: here one from the amount.
Twins long_twins() {
  constexpr std::size_t stripe = 64;
  Twins twins{letter(400), letter(400)};
  const auto put = [](std::string& text, std::size_t number, const std::string& low) {
    text.replace(number * stripe, 8, low + secret_octets(number * 8 + 4, 4));
  };
  put(twins.first, 2, "1000");
  put(twins.first, 3, "9999");
  put(twins.second, 2, "9000");
  put(twins.second, 3, "1999");
  return twins;
}

/// From 17 to 240 octets 16 of them give the product of both halves ^ secret, and the sum of both. With the first half,
/// or the second, as in the secret the product is nothing, whatever the other half is.
Twins short_twins() {
  constexpr std::size_t at = 32;
  const std::string first = secret_octets(at, 8);
  const std::string second = secret_octets(at + 8, 8);
  const std::string amount = "1000 EUR";
  const std::string other = octets_of(number_of(first) + number_of(amount) - number_of(second));
  Twins twins{letter(200), letter(200)};
  twins.first.replace(at, 16, first + amount);
  twins.second.replace(at, 16, other + second);
  return twins;
}

bool collide(const Twins& twins) {
  const auto hash = [](const std::string& text) { return XXH3_128bits(text.data(), text.size()); };
  return XXH128_isEqual(hash(twins.first), hash(twins.second)) != 0;
}

class Collision : public CliTest, public ::testing::WithParamInterface<Twins> {
 protected:
  static Mail mail_of(const std::string& octets, std::int64_t date) {
    Mail mail = simple_mail("twin", date);
    mail.octets = octets;
    return mail;
  }
  void SetUp() override {
    const Twins& twins = GetParam();
    ASSERT_NE(twins.first, twins.second);
    ASSERT_EQ(twins.first.size(), twins.second.size());
    ASSERT_TRUE(collide(twins)) << "this proves nothing";
    ASSERT_TRUE(collide({folded(twins.first), folded(twins.second)})) << "what is compared does not collide";
    for (const std::string& text : {twins.first, twins.second}) {
      ASSERT_EQ(text.find('\r'), std::string::npos);
      ASSERT_EQ(text.find('\0'), std::string::npos);
    }
    first_ = mail_of(twins.first, 1'000'000'000);
    second_ = mail_of(twins.second, 1'000'000'000);
    fill_maildir(at("M"), {first_, second_});
    write_file(at("mbox"), mbox_of({first_, second_}));
  }
  [[nodiscard]] std::vector<Mail> both() const { return {first_, second_}; }
  [[nodiscard]] static std::vector<Mail> found_at(const std::string& path) {
    return stdfs::is_directory(path) ? read_maildir(path) : read_mbox(path);
  }

  Mail first_{};
  Mail second_{};
};

TEST_P(Collision, BothArrive) {
  for (const std::string& source : {"maildir:" + at("M"), "mbox:" + at("mbox")})
    for (const std::string target : {"maildir:", "mbox:"}) {
      const std::string path = at("target-of-" + source.substr(0, 4) + "-as-" + target.substr(0, 4));
      const Result result = sync({source, target + path});
      EXPECT_TRUE(holds(result.out, "Copied 2 "));
      EXPECT_EQ(difference(both(), found_at(path), As::folded), "");
      expect_settled(source, target + path);
    }
}

TEST_P(Collision, OneIsNotTakenForTheOther) {
  // Each of them alone is at the target, and nothing is known of it.
  for (const std::string target : {"maildir:", "mbox:"})
    for (const Mail& there : both()) {
      forget_runs();
      const std::string path = at("target-" + target.substr(0, 4) + (there.octets == first_.octets ? "1" : "2"));
      if (target == "maildir:")
        fill_maildir(path, {there});
      else
        write_file(path, mbox_of({there}));
      const Result proof = run({"verify", "maildir:" + at("M"), target + path});
      EXPECT_EQ(proof.status, status::some_failed) << proof.out;
      EXPECT_TRUE(holds(proof.err, "Missing 1 of 2 source messages."));
      const Result result = sync({"maildir:" + at("M"), target + path});
      EXPECT_TRUE(holds(result.out, "Copied 1 "));
      EXPECT_EQ(difference(both(), found_at(path), As::folded), "");
    }
}

TEST_P(Collision, OneThatItsUserRemovedStaysRemovedAndTheOtherStays) {
  sync({"maildir:" + at("M"), "maildir:" + at("T")});
  for (const std::string& name : names_in(at("T/cur")))
    if (read_file(at("T/cur/" + name)) == first_.octets) stdfs::remove(at("T/cur/" + name));
  ASSERT_EQ(read_maildir(at("T")).size(), 1U);
  sync({"maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_EQ(difference({second_}, read_maildir(at("T")), As::folded), "");
  // Without a ledger it comes again: what is there is the other one.
  forget_runs();
  sync({"maildir:" + at("M"), "maildir:" + at("T")});
  EXPECT_EQ(difference(both(), read_maildir(at("T")), As::folded), "");
}

TEST_P(Collision, OneThatIsGoneAtTheSourceIsTheOneThatIsRemoved) {
  fill_maildir(at("S"), {first_, second_, simple_mail("another", 1), simple_mail("one more", 2)});
  sync({"maildir:" + at("S"), "maildir:" + at("T")});
  for (const std::string& name : names_in(at("S/cur")))
    if (read_file(at("S/cur/" + name)) == second_.octets) stdfs::remove(at("S/cur/" + name));
  sync({"--delete", "--expunge", "--max-delete=1", "maildir:" + at("S"), "maildir:" + at("T")});
  EXPECT_EQ(
      difference({first_, simple_mail("another", 1), simple_mail("one more", 2)}, read_maildir(at("T")), As::folded),
      "");
}

INSTANTIATE_TEST_SUITE_P(Short, Collision, ::testing::Values(short_twins()),
                         [](const auto&) { return std::string("Of200Octets"); });
INSTANTIATE_TEST_SUITE_P(Long, Collision, ::testing::Values(long_twins()),
                         [](const auto&) { return std::string("Of400Octets"); });

}  // namespace
}  // namespace mailhaul::black_box
