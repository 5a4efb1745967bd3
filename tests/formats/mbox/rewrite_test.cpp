#include <algorithm>

#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

TEST_F(MboxRewrite, AFlagComesBehindTheHeaderOfAMessageWithoutOne) {
  world.put(a_b_c);
  set(0, adding({Flag::seen, Flag::flagged, Flag::answered}, {"work"}));
  EXPECT_EQ(world.octets(), mark + "Subject: a\nStatus: R\nX-Status: AF\nX-Keywords: work\n\nba\n\n" +
                                a_b_c.substr(a_b_c.find(mark, 1)));
  expect_nothing_left();
}

TEST_F(MboxRewrite, ALineThatIsThereKeepsItsPlaceAndSpelling) {
  world.put(mark + "STATUS:  O   \nSubject: a\nx-status: F\nx-keywords: one two     \nTo: x\n\nba\n\n");
  set(0, {{Flag::seen, Flag::answered}, {Flag::flagged}, {"three"}, {"ONE"}});
  EXPECT_EQ(world.octets(),
            mark + "STATUS:  RO   \nSubject: a\nx-status: A\nx-keywords: two three     \nTo: x\n\nba\n\n");
}

TEST_F(MboxRewrite, FlagsAndKeywordsOfEachVariantComeBackAsAskedFor) {
  for (const Variant variant : {Variant::rd, Variant::o, Variant::cl, Variant::cl2, Variant::dovecot}) {
    MboxWorld fresh;
    world.memory.put_file(MboxWorld::path, "", MboxWorld::bob, 0600);
    const std::string body = "h: 1\n\nFrom here on\n\n" + mark + "x\n";
    store::MessageInfo info;
    info.flags = {Flag::seen, Flag::draft};
    info.keywords = {"old"};
    const auto made = [&](MboxWorld& in) { in.append({{body, info}, {body, {}}, {body, info}}, variant); };
    made(fresh);
    world.memory.remove(MboxWorld::path);
    made(world);
    SourceOptions reading;
    if (variant == Variant::o || variant == Variant::cl) reading.quoting = mail::FromQuoting::o;
    EXPECT_EQ(
        change({{1, adding({Flag::passed, Flag::seen}, {"new"})}, {2, removing({Flag::draft}, {"old"})}}, variant),
        (std::vector<Outcome>{Outcome::done, Outcome::done}));
    const auto before = fresh.read(reading);
    const auto after = world.read(reading);
    ASSERT_EQ(after.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(after[i].octets, before[i].octets);
      EXPECT_EQ(after[i].info.internal_date, before[i].info.internal_date);
      EXPECT_EQ(after[i].info.ids.uid, before[i].info.ids.uid);
    }
    EXPECT_EQ(after[0].info.flags, (mail::FlagSet{Flag::seen, Flag::draft}));
    EXPECT_EQ(after[1].info.flags, (mail::FlagSet{Flag::seen, Flag::passed}));
    EXPECT_TRUE(after[1].info.keywords == (mail::KeywordSet{"$Forwarded", "new"}));
    EXPECT_EQ(after[2].info.flags, mail::FlagSet{Flag::seen});
    EXPECT_TRUE(after[2].info.keywords.empty());
    if (variant == Variant::dovecot) {
      const auto known = world.source()->folder({}).keywords;
      for (const char* name : {"old", "new", "$Forwarded"})
        EXPECT_EQ(std::count(known.begin(), known.end(), name), 1) << name;
      EXPECT_TRUE(before[2].info.ids.uid.has_value());
    }
  }
}

TEST_F(MboxRewrite, EachWayToSayAFlagIsTakenAway) {
  world.put(mark + "Status: RrO\nX-Status: AF\nStatus: R\nX-Keywords: a\n b\n c\n\nb\n\n");
  set(0, removing({Flag::seen, Flag::answered}, {"b"}));
  EXPECT_EQ(world.octets(), mark + "Status: O\nX-Status: F\nStatus: \nX-Keywords: a c\n\nb\n\n");
}

TEST_F(MboxRewrite, WhatIsSoAlreadyIsNotWritten) {
  world.put(a_b_c);
  const auto before = world.memory.status_of(MboxWorld::path);
  EXPECT_EQ(change({{0, removing({Flag::seen})}, {1, adding({})}}), std::vector<Outcome>(2, Outcome::unchanged));
  const auto after = world.memory.status_of(MboxWorld::path);
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.changed, before.changed);
}

TEST_F(MboxRewrite, CrLfStaysCrLf) {
  const std::string crlf_mark = mark.substr(0, mark.size() - 1) + "\r\n";
  world.put(crlf_mark + "Subject: a\r\nX-Keywords: k\r\n\r\nb\r\n\r\n" + crlf_mark + "Subject: b\r\n\r\nb\r\n\r\n");
  EXPECT_EQ(change({{0, adding({Flag::flagged}, {"l"})}, {1, adding({Flag::seen})}}),
            std::vector<Outcome>(2, Outcome::done));
  EXPECT_EQ(world.octets(), crlf_mark + "Subject: a\r\nX-Keywords: k l\r\nX-Status: F\r\n\r\nb\r\n\r\n" + crlf_mark +
                                "Subject: b\r\nStatus: R\r\n\r\nb\r\n\r\n");
}

TEST_F(MboxRewrite, AMessageWithoutAnEmptyLineKeepsItsText) {
  // The line end before the next postmark is the separator's: a line behind the last one would take it.
  world.put(mark + "Subject: a\nTo: x\n" + mark + mark.substr(0, mark.size() - 1) + "\n" + mark + "\n" + mark +
            "Subject: d");
  const Texts before = world.texts();
  ASSERT_EQ(before.size(), 4U);
  const auto outcomes = change(
      {{0, adding({Flag::seen})}, {1, adding({Flag::seen})}, {2, adding({Flag::seen})}, {3, adding({Flag::seen})}});
  EXPECT_EQ(world.texts(), before);
  // In front of a text that begins with a postmark line there is no place: it would become one.
  EXPECT_EQ(outcomes, (std::vector<Outcome>{Outcome::done, Outcome::unchanged, Outcome::done, Outcome::done}));
  EXPECT_EQ(world.findings.count(FindingKind::flags_differ), 1U);
  for (const std::size_t i : {0U, 2U, 3U}) EXPECT_TRUE(world.read()[i].info.flags.has(Flag::seen)) << i;
}

TEST_F(MboxRewrite, ABodyUnderItsContentLengthIsNotLookedInto) {
  const std::string body = "one\n\n" + mark + "Status: R\n\ntwo\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\n";
  world.put(mark + length + "Status: O\n\n" + body + "\n" + mark + "Subject: b\n\nb\n\n");
  ASSERT_EQ(world.texts().size(), 2U);
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {1, adding({Flag::seen})}}), std::vector<Outcome>(2, Outcome::done));
  EXPECT_EQ(world.octets(), mark + length + "Status: RO\n\n" + body + "\n" + mark + "Subject: b\nStatus: R\n\nb\n\n");
  expunge(0);
  EXPECT_EQ(world.octets(), mark + "Subject: b\nStatus: R\n\nb\n\n");
}

TEST_F(MboxRewrite, AWrongContentLengthMustNotBeginToLeadSomewhere) {
  // Once b is gone the length of a leads to the postmark of d, and c would be a part of a.
  const std::string b = mark + "Subject: b\n\n" + std::string(40, 'b') + "\n\n";
  const std::string c = mark + "Subject: c\n\nc\n\n";
  const std::string d = mark + "Subject: d\n\nd\n\n";
  const std::string body = "ba\n\n";
  const std::string a = mark + "Content-Length: " + std::to_string(body.size() + c.size() - 1) + "\n\n" + body;
  world.put(a + b + c + d);
  ASSERT_EQ(world.texts().size(), 4U);
  EXPECT_EQ(change({{1}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.octets(), a + b + c + d);
  ASSERT_EQ(world.findings.count(FindingKind::flags_differ), 1U);
  expect_nothing_left();
}

TEST_F(MboxRewrite, AKeywordThatTheBaseHasNoRoomForIsLeftOut) {
  world.put(mark + "Subject: a\nX-IMAPbase: 1234567\n\nba\n\n");
  EXPECT_EQ(change({{0, adding({Flag::seen}, {"k"})}, {0, adding({}, {"no name"})}}, Variant::dovecot),
            (std::vector<Outcome>{Outcome::done, Outcome::unchanged}));
  EXPECT_EQ(world.octets(), mark + "Subject: a\nX-IMAPbase: 1234567\nStatus: R\n\nba\n\n");
  EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U);
}

TEST_F(MboxRewrite, WhatThunderbirdSaysStays) {
  world.put(
      "From - Thu Nov 29 22:33:52 2001\nX-Mozilla-Status: 0005\nX-Mozilla-Status2: 00000000\nSubject: a\n\nb\n\n");
  EXPECT_EQ(change({{0, removing({Flag::seen})}}), std::vector<Outcome>{Outcome::unchanged});
  EXPECT_EQ(world.findings.count(FindingKind::flags_differ), 1U);
  set(0, {{Flag::answered}, {}, {}, {}});
  EXPECT_EQ(world.read()[0].info.flags, (mail::FlagSet{Flag::seen, Flag::flagged, Flag::answered}));
  expunge(0);
}

TEST_F(MboxRewrite, AChangedFileIsLeftAlone) {
  world.put(a_b_c);
  const std::string theirs = mark + "Subject: d\n\nbd\n\n";
  before_changes = [&] { Intruder(world).append(theirs); };
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {1}}), std::vector<Outcome>(2, Outcome::gone_or_changed));
  EXPECT_EQ(world.octets(), a_b_c + theirs);
}

TEST_F(MboxRewrite, WithoutAStampNothingIsChanged) {
  world.put(a_b_c);
  const auto store = world.target();
  const auto writer = store->open_folder({}, {});
  writer->change_flags({"0"}, adding({Flag::seen}));
  writer->expunge({{"0"}, {}, {}});
  for (const store::Receipt& receipt : writer->flush()) EXPECT_EQ(receipt.outcome, Outcome::gone_or_changed);
  EXPECT_EQ(world.octets(), a_b_c);
}

TEST_F(MboxRewrite, AppendsOfTheSameBatchComeIntoTheNewFile) {
  for (const bool is_stale : {false, true}) {
    MboxWorld w;
    w.put(a_b_c);
    const auto store = w.target();
    const auto cursor = walk_of(*store);
    while (cursor->next()) {
    }
    const auto writer = store->open_folder({}, {});
    writer->as_of(is_stale ? store::Stamp{"another", false} : *cursor->end({}).stamp);
    const auto put = [&](const char* text) {
      const auto one = writer->append({});
      one->write(as_bytes(text));
      one->commit();
    };
    put("Subject: d\n\nbd\n");
    writer->expunge({{"0"}, {}, {}});
    put("Subject: e\n\nbe\n");
    const auto receipts = writer->flush();
    ASSERT_EQ(receipts.size(), 3U);
    EXPECT_EQ(receipts[0].outcome, Outcome::done);
    EXPECT_EQ(receipts[1].outcome, is_stale ? Outcome::gone_or_changed : Outcome::done);
    EXPECT_EQ(receipts[2].outcome, Outcome::done);
    const auto now = w.read();
    ASSERT_EQ(now.size(), is_stale ? 5U : 4U);
    EXPECT_EQ(now[now.size() - 2].info.handle, receipts[0].handle);
    EXPECT_EQ(now.back().info.handle, receipts[2].handle);
    EXPECT_TRUE(contains(now.back().octets, "Subject: e"));
  }
}

TEST_F(MboxRewrite, OurOwnAppendsLeaveTheStampGood) {
  world.put(a_b_c);
  const auto store = world.target();
  const auto cursor = walk_of(*store);
  while (cursor->next()) {
  }
  const auto writer = store->open_folder({}, {});
  writer->as_of(*cursor->end({}).stamp);
  const auto one = writer->append({});
  one->write(as_bytes("Subject: d\n\nbd\n"));
  one->commit();
  EXPECT_EQ(writer->flush().size(), 1U);
  writer->change_flags({"0"}, adding({Flag::seen}));
  EXPECT_EQ(writer->flush().at(0).outcome, Outcome::done);
  EXPECT_EQ(world.read().size(), 4U);
  // Now all offsets are others.
  writer->change_flags({"0"}, adding({Flag::flagged}));
  EXPECT_EQ(writer->flush().at(0).outcome, Outcome::gone_or_changed);
}

}  // namespace
}  // namespace mailhaul::formats::mbox
