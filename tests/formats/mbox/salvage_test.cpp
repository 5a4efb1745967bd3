// Files that Dovecot refuses, read all the same (mbox.md, "must do" 2).
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Texts = std::vector<std::string>;

const std::string two = mark + "h: 1\n\nb1\n\n" + mark + "h: 2\n\nb2\n";
const Texts two_texts{"h: 1\n\nb1\n", "h: 2\n\nb2"};

const Finding* finding_of(const MboxWorld& world, FindingKind kind) {
  for (const Finding& finding : world.findings.all)
    if (finding.kind == kind) return &finding;
  return nullptr;
}

struct Row {
  const char* what;
  std::string before;
  Weight weight;
  const char* says;
};

TEST(Salvage, WhatStandsBeforeTheFirstPostmarkIsTold) {
  const std::vector<Row> rows{
      {"trap: one blank line first", "\n", Weight::note, "1 octet before"},
      {"blank lines", "\r\n\n\n", Weight::note, "4 octets"},
      {"a byte order mark", "\xef\xbb\xbf", Weight::note, "3 octets"},
      {"junk", "junk of a program\n", Weight::lost, "18 octets"},
      {"the tail of a cut mailbox", "tail of some body\n\n", Weight::lost, "19 octets"},
      {"NUL octets", std::string(5, '\0') + "\n", Weight::lost, "6 octets"},
      {"a line of prose that begins with From", "From here on\n\n", Weight::lost, "14 octets"},
  };
  for (const Row& row : rows) {
    MboxWorld world;
    world.put(row.before + two);
    EXPECT_EQ(world.texts(), two_texts) << row.what;
    const Finding* const finding = finding_of(world, FindingKind::salvaged);
    ASSERT_NE(finding, nullptr) << row.what;
    EXPECT_EQ(finding->weight, row.weight) << row.what;
    EXPECT_TRUE(contains(finding->text, row.says)) << row.what << ": " << finding->text;
  }
}

TEST(Salvage, AWholeFileIsNoSalvage) {
  MboxWorld world;
  world.put(two);
  EXPECT_EQ(world.texts(), two_texts);
  EXPECT_EQ(finding_of(world, FindingKind::salvaged), nullptr);
}

TEST(Salvage, AFileOfOneLineEndIsAnEmptyMailbox) {
  MboxWorld world;
  world.put("\n");
  EXPECT_TRUE(world.texts().empty());
  EXPECT_NE(finding_of(world, FindingKind::salvaged), nullptr);
}

TEST(Salvage, AMessageThatLostItsPostmarkIsNotLost) {
  MboxWorld world;
  world.put("Subject: headless\nStatus: RO\n\nits body\n\n" + two);
  const auto all = world.read();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].octets, "Subject: headless\n\nits body\n");
  EXPECT_TRUE(all[0].info.flags.has(mail::Flag::seen));
  EXPECT_FALSE(all[0].info.internal_date.has_value());
  EXPECT_EQ(all[0].info.handle.token, "0");
  EXPECT_EQ(all[2].octets, two_texts[1]);
  EXPECT_EQ(finding_of(world, FindingKind::salvaged)->weight, Weight::note);
  EXPECT_EQ(world.findings.count(FindingKind::no_date), 1U);
  // And it can be asked for again.
  const std::vector<store::Handle> wanted{all[0].info.handle, all[1].info.handle};
  const auto source = world.source();
  const auto cursor = source->fetch({}, wanted);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), all[0].octets);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), all[1].octets);
}

TEST(Salvage, TheLengthOfAHeadlessMessageProtectsIt) {
  MboxWorld world;
  const std::string body = "b\n\n" + mark + "inner\n";
  world.put("Subject: headless\nContent-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n" + two);
  const Texts texts = world.texts();
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_EQ(texts[0], "Subject: headless\n\n" + body);
}

TEST(Salvage, OneMessageWithoutAPostmarkIsNoMailbox) {
  MboxWorld world;
  world.put("Subject: x\n\nFrom here on it is text\n");
  EXPECT_EQ(error_of([&] { static_cast<void>(world.source()); }).cause(), Cause::not_a_store);
}

std::string with_cr(std::string text) {
  std::replace(text.begin(), text.end(), '\n', '\r');
  return text;
}

TEST(Salvage, LinesThatEndInCrAloneAreReadAsIfInLf) {
  MboxWorld world;
  world.put(with_cr(two));
  EXPECT_EQ(world.texts(), two_texts);
  EXPECT_TRUE(contains(finding_of(world, FindingKind::salvaged)->text, "CR alone"));
  // As a large one: its first line must not be taken for all of it.
  const std::string body(3'000'000, 'x');
  world.put(with_cr(mark + "h: 1\n\n" + body + "\n\n" + mark + "h: 2\n\n>From x\n"));
  EXPECT_EQ(world.texts(), (Texts{"h: 1\n\n" + body + "\n", "h: 2\n\nFrom x"}));
  // A CR LF in between stays one line end, wherever the blocks end.
  world.put(with_cr(mark + "h: 1\n\n") + std::string(1024 * 1024 - 42, 'x') + "\r\n\r\r\n" + with_cr("\n" + two));
  const Texts texts = world.texts();
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_TRUE(contains(texts[0], "x\r\n\n\r\n"));
  EXPECT_FALSE(contains(texts[0], "x\n\n"));
}

TEST(Salvage, ContentLengthHoldsAcrossCrLineEnds) {
  MboxWorld world;
  const std::string body = "b\n\n" + mark + "inner\n";
  world.put(with_cr(mark + "h: 1\nContent-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n" + two));
  const Texts texts = world.texts();
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_EQ(texts[0], "h: 1\n\n" + body);
}

TEST(Salvage, ThePseudoMessageMayStandBehindABlankLine) {
  MboxWorld world;
  world.put("\n" + mark + "Subject: x\nX-IMAP: 1234567 0000000009\n\ntext\n\n" + two);
  EXPECT_EQ(world.texts(), two_texts);
  EXPECT_EQ(world.source()->folder({}).uid_validity, mail::UidValidity{1234567});
}

}  // namespace
}  // namespace mailhaul::formats::mbox
