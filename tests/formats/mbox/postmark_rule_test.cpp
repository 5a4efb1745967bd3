// Which lines split a mailbox: --postmark and --from-line.
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Texts = std::vector<std::string>;

struct Row {
  std::string line;  ///< behind a blank line, before headers
  bool dovecot;      ///< whether it splits
  bool loose;
};

/// mbox.md section 2, a row each, in the order of the table.
const std::vector<Row> section_2{
    {"From a@b Thu Nov 29 22:33:52 2001", true, true},
    {"From a@b  Thu Nov 29 22:33:52 2001", true, true},
    {"From a@b Thu Nov  9 22:33:52 2001", true, true},
    {"From a@b Thu Nov 9 22:33:52 2001", true, true},
    {"From a@b Thu Nov 29 22:33 2001", true, true},
    {"From a@b Thu Nov 29 22:33:52 2001 +0300", true, true},
    {"From a@b Thu Nov 29 22:33:52 +0300 2001", true, true},
    {"From a@b Thu Nov 29 22:33:52 EET 2001", true, true},
    {"From a@b Thu Nov 29 22:33:52 2001 EET", true, true},
    {"From a@b Thu Nov 29 22:33:52 MET DST 2001", false, true},
    {"From bob Thu Nov 29 22:33:52 2001 remote from host", true, true},
    {"From Thu Nov 29 22:33:52 2001", false, true},
    {"From  Thu Nov 29 22:33:52 2001", true, true},
    {"From bob smith Thu Nov 29 22:33:52 2001", false, true},
    {"From \"bob smith\"@x Thu Nov 29 22:33:52 2001", true, true},
    {"From - Thu Nov 29 22:33:52 2001", true, true},
    {"From ???@??? Thu Nov 29 22:33:52 2001", true, true},
    {"From MAILER-DAEMON Thu Nov 29 22:33:52 2001", true, true},
    {"From 1582834@xxx Mon Feb 05 21:09:53 +0000 2018", true, true},
    {"From a@b Thu, 29 Nov 2001 22:33:52 -0500", true, true},
    {"From a@b 2001-11-29 22:33:52", false, true},
    {"From a@b 2001-11-29T22:33:52Z", false, true},
    {"From a@b Do Nov 29 22:33:52 2001", false, true},
    {"From a@b Thu Nov 29 22:33:52 01", false, true},
    {"From a@b Thu Nov 29 2:33:52 2001", false, true},
    {"From a@b Thu Foo 29 22:33:52 2001", false, true},
    {"From a@b thu nov 29 22:33:52 2001", true, true},
    {"From a@b Thu Nov 29 22:33:52 2001   ", true, true},
    {"From the very start it was clear", false, false},
    {"From ", false, true},
    {"From a@b", false, true},
    {"From\ta@b Thu Nov 29 22:33:52 2001", false, false},
    // and of real files
    {"From bob at example.org  Thu Nov 29 22:33:52 2001", false, true},
    {"From - ", false, true},
    {"From this principle, all of life and physics may be deduced.", false, false},
};

SourceOptions with(PostmarkRule rule) {
  SourceOptions options;
  options.postmark = rule;
  return options;
}

std::size_t count(const std::string& octets, PostmarkRule rule) {
  MboxWorld world;
  world.put(octets);
  return world.texts(with(rule)).size();
}

TEST(PostmarkRule, EveryRowOfTheTableUnderEveryRule) {
  for (const Row& row : section_2) {
    const std::string behind_blank = mark + "h: 1\n\nb1\n\n" + row.line + "\nh: 2\n\nb2\n";
    const std::size_t dovecot = row.dovecot ? 2 : 1;
    EXPECT_EQ(count(behind_blank, PostmarkRule::dovecot), dovecot) << row.line;
    EXPECT_EQ(count(behind_blank, PostmarkRule::first_line), dovecot) << row.line;
    EXPECT_EQ(count(behind_blank, PostmarkRule::strict), dovecot) << row.line;
    EXPECT_EQ(count(behind_blank, PostmarkRule::loose), row.loose ? 2U : 1U) << row.line;
    const std::string behind_text = mark + "h: 1\n\nb1\n" + row.line + "\nh: 2\n\nb2\n";
    EXPECT_EQ(count(behind_text, PostmarkRule::dovecot), dovecot) << row.line;
    EXPECT_EQ(count(behind_text, PostmarkRule::strict), 1U) << row.line;
    // The first line decides, where it is mail at all.
    MboxWorld world;
    const std::string first = row.line + "\nh: 1\n\nb1\n\nFrom c at d  Thu Nov 29 22:33:52 2001\nh: 2\n\nb2\n";
    world.put(first);
    if (!row.loose) continue;
    EXPECT_EQ(world.texts().size(), row.dovecot ? 1U : 2U) << row.line;
    EXPECT_EQ(world.findings.count(FindingKind::odd_postmark), 1U) << row.line;  // rejected, or taken as loose
  }
}

TEST(PostmarkRule, WhatHasNoDateNeedsAHeaderBehindIt) {
  const std::string begin = mark + "h: 1\n\nb1\n\n";
  for (const std::string line : {"From - \n", "From a@b\n", "From \n"}) {
    EXPECT_EQ(count(begin + line + "h: 2\n\nb\n", PostmarkRule::loose), 2U) << line;
    EXPECT_EQ(count(begin + line + "text\n", PostmarkRule::loose), 1U) << line;
    EXPECT_EQ(count(begin + line, PostmarkRule::loose), 1U) << line;
    // "From - " alone is taken behind text: Mozilla's own mailboxes have it so.
    const std::size_t behind_text = line == "From - \n" ? 2 : 1;
    EXPECT_EQ(count(mark + "h: 1\n\nb1\n" + line + "h: 2\n\nb\n", PostmarkRule::loose), behind_text) << line;
  }
}

TEST(PostmarkRule, ALooseFileIsSplitTheSameInBlocksOfAnySize) {
  std::string octets;
  for (const Row& row : section_2) octets += row.line + "\nh: 1\n\nb\nFrom a@b\n" + row.line + "\n\n";
  for (const PostmarkRule rule : {PostmarkRule::loose, PostmarkRule::strict}) {
    MboxWorld world;
    world.put(octets);
    const Texts wanted = world.texts(with(rule));
    // Enough of them that blocks of 64 KiB, as fetch uses, end anywhere.
    std::string many;
    Texts wanted_many;
    while (many.size() < 300'000) many += octets;
    world.put(many);
    const auto all = world.read(with(rule));
    std::vector<store::Handle> handles;
    for (const Got& got : all) handles.push_back(got.info.handle);
    const auto source = world.source(with(rule));
    const auto cursor = source->fetch({}, handles);
    std::size_t at = 0;
    for (; cursor->next(); ++at) ASSERT_EQ(content_of(*cursor), all.at(at).octets);
    EXPECT_EQ(at, all.size());
    EXPECT_GT(all.size(), wanted.size());
  }
}

TEST(PostmarkRule, StrictTakesNoPostmarkInAHeaderBlock) {
  EXPECT_EQ(count(mark + "h: 1\n" + mark + "h: 2\n\nb\n", PostmarkRule::strict), 1U);
  EXPECT_EQ(count(mark + "h: 1\n\n" + mark + "h: 2\n\nb\n", PostmarkRule::strict), 2U);
  EXPECT_EQ(count(mark + "h: 1\r\n\r\nb\r\n\r\n" + mark + "h: 2\n\nb\n", PostmarkRule::strict), 2U);
  EXPECT_EQ(count(mark + "h: 1\nContent-Length: 1\n\nb\n" + mark + "h: 2\n\nb\n", PostmarkRule::strict), 2U);
}

TEST(PostmarkRule, DatesOfLoosePostmarksAreReadWhereTheyAreThere) {
  MboxWorld world;
  world.grow_old();
  world.put("From bob at x.org  Thu Nov 29 22:33:52 2001\nh: 1\n\nb\n\nFrom - \nh: 2\n\nb\n\n"
            "From a@b 2001-11-29T22:33:52Z\nh: 3\n\nb\n");
  const auto all = world.read();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].info.internal_date, mail::InternalDate{std::chrono::seconds{1007073232 - 3600}});
  EXPECT_EQ(all[0].info.hints.envelope_sender, "bob at x.org");
  EXPECT_FALSE(all[1].info.internal_date.has_value());
  EXPECT_EQ(all[1].info.hints.file_time, mail::InternalDate{std::chrono::seconds{1700000000}});
  EXPECT_EQ(all[2].info.internal_date, mail::InternalDate{std::chrono::seconds{1007073232}});
  EXPECT_EQ(world.findings.count(FindingKind::no_zone), 1U);
  EXPECT_EQ(world.findings.count(FindingKind::no_date), 1U);
}

/// The offset of the n-th place of `text`.
std::uint64_t at(const std::string& octets, const std::string& text, int n = 1) {
  std::size_t found = octets.find(text);
  for (; n > 1; --n) found = octets.find(text, found + 1);
  return found;
}

SourceOptions with(std::vector<FromLine> lines) {
  SourceOptions options;
  options.from_lines = std::move(lines);
  return options;
}

TEST(FromLine, TheOperatorDecides) {
  const std::string octets = mark + "h: 1\n\nb1\n\nFrom here on\nh: 2\n\nb2\n\n" + mark + "h: 3\n\nb3\n";
  MboxWorld world;
  world.put(octets);
  EXPECT_EQ(world.texts().size(), 2U);
  const FromLine split{at(octets, "From here"), FromLine::Is::split};
  const FromLine body{at(octets, mark, 2), FromLine::Is::body};
  EXPECT_EQ(world.texts(with({split})), (Texts{"h: 1\n\nb1\n", "h: 2\n\nb2\n", "h: 3\n\nb3"}));
  EXPECT_EQ(world.texts(with({body})), (Texts{"h: 1\n\nb1\n\nFrom here on\nh: 2\n\nb2\n\n" + mark + "h: 3\n\nb3"}));
  EXPECT_EQ(world.texts(with({body, split})), (Texts{"h: 1\n\nb1\n", "h: 2\n\nb2\n\n" + mark + "h: 3\n\nb3"}));
  // What was split so can be asked for.
  const auto source = world.source(with({split}));
  const std::vector<store::Handle> handles{{std::to_string(split.offset)}};
  const auto cursor = source->fetch({}, handles);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(content_of(*cursor), "h: 2\n\nb2\n");
  EXPECT_FALSE(cursor->info().internal_date.has_value());
}

TEST(FromLine, ALineThatTheFileEndsInCanBeSaidToBeAPostmark) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\nFrom cut");
  EXPECT_EQ(world.texts(with({{world.octets().rfind("From "), FromLine::Is::split}})), (Texts{"h: 1\n\nb", ""}));
  world.put("B\nFrom ]");
  EXPECT_EQ(world.texts(with({{2, FromLine::Is::split}})), Texts{""});
}

TEST(FromLine, GoesBeforeContentLength) {
  const std::string body = "text\n\n" + mark + "h: 2\n\nbye\n";
  const std::string octets =
      mark + "h: 1\nContent-Length: " + std::to_string(body.size()) + "\n\n" + body + "\n" + mark + "h: 3\n\nb3\n";
  MboxWorld world;
  world.put(octets);
  EXPECT_EQ(world.texts().size(), 2U);
  EXPECT_EQ(world.texts(with({{at(octets, mark, 2), FromLine::Is::split}})).size(), 3U);
  // The boundary that the length leads to is said to be text: so the length is not believed.
  EXPECT_EQ(world.texts(with({{at(octets, mark, 3), FromLine::Is::body}})).size(), 2U);
}

TEST(FromLine, MaySplitRightBehindAPostmark) {
  const std::string octets = mark + mark + "h: 1\n\nb\n";
  MboxWorld world;
  world.put(octets);
  EXPECT_EQ(world.texts().size(), 1U);
  EXPECT_EQ(world.texts(with({{mark.size(), FromLine::Is::split}})), (Texts{"", "h: 1\n\nb"}));
}

TEST(FromLine, MayNameTheFirstMessage) {
  const std::string octets = "junk\nFrom nobody\nh: 1\n\nb\n\n" + mark + "h: 2\n\nb\n";
  MboxWorld world;
  world.put(octets);
  EXPECT_EQ(world.texts().size(), 1U);
  EXPECT_EQ(world.texts(with({{5, FromLine::Is::split}})).size(), 2U);
}

TEST(FromLine, WhatStandsNowhereIsAMistake) {
  const std::string octets = mark + "h: 1\n\nb1 From here\n";
  MboxWorld world;
  world.put(octets);
  for (const std::uint64_t offset : {std::uint64_t{3}, at(octets, "From here"), std::uint64_t{9999}}) {
    const Error error = error_of([&] { static_cast<void>(world.source(with({{offset, FromLine::Is::body}}))); });
    EXPECT_EQ(error.cause(), Cause::usage) << offset;
    EXPECT_EQ(error.scope(), Scope::run) << offset;
  }
  const Error first = error_of([&] { static_cast<void>(world.source(with({{0, FromLine::Is::body}}))); });
  EXPECT_EQ(first.cause(), Cause::usage);
}

TEST(Audit, ListsEveryDoubtfulLineWithItsOffsetAndDecision) {
  const std::string octets = mark + "h: 1\n\na\n\nFrom the start\nb\n" + mark + "no header\n\nc\nFrom again\n";
  MboxWorld world;
  world.put(octets);
  static_cast<void>(world.texts());
  EXPECT_EQ(world.findings.count(FindingKind::odd_postmark), 4U);
  world.findings.all.clear();
  SourceOptions options;
  options.audit = true;
  static_cast<void>(world.texts(options));
  Texts told;
  for (const Finding& finding : world.findings.all)
    if (finding.kind == FindingKind::odd_postmark) told.push_back(finding.where + " " + finding.text);
  ASSERT_EQ(told.size(), 4U);
  const auto expect = [&](std::size_t i, std::uint64_t offset, const char* decision, const char* line) {
    EXPECT_TRUE(contains(told[i], "octet " + std::to_string(offset) + " ")) << told[i];
    EXPECT_TRUE(contains(told[i], decision)) << told[i];
    EXPECT_TRUE(contains(told[i], line)) << told[i];
  };
  expect(0, at(octets, "From the"), "body", "From the start");
  expect(1, at(octets, mark, 2), "split", "From a@b");
  expect(2, at(octets, mark, 2), "split", "no header line");
  expect(3, at(octets, "From again"), "body", "From again");
}

}  // namespace
}  // namespace mailhaul::formats::mbox
