#include <algorithm>

#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using MboxExpunge = MboxRewrite;

TEST_F(MboxExpunge, MessagesGoWithTheirSeparators) {
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

TEST_F(MboxExpunge, AContentLengthMustNotBeginToLeadToTheEnd) {
  // It counts the empty line behind the body, which only the end of a file forgives: as the last message it would be
  // one that was never quoted.
  const std::string a = mark + "Subject: a\nContent-Length: 9\n\n>From x\n\n";
  world.put(a + mark + "Subject: b\n\nbb\n\n");
  ASSERT_EQ(world.texts().at(0), "Subject: a\n\nFrom x\n");
  EXPECT_EQ(change({{1}}), std::vector<Outcome>{Outcome::gone_or_changed});
  EXPECT_EQ(world.texts().at(0), "Subject: a\n\nFrom x\n");
}

TEST_F(MboxExpunge, AMessageIsTakenAwayOnlyAsItWasSeen) {
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

TEST_F(MboxExpunge, ChangesOfOneMessageAreMadeInTheirOrder) {
  world.put(a_b_c);
  EXPECT_EQ(change({{0, adding({Flag::seen})}, {0, adding({Flag::seen})}, {0}, {1}, {1, adding({Flag::seen})}}),
            (std::vector<Outcome>{Outcome::done, Outcome::unchanged, Outcome::gone_or_changed, Outcome::done,
                                  Outcome::gone_or_changed}));
  EXPECT_EQ(world.texts().size(), 2U);
}

TEST_F(MboxExpunge, AnMboxWhoseMessagesAreAllGoneIsEmpty) {
  world.put(a_b_c);
  EXPECT_EQ(change({{0}, {1}, {2}}), std::vector<Outcome>(3, Outcome::done));
  EXPECT_EQ(world.octets(), "");
  EXPECT_TRUE(world.memory.exists(MboxWorld::path));
}

const std::string base = "X-IMAPbase: 1234567 0000000009 one   \n";

TEST_F(MboxExpunge, TheBaseGoesOverToTheNextMessage) {
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

TEST_F(MboxExpunge, TheBaseOfTheLastMessageGetsOneThatIsNoMail) {
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

TEST_F(MboxExpunge, TheBaseGetsAMessageOfItsOwnWhereTheNextHasNoPlace) {
  const std::string no_place = mark + " no field\n" + mark + "Subject: c\nX-UID: 9\n\nbc\n\n";
  world.put(mark + "Subject: a\n" + base + "X-UID: 3\n\nba\n\n" + no_place);
  const Texts before = world.texts();
  ASSERT_EQ(before.size(), 3U);
  EXPECT_EQ(change({{0}}, Variant::dovecot), std::vector<Outcome>{Outcome::done});
  EXPECT_EQ(world.texts(), (Texts{before[1], before[2]}));
  EXPECT_TRUE(world.octets().ends_with(no_place));
  EXPECT_EQ(world.source()->folder({}).uid_validity, mail::UidValidity{1234567});
}

TEST_F(MboxExpunge, AForgedBaseDoesNotBecomeTheFolders) {
  // It never counted where it stood. As the first of its file the message would be taken for internal data: hidden.
  for (const std::string& own : {std::string(), base}) {
    world.put(mark + "Subject: a\n" + own + "\nba\n\n" + mark + "X-IMAP: 5 5\nSubject: b\nX-IMAPbase: 6 6\n\nbb\n\n");
    expunge(0);
    EXPECT_EQ(world.octets(), mark + own + "Subject: b\n\nbb\n\n");
    EXPECT_EQ(world.texts(), Texts{"Subject: b\n\nbb\n"});
    EXPECT_EQ(world.source()->folder({}).uid_validity.has_value(), !own.empty());
  }
}

}  // namespace
}  // namespace mailhaul::formats::mbox
