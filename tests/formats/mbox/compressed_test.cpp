#include <algorithm>
#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "formats/mbox/world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using io::Compression;

constexpr std::array all_read{Compression::gzip, Compression::bzip2, Compression::zstd, Compression::xz};

/// Does not compress away.
std::string noise(std::size_t octets) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < octets) text += std::to_string(random()) + (random() % 9 == 0 ? "\n" : " ");
  text.resize(octets - 1);
  return text + "\n";
}

/// Several messages, one protected by its Content-Length, one larger than a block.
std::string several() {
  const std::string protected_body = "one\n\n" + mark + "still the same message\n";
  return mark + "Subject: a\nX-UID: 1\n\nfirst\n\n" + mark +
         "Subject: b\nContent-Length: " + std::to_string(protected_body.size()) + "\n\n" + protected_body + "\n" +
         mark + "Subject: c\nStatus: RO\n\n" + noise(3'000'000) + "\n" + mark + "Subject: d\n\n>From quoted\n\n" +
         mark + "Subject: e\nContent-Length: 99999999\n\nlast\n";
}

TEST(CompressedMbox, IsTheSameMailAsThePlainOne) {
  MboxWorld plain;
  plain.put(several());
  const auto expected = plain.texts();
  ASSERT_EQ(expected.size(), 5U);
  for (const Compression compression : all_read) {
    MboxWorld world;
    world.put(packed(several(), compression));
    const auto messages = world.read();
    ASSERT_EQ(messages.size(), expected.size()) << to_string(compression);
    for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].octets, expected[i]) << i;
    EXPECT_TRUE(messages[2].info.flags.has(mail::Flag::seen));
    EXPECT_EQ(world.findings.count(FindingKind::bad_content_length), 1U);
  }
}

TEST(CompressedMbox, IsCountedWithoutItsBodiesBeingAskedFor) {
  MboxWorld world;
  world.put(packed(several(), Compression::zstd));
  const auto source = world.source();
  const auto cursor = walk_of(*source);
  std::size_t messages = 0;
  while (cursor->next()) ++messages;
  EXPECT_EQ(messages, 5U);
}

TEST(CompressedMbox, IsDetectedWithItsReason) {
  MboxWorld world;
  world.put(packed(several(), Compression::gzip));
  const Evidence evidence = detect(world.context, MboxWorld::path);
  EXPECT_TRUE(evidence.matches);
  EXPECT_EQ(evidence.text,
            "it is compressed with gzip; inside: the first line is a postmark: " + mark.substr(0, mark.size() - 1));
  world.put(packed("ustar, say\n", Compression::gzip));
  EXPECT_FALSE(detect(world.context, MboxWorld::path).matches);
  EXPECT_TRUE(contains(detect(world.context, MboxWorld::path).text, "it is compressed with gzip; inside: "));
  world.put(packed(several(), Compression::gzip).substr(0, 12));
  EXPECT_FALSE(detect(world.context, MboxWorld::path).matches);
  EXPECT_TRUE(contains(detect(world.context, MboxWorld::path).text, "cut short"));
}

TEST(CompressedMbox, EmptyInsideIsAnEmptyMailbox) {
  for (const Compression compression : all_read) {
    MboxWorld world;
    world.put(packed("", compression));
    EXPECT_EQ(world.read().size(), 0U) << to_string(compression);
  }
}

TEST(CompressedMbox, OneThatIsCutShortGivesItsWholeMessagesAndNoPartOfOne) {
  const std::string whole = several();
  const std::string stream = packed(whole, Compression::gzip);
  MboxWorld plain;
  plain.put(whole);
  const auto expected = plain.texts();
  for (const std::size_t length : {stream.size() - 1, stream.size() - 9, stream.size() / 2, std::size_t{2000}}) {
    MboxWorld world;
    world.put(stream.substr(0, length));
    const auto source = world.source();
    const auto cursor = walk_of(*source);
    std::vector<std::string> texts;
    const Error error = error_of([&] {
      while (cursor->next()) texts.push_back(content_of(*cursor));
    });
    EXPECT_EQ(error.cause(), Cause::damaged);
    EXPECT_EQ(error.scope(), Scope::folder) << "nothing behind it can be read";
    ASSERT_LT(texts.size(), expected.size());
    for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i], expected[i]);
    EXPECT_EQ(texts.size(), length == stream.size() - 1 || length == stream.size() - 9 ? 4U : 2U) << length;
    EXPECT_FALSE(cursor->end({}).stable);
  }
}

TEST(CompressedMbox, IsFetchedFromFrontToBack) {
  MboxWorld world;
  world.put(packed(several(), Compression::bzip2));
  const auto all = world.read();
  const auto source = world.source();
  const std::vector<store::Handle> wanted{
      all[4].info.handle, all[2].info.handle, {"3"}, {"99999999"}, all[0].info.handle};
  const auto cursor = source->fetch({}, wanted);
  std::vector<std::string> texts;
  while (cursor->next()) texts.push_back(content_of(*cursor));
  EXPECT_EQ(texts, (std::vector<std::string>{all[0].octets, all[2].octets, all[4].octets}));
}

TEST(CompressedMbox, IsNoTarget) {
  for (const Compression compression : all_read) {
    MboxWorld world;
    const std::string stream = packed(several(), compression);
    world.put(stream);
    const Error error = error_of([&] { static_cast<void>(world.target()); });
    EXPECT_EQ(error.cause(), Cause::refused);
    EXPECT_EQ(error.side(), Side::target);
    EXPECT_EQ(world.octets(), stream);
  }
}

std::string with_cr(std::string text) {
  std::replace(text.begin(), text.end(), '\n', '\r');
  return text;
}

struct Odd {
  const char* what;
  std::string octets;
  SourceOptions options{};
};

SourceOptions decided(std::uint64_t offset, FromLine::Is is) {
  SourceOptions options;
  options.from_lines = {{offset, is}};
  return options;
}

SourceOptions by_rule(PostmarkRule rule) {
  SourceOptions options;
  options.postmark = rule;
  options.audit = true;
  return options;
}

TEST(CompressedMbox, EveryRuleOfPlainOnesHolds) {
  const std::string two = mark + "h: 1\n\nb1\n\n" + mark + "h: 2\n\nb2\n";
  const std::string list = "From bob at example.org  Thu Nov 29 22:33:52 2001\nh: 1\n\nb\n\n" + two;
  const std::string prose = mark + "h: 1\n\nb\nFrom here on\n";
  const std::vector<Odd> rows{
      {"blank lines first", "\n\r\n" + two},
      {"a byte order mark", "\xef\xbb\xbf" + two},
      {"junk first", "junk\n" + two},
      {"much junk first", noise(300'000) + two},
      {"a message without its postmark", "Subject: headless\n\nb\n\n" + two},
      {"lines that end in CR", with_cr(two)},
      {"many of them", with_cr(mark + "h: 1\n\n" + noise(1'000'000) + "\n" + two)},
      {"the pseudo message", mark + "Subject: x\nX-IMAP: 1234567 0000000009\nStatus: RO\n\nb\n\n" + two},
      {"Thunderbird's", "From - Thu Nov 29 22:33:52 2001\nX-Mozilla-Status: 0008\nh: 1\n\nb\n\n" + two},
      {"a list archive", list},
      {"a list archive, strictly", list, by_rule(PostmarkRule::strict)},
      {"a list archive, as Dovecot reads it", list, by_rule(PostmarkRule::dovecot)},
      {"loosely", two + list, by_rule(PostmarkRule::loose)},
      {"a line that is said to be a postmark", prose, decided(prose.find("From here"), FromLine::Is::split)},
      {"a line that is said to be none", two, decided(two.rfind("From "), FromLine::Is::body)},
      {"UIDs", mark + "X-IMAPbase: 1234567 0000000009 k1\nX-UID: 3\nX-Keywords: k1\n\nb\n"},
      {"nothing but a header", mark + "h: 1\n\n"},
      {"nothing but blank lines", "\n\n"},
  };
  const auto told = [](const MboxWorld& world) {
    std::vector<std::string> all;
    for (const Finding& finding : world.findings.all)
      all.push_back(std::string(to_string(finding.kind)) + " " + std::to_string(finding.count) + " " + finding.where +
                    " " + finding.text);
    return all;
  };
  for (const Odd& row : rows) {
    MboxWorld plain;
    plain.put(row.octets);
    const auto wanted = plain.read(row.options);
    const auto folder = plain.source(row.options)->folder({});
    for (const Compression compression : {Compression::gzip, Compression::zstd}) {
      MboxWorld world;
      world.put(packed(row.octets, compression));
      const auto got = world.read(row.options);
      ASSERT_EQ(got.size(), wanted.size()) << row.what;
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].octets, wanted[i].octets) << row.what;
        EXPECT_EQ(got[i].info.handle, wanted[i].info.handle) << row.what;
        EXPECT_EQ(got[i].info.flags, wanted[i].info.flags) << row.what;
        EXPECT_EQ(got[i].info.ids.uid, wanted[i].info.ids.uid) << row.what;
        EXPECT_EQ(got[i].info.internal_date, wanted[i].info.internal_date) << row.what;
      }
      EXPECT_EQ(told(world), told(plain)) << row.what;
      EXPECT_EQ(world.source(row.options)->folder({}).uid_validity, folder.uid_validity) << row.what;
    }
  }
}

TEST(CompressedMbox, AFromLineIsLookedForInThePlainOctets) {
  MboxWorld world;
  world.put(packed(mark + "h: 1\n\nb\n", Compression::gzip));
  for (const std::uint64_t offset : {std::uint64_t{3}, std::uint64_t{1'000'000}})
    EXPECT_EQ(error_of([&] { static_cast<void>(world.source(decided(offset, FromLine::Is::split))); }).cause(),
              Cause::usage);
}

TEST(CompressedMbox, WhatShowsNoMailBeforeItsFaultIsDamagedAndNotPassedOver) {
  const std::string stream = packed(noise(300'000) + mark + "h: 1\n\nb\n", Compression::gzip);
  for (const std::size_t length : {std::size_t{12}, stream.size() / 2}) {
    MboxWorld world;
    world.put(stream.substr(0, length));
    const Error error = error_of([&] { static_cast<void>(world.source()); });
    EXPECT_EQ(error.cause(), Cause::damaged) << length;
    EXPECT_EQ(error.scope(), Scope::run) << length;
    EXPECT_FALSE(error.place().empty());
  }
}

TEST(CompressedMbox, AContentLengthIsFollowedAsFarAsMemoryAllows) {
  const std::string body = noise(20'000'000) + "\n" + mark + "inside\n";
  const std::string text =
      mark + "Content-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n" + mark + "Subject: b\n\nsecond\n";
  MboxWorld world;
  world.put(packed(text, Compression::zstd));
  // Too far to look ahead: searched like one without, and said.
  EXPECT_EQ(world.read().size(), 3U);
  EXPECT_EQ(world.findings.count(FindingKind::bad_content_length), 1U);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
