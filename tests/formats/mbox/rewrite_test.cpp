#include <algorithm>
#include <cerrno>

#include "formats/mbox/replaced_file.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using mail::Flag;
using store::FlagChange;
using Outcome = store::Receipt::Outcome;
using Texts = std::vector<std::string>;

FlagChange adding(mail::FlagSet flags, mail::KeywordSet keywords = {}) { return {flags, {}, std::move(keywords), {}}; }
FlagChange removing(mail::FlagSet flags, mail::KeywordSet keywords = {}) {
  return {{}, flags, {}, std::move(keywords)};
}

/// An mbox whose messages are asked for by their place in it.
class MboxRewrite : public testing::Test {
 protected:
  struct Change {
    std::size_t message = 0;
    std::optional<FlagChange> flags{};  ///< nothing: it is expunged
  };
  using Changes = std::vector<Change>;

  /// As a run does: one walk, then the changes under its stamp.
  std::vector<Outcome> change(const Changes& changes, Variant variant = Variant::rd) {
    const auto store = world.target(variant);
    const auto cursor = walk_of(*store);
    std::vector<store::MessageInfo> seen;
    while (cursor->next()) seen.push_back(cursor->info());
    const auto writer = store->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    if (before_changes) before_changes();
    for (const Change& one : changes) {
      const store::MessageInfo& info = seen.at(one.message);
      if (one.flags)
        writer->change_flags(info.handle, *one.flags);
      else
        writer->expunge({info.handle, info.flags, info.keywords});
    }
    std::vector<Outcome> outcomes;
    for (const store::Receipt& receipt : writer->flush()) outcomes.push_back(receipt.outcome);
    if (after_flush) after_flush();
    store::NoNumberedMessages none;
    writer->finish({}, none);
    return outcomes;
  }
  /// Of one message; done.
  void set(std::size_t message, const FlagChange& flags, Variant variant = Variant::rd) {
    EXPECT_EQ(change({{message, flags}}, variant), std::vector<Outcome>{Outcome::done});
  }
  void expunge(std::size_t message) { EXPECT_EQ(change({{message}}), std::vector<Outcome>{Outcome::done}); }
  [[nodiscard]] MailboxPlace place() {
    return {MboxWorld::path, fs::Directory::open_root(world.kernel, world.entropy, "/var/mail", {}), "bob"};
  }
  [[nodiscard]] std::vector<std::string> names() const { return world.memory.names_in("/var/mail"); }
  void expect_nothing_left() const { EXPECT_EQ(names(), std::vector<std::string>{"bob"}); }

  MboxWorld world{};
  std::function<void()> before_changes{};
  std::function<void()> after_flush{};
};

const std::string a_b_c =
    mark + "Subject: a\n\nba\n\n" + mark + "Subject: b\nStatus: O\n\nbb\n\n" + mark + "Subject: c\n\nbc\n\n";

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

TEST_F(MboxRewrite, MessagesGoWithTheirSeparators) {
  for (const Changes& gone : {Changes{{0}}, Changes{{1}}, Changes{{2}}, Changes{{2}, {0}}, Changes{{0}, {1}}}) {
    world.put(a_b_c);
    Texts texts = world.texts();
    EXPECT_EQ(change(gone), std::vector<Outcome>(gone.size(), Outcome::done));
    for (const Change& one : gone) texts[one.message].clear();
    texts.erase(std::remove(texts.begin(), texts.end(), ""), texts.end());
    EXPECT_EQ(world.texts(), texts);
    expect_nothing_left();
  }
}

TEST_F(MboxRewrite, AMessageIsTakenAwayOnlyAsItWasSeen) {
  world.put(a_b_c);
  const auto store = world.target();
  const auto cursor = walk_of(*store);
  ASSERT_TRUE(cursor->next());
  const store::Handle handle = cursor->info().handle;
  while (cursor->next()) {
  }
  const auto writer = store->open_folder({}, {});
  writer->as_of(*cursor->end({}).stamp);
  writer->expunge({handle, {Flag::seen}, {}});
  writer->expunge({handle, {}, {"k"}});
  writer->expunge({{"7"}, {}, {}});
  writer->expunge({{"no number"}, {}, {}});
  for (const store::Receipt& receipt : writer->flush()) EXPECT_EQ(receipt.outcome, Outcome::gone_or_changed);
  EXPECT_EQ(world.octets(), a_b_c);
}

TEST_F(MboxRewrite, ChangesOfOneMessageAreMadeInTheirOrder) {
  world.put(a_b_c);
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {0, adding({Flag::seen})}, {0}, {1}, {1, adding({Flag::seen})}}),
            (std::vector<Outcome>{Outcome::done, Outcome::unchanged, Outcome::gone_or_changed, Outcome::done,
                                  Outcome::gone_or_changed}));
  EXPECT_EQ(world.texts().size(), 2U);
}

TEST_F(MboxRewrite, AnMboxWhoseMessagesAreAllGoneIsEmpty) {
  world.put(a_b_c);
  EXPECT_EQ(change({{0}, {1}, {2}}), std::vector<Outcome>(3, Outcome::done));
  EXPECT_EQ(world.octets(), "");
  EXPECT_TRUE(world.memory.exists(MboxWorld::path));
}

const std::string base = "X-IMAPbase: 1234567 0000000009 one   \n";

TEST_F(MboxRewrite, TheBaseGoesOverToTheNextMessage) {
  world.put(mark + "Subject: a\n" + base + "X-UID: 3\n\nba\n\n" + mark + "Subject: b\nX-UID: 5\nStatus: O\n\nbb\n\n" +
            mark + "Subject: c\nX-UID: 9\n\nbc\n\n");
  EXPECT_EQ(change({{0}, {2, adding({}, {"two"})}}, Variant::dovecot), std::vector<Outcome>(2, Outcome::done));
  EXPECT_EQ(world.octets(), mark + "Subject: b\nX-IMAPbase: 1234567 0000000009 one two   \nX-UID: 5\nStatus: O\n\n" +
                                "bb\n\n" + mark + "Subject: c\nX-UID: 9\nX-Keywords: two\n\nbc\n\n");
  const auto left = world.read();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].info.ids.uid, mail::Uid{5});
  EXPECT_EQ(left[1].info.ids.uid, mail::Uid{9});
}

TEST_F(MboxRewrite, TheBaseOfTheLastMessageGetsOneThatIsNoMail) {
  world.put(mark + "Subject: a\n" + base + "X-UID: 3\n\nba\n\n");
  EXPECT_EQ(change({{0}}, Variant::dovecot), std::vector<Outcome>{Outcome::done});
  EXPECT_TRUE(world.texts().empty());
  const store::FolderInfo info = world.source()->folder({});
  EXPECT_EQ(info.uid_validity, mail::UidValidity{1234567});
  EXPECT_EQ(info.next_uid, mail::Uid{10});
  EXPECT_EQ(info.keywords, Texts{"one"});
  // Once more: it is no mail that could go.
  const std::string before = world.octets();
  const auto store = world.target(Variant::dovecot);
  const auto cursor = walk_of(*store);
  EXPECT_FALSE(cursor->next());
  const auto writer = store->open_folder({}, {});
  writer->as_of(*cursor->end({}).stamp);
  writer->expunge({{"0"}, {Flag::seen}, {}});
  EXPECT_EQ(writer->flush().at(0).outcome, Outcome::gone_or_changed);
  EXPECT_EQ(world.octets(), before);
}

TEST_F(MboxRewrite, TheBaseGetsAMessageOfItsOwnWhereTheNextHasNoPlace) {
  const std::string no_place = mark + " no field\n" + mark + "Subject: c\nX-UID: 9\n\nbc\n\n";
  world.put(mark + "Subject: a\n" + base + "X-UID: 3\n\nba\n\n" + no_place);
  const Texts before = world.texts();
  ASSERT_EQ(before.size(), 3U);
  EXPECT_EQ(change({{0}}, Variant::dovecot), std::vector<Outcome>{Outcome::done});
  EXPECT_EQ(world.texts(), (Texts{before[1], before[2]}));
  EXPECT_TRUE(world.octets().ends_with(no_place));
  EXPECT_EQ(world.source()->folder({}).uid_validity, mail::UidValidity{1234567});
}

TEST_F(MboxRewrite, AForgedBaseDoesNotBecomeTheFolders) {
  // It never counted where it stood. As the first of its file the message would be taken for internal data: hidden.
  for (const std::string& own : {std::string(), base}) {
    world.put(mark + "Subject: a\n" + own + "\nba\n\n" + mark + "X-IMAP: 5 5\nSubject: b\nX-IMAPbase: 6 6\n\nbb\n\n");
    expunge(0);
    EXPECT_EQ(world.octets(), mark + own + "Subject: b\n\nbb\n\n");
    EXPECT_EQ(world.texts(), Texts{"Subject: b\n\nbb\n"});
    EXPECT_EQ(world.source()->folder({}).uid_validity.has_value(), !own.empty());
  }
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

TEST_F(MboxRewrite, TheNewFileHasOwnerAndModeOfTheOld) {
  world.memory.put_file(MboxWorld::path, a_b_c, {1007, 8}, 0660);
  set(0, adding({Flag::seen}));
  const fs::Status now = world.memory.status_of(MboxWorld::path);
  EXPECT_EQ(now.owner, (fs::Owner{1007, 8}));
  EXPECT_EQ(now.permissions, 0660U);
  world.memory.lose_power();
  EXPECT_TRUE(contains(world.octets(), "Status: R\n")) << "durable when it returns";
}

TEST_F(MboxRewrite, WhereNamesCannotBeExchangedNothingIsChanged) {
  world.put(a_b_c);
  world.memory.set_abilities({.rename_flags = false});
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {1}}), std::vector<Outcome>(2, Outcome::gone_or_changed));
  EXPECT_EQ(world.octets(), a_b_c);
  const auto& told = world.findings.all;
  const auto is_it = [](const Finding& finding) { return finding.kind == FindingKind::flags_differ; };
  ASSERT_EQ(std::count_if(told.begin(), told.end(), is_it), 1);
  const Finding& finding = *std::find_if(told.begin(), told.end(), is_it);
  EXPECT_EQ(finding.weight, Weight::lost);
  EXPECT_EQ(finding.count, 2U);
  EXPECT_TRUE(contains(finding.text, "exchange")) << finding.text;
  expect_nothing_left();
}

TEST_F(MboxRewrite, AFileWithAnotherNameIsNotReplaced) {
  world.put(a_b_c);
  world.memory.put_link("/var/mail/other", MboxWorld::path);
  EXPECT_EQ(change({{0, adding({Flag::seen})}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.octets(), a_b_c);
  EXPECT_EQ(world.findings.count(FindingKind::flags_differ), 1U);
}

TEST_F(MboxRewrite, WithoutUnnamedFilesItIsDoneAllTheSame) {
  world.put(a_b_c);
  world.memory.set_abilities({.unnamed_files = -EOPNOTSUPP});
  set(0, adding({Flag::seen}));
  EXPECT_TRUE(contains(world.octets(), "Status: R\n"));
  expect_nothing_left();
}

TEST_F(MboxRewrite, AFileThatWasPutInItsPlaceMeanwhileIsGivenBack) {
  world.put(a_b_c);
  const std::string theirs = mark + "Subject: theirs\n\nb\n\n";
  world.kernel.count_anew();
  world.kernel.before(support::Call::rename, 1, [&] {
    world.memory.remove(MboxWorld::path);
    world.put(theirs);
  });
  EXPECT_EQ(change({{0, adding({Flag::seen})}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.octets(), theirs);
  expect_nothing_left();
}

TEST_F(MboxRewrite, WhoOpensTheNewFileWaitsForUs) {
  world.put(a_b_c);
  bool was_locked = false;
  world.kernel.count_anew();
  // Just behind the exchange: the old file is unlocked, the directory is synced.
  world.kernel.before(support::Call::unlock, world.kernel.calls(support::Call::unlock) + 2, [&] {
    Intruder other(world);
    was_locked = !other.lock(fs::LockKind::exclusive);
  });
  set(0, adding({Flag::seen}));
  EXPECT_TRUE(was_locked);
}

// ---- what other programs write into the old file

const std::string late = mark + "Subject: late\n\nbl\n\n";

TEST_F(MboxRewrite, WhatIsDeliveredIntoTheOldFileIsMovedOver) {
  world.put(a_b_c);
  std::optional<Intruder> agent(std::in_place, world);
  after_flush = [&] { agent->overwrite(late, a_b_c.size()); };
  set(0, adding({Flag::seen}));
  ASSERT_EQ(world.texts().size(), 4U);
  EXPECT_EQ(world.texts()[3], "Subject: late\n\nbl\n");
  expect_nothing_left();
}

TEST_F(MboxRewrite, WhatIsDeliveredAfterAnErrorIsMovedOverToo) {
  world.put(a_b_c);
  Intruder agent(world);
  {
    const auto store = world.target();
    const auto cursor = walk_of(*store);
    while (cursor->next()) {
    }
    const auto writer = store->open_folder({}, {});
    writer->as_of(*cursor->end({}).stamp);
    writer->change_flags({"0"}, adding({Flag::seen}));
    writer->flush();
    agent.overwrite(late, a_b_c.size());
  }
  EXPECT_EQ(world.texts().size(), 4U);
  expect_nothing_left();
}

TEST_F(MboxRewrite, WhatAKilledRunLeftIsMovedOverByTheNext) {
  for (const bool delivers : {true, false}) {
    MboxWorld w;
    w.put(a_b_c);
    Intruder agent(w);
    {
      const auto store = w.target();
      const auto cursor = walk_of(*store);
      while (cursor->next()) {
      }
      const auto writer = store->open_folder({}, {});
      writer->as_of(*cursor->end({}).stamp);
      writer->change_flags({"0"}, adding({Flag::seen}));
      EXPECT_EQ(writer->flush().at(0).outcome, Outcome::done);
      w.kernel.count_anew();
      w.kernel.inject({.nth = 1, .and_all_later = true});  // killed
    }
    w.kernel.heal();
    w.clock.sleep(std::chrono::minutes{10});
    ASSERT_EQ(w.memory.names_in("/var/mail").size(), 2U);
    EXPECT_EQ(w.texts().size(), 3U);
    if (delivers) agent.overwrite(late, a_b_c.size());
    w.append({});
    EXPECT_EQ(w.texts().size(), delivers ? 4U : 3U);
    EXPECT_EQ(w.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
  }
}

TEST_F(MboxRewrite, OnlyWhatWeMayHaveLeftIsTakenForThat) {
  world.put(a_b_c);
  const std::string name = "/var/mail/" + ReplacedFile::name_for(MailboxFile(world.context, place()), {}, {});
  const std::string other = "/var/mail/" + std::string(fs::NewFile::temporary_prefix) + "0-0-0-0123456789abcdef";
  world.memory.put_file(other, late, MboxWorld::bob);  // another mailbox's
  const auto is_left = [&] {
    world.append({});
    return world.memory.exists(name) && world.octets() == a_b_c;
  };
  world.memory.put_file(name, late, {1002, 1002});
  EXPECT_TRUE(is_left()) << "another owner's";
  world.memory.remove(name);
  world.memory.put_symlink(name, other, MboxWorld::bob);
  EXPECT_TRUE(is_left()) << "a link";
  world.memory.remove(name);
  world.memory.put_link(name, other);
  EXPECT_TRUE(is_left()) << "a file with another name";
  world.memory.remove(name);
  world.memory.put_file(name, late, MboxWorld::bob);
  EXPECT_TRUE(is_left()) << "a third file, which another program put there";
  EXPECT_EQ(world.findings.all.size(), 1U);
  EXPECT_TRUE(world.memory.exists(other));
}

TEST_F(MboxRewrite, WhatIsNoMailBecomesAMessageOfItsOwn) {
  world.put(a_b_c);
  Intruder agent(world);
  after_flush = [&] { agent.overwrite("\nthe rest of it\n", a_b_c.size()); };
  set(0, adding({Flag::seen}));
  ASSERT_EQ(world.texts().size(), 4U);
  EXPECT_EQ(world.texts()[3], "\nthe rest of it");
  EXPECT_EQ(world.findings.count(FindingKind::changed), 1U);
}

// ---- faults

/// What stands in the mailbox after a run that met a fault, and after the next.
class MboxRewriteFaults : public testing::TestWithParam<bool> {
 protected:
  struct Run {
    bool flushed = false;
    bool done = false;
    std::optional<Error> error{};
  };
  /// Seen to the first, flagged to the third, and the second away, as far as they are not so.
  static Run run(MboxWorld& world) {
    Run result;
    try {
      const auto store = world.target(Variant::dovecot);
      const auto cursor = walk_of(*store);
      std::vector<store::MessageInfo> seen;
      while (cursor->next()) seen.push_back(cursor->info());
      const auto writer = store->open_folder({}, {});
      writer->as_of(*cursor->end({}).stamp);
      result.done = true;
      for (const store::MessageInfo& info : seen) {
        if (info.keywords.has("goes"))
          writer->expunge({info.handle, info.flags, info.keywords});
        else if (info.keywords.has("flags"))
          writer->change_flags(info.handle, adding({Flag::flagged}, {"new"}));
      }
      for (const store::Receipt& receipt : writer->flush())
        result.done = result.done && receipt.outcome != Outcome::gone_or_changed;
      result.flushed = true;
      store::NoNumberedMessages none;
      writer->finish({}, none);
    } catch (const Error& error) {
      result.error = error;
    }
    return result;
  }
  static void be_healthy(MboxWorld& world) {
    world.kernel.heal();
    world.clock.sleep(std::chrono::minutes{10});
  }
  static std::string large() { return std::string(1'500'000, 'x'); }
  static std::string old_octets() {
    return mark + "Subject: a\nX-IMAPbase: 77 0000000003 goes flags\nX-UID: 1\nX-Keywords: goes\n\nba\n\n" + mark +
           "Subject: b\nX-UID: 2\nX-Keywords: flags\n\n" + large() + "\n\n" + mark + "Subject: c\nX-UID: 3\n\nbc\n\n";
  }
  static std::string new_octets() {
    return mark + "Subject: b\nX-IMAPbase: 77 0000000003 goes flags new\nX-UID: 2\nX-Keywords: flags new\n" +
           "X-Status: F\n\n" + large() + "\n\n" + mark + "Subject: c\nX-UID: 3\n\nbc\n\n";
  }
};

TEST_P(MboxRewriteFaults, TheMailboxIsTheOldOrTheNewOneWhateverFails) {
  const bool delivers = GetParam();
  for (const support::Fault& kind : {support::Fault{.errno_value = EIO}, support::Fault{.errno_value = ENOSPC},
                                     support::Fault{.errno_value = EIO, .after_it_was_done = true},
                                     support::Fault{.errno_value = EIO, .and_all_later = true}}) {
    std::size_t failures = 0;
    for (std::uint64_t n = 1;; ++n) {
      SCOPED_TRACE(n);
      MboxWorld world;
      world.put(old_octets());
      std::optional<Intruder> agent(std::in_place, world);
      support::Fault fault = kind;
      fault.nth = n;
      world.kernel.inject(fault);
      const Run first = run(world);
      if (world.kernel.faults_hit() == 0) {
        EXPECT_TRUE(first.done && first.flushed);
        break;
      }
      EXPECT_EQ(world.kernel.repeated_syncs(), 0U) << "D3";
      if (!first.flushed) ++failures;
      const std::string now = world.octets();
      ASSERT_TRUE(now == old_octets() || now == new_octets()) << now.size();
      ASSERT_TRUE(!first.flushed || !first.done || now == new_octets()) << "a lie";
      // An agent that had it open all the time; where our name for the old file is gone, it lost that race.
      const auto names = world.memory.names_in("/var/mail");
      const bool has_name = std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return name.starts_with(fs::NewFile::temporary_prefix);
      });
      be_healthy(world);
      if (delivers) agent->overwrite(late, old_octets().size());
      const Run second = run(world);
      ASSERT_FALSE(second.error) << second.error->what();
      const Run third = run(world);
      ASSERT_TRUE(third.done && third.flushed);
      const bool is_late_lost = !has_name && now == new_octets();
      ASSERT_TRUE(world.octets() == new_octets() + (delivers && !is_late_lost ? late : "")) << world.octets().size();
      EXPECT_EQ(world.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
    }
    EXPECT_GT(failures, 20U);
  }
}

TEST_P(MboxRewriteFaults, APowerCutLeavesTheOldOrTheNewOne) {
  std::size_t old_ones = 0;
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE(n);
    MboxWorld world;
    world.put(old_octets());
    world.kernel.inject({.nth = n, .and_all_later = true});
    const Run first = run(world);
    const bool was_cut = world.kernel.faults_hit() != 0;
    world.memory.lose_power();
    const std::string now = world.octets();
    ASSERT_TRUE(now == old_octets() || now == new_octets()) << now.size();
    ASSERT_TRUE(!first.flushed || !first.done || now == new_octets()) << "a lie";
    if (now == old_octets()) ++old_ones;
    if (!was_cut) break;
    be_healthy(world);
    ASSERT_FALSE(run(world).error);
    ASSERT_TRUE(world.octets() == new_octets());
    EXPECT_EQ(world.memory.names_in("/var/mail"), std::vector<std::string>{"bob"});
  }
  EXPECT_GT(old_ones, 20U);
}

TEST_P(MboxRewriteFaults, ShortCallsAndInterruptionsAreNoErrors) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    MboxWorld world;
    world.put(old_octets());
    world.kernel.make_short(seed);
    world.kernel.interrupt(seed);
    const Run only = run(world);
    ASSERT_FALSE(only.error) << only.error->what();
    EXPECT_TRUE(world.octets() == new_octets());
  }
}

INSTANTIATE_TEST_SUITE_P(Agents, MboxRewriteFaults, testing::Bool(),
                         [](const auto& param) { return std::string(param.param ? "Delivering" : "Silent"); });

}  // namespace
}  // namespace mailhaul::formats::mbox
