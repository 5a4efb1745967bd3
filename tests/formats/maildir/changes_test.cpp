#include <gtest/gtest.h>

#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using mail::Flag;
using store::FlagChange;
using store::Receipt;
using support::Call;

namespace {

FlagChange change(mail::FlagSet add, mail::FlagSet remove = {}) {
  FlagChange out;
  out.add = add;
  out.remove = remove;
  return out;
}

class MaildirChanges : public testing::Test {
 protected:
  void SetUp() override { world.put_maildir(); }

  Receipt::Outcome apply(const std::string& handle, const FlagChange& flags) {
    const auto target = world.target();
    const auto writer = target->open_folder(inbox, {});
    writer->change_flags({handle}, flags);
    world.kernel.count_anew();
    const auto receipts = writer->flush();
    EXPECT_EQ(receipts.size(), 1U);
    return receipts.at(0).outcome;
  }

  Receipt::Outcome expunge(const store::AsSeen& message) {
    const auto target = world.target();
    const auto writer = target->open_folder(inbox, {});
    writer->expunge(message);
    return writer->flush().at(0).outcome;
  }

  void move(const std::string& from, const std::string& to) {
    world.machine.put_link("/mail/box/" + to, "/mail/box/" + from);
    world.machine.remove("/mail/box/" + from);
  }

  World world;
};

constexpr auto done = Receipt::Outcome::done;
constexpr auto gone = Receipt::Outcome::gone_or_changed;
constexpr auto unchanged = Receipt::Outcome::unchanged;

}  // namespace

TEST_F(MaildirChanges, FlagsAreAddedAndTakenAndTheRestStays) {
  world.put("cur/1.a,S=3:2,FSZq,fut", "one");
  EXPECT_EQ(apply("1.a,S=3", change({Flag::answered}, {Flag::flagged})), done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a,S=3:2,RSZq,fut"}));
  EXPECT_EQ(world.octets("cur/1.a,S=3:2,RSZq,fut"), "one");
}

TEST_F(MaildirChanges, WhatStandsBeforeTheInfoPartStays) {
  world.put("cur/9.a:b:2,S");
  EXPECT_EQ(apply("9.a", change({Flag::flagged})), done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"9.a:b:2,FS"}));
}

TEST_F(MaildirChanges, NothingToChangeIsSaidWithoutARename) {
  world.put("cur/1.a:2,S");
  EXPECT_EQ(apply("1.a", change({Flag::seen}, {Flag::flagged})), unchanged);
  EXPECT_EQ(world.kernel.calls(Call::rename), 0U);
}

TEST_F(MaildirChanges, AMessageInNewGoesToCurWhenItGetsFlags) {
  world.put("new/1.a");
  EXPECT_EQ(apply("1.a", change({Flag::seen})), done);
  EXPECT_TRUE(world.names("new").empty());
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,S"}));
  world.put("new/2.a");
  EXPECT_EQ(apply("2.a", change({}, {Flag::seen})), unchanged);
  EXPECT_EQ(world.names("new"), (std::vector<std::string>{"2.a"})) << "nothing to set: it stays new";
}

TEST_F(MaildirChanges, KeywordsGoByName) {
  world.put("dovecot-keywords", "1 Work\n");
  world.put("cur/1.a:2,Sbd");
  FlagChange flags;
  flags.add_keywords = {"later"};
  flags.remove_keywords = {"WORK", "unknown-3", "never heard of"};
  EXPECT_EQ(apply("1.a", flags), done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,Sa"}));
  EXPECT_EQ(world.octets("dovecot-keywords"), "0 later\n1 Work\n");
}

TEST_F(MaildirChanges, OnlyRemovingAKeywordReadsTheFileToo) {
  world.put("dovecot-keywords", "1 Work\n");
  world.put("cur/1.a:2,Sb");
  FlagChange flags;
  flags.remove_keywords = {"Work"};
  EXPECT_EQ(apply("1.a", flags), done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,S"}));
}

TEST_F(MaildirChanges, WhatIsGoneIsSaidToBeGone) {
  world.put("cur/1.a:2,S");
  EXPECT_EQ(apply("2.b", change({Flag::seen})), gone);
  EXPECT_EQ(apply("", change({Flag::seen})), gone);
  EXPECT_EQ(apply("1.a:1.a:2,F", change({Flag::seen})), gone);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,S"}));
}

TEST_F(MaildirChanges, AFileRenamedMeanwhileIsFoundAgainAndItsFlagsSurvive) {
  // At every system call of the flush a server sets \Flagged on the same message.
  for (std::uint64_t nth = 1;; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.put("cur/1.a:2,S", "one");
    const auto target = fresh.target();
    const auto writer = target->open_folder(inbox, {});
    writer->change_flags({"1.a"}, change({Flag::answered}));
    fresh.kernel.count_anew();
    bool happened = false;
    for (const Call call : {Call::status_at, Call::read_directory, Call::rename}) {
      fresh.kernel.before(call, nth, [&] {
        if (happened || !fresh.machine.exists("/mail/box/cur/1.a:2,S")) return;
        happened = true;
        fresh.machine.put_link("/mail/box/cur/1.a:2,FS", "/mail/box/cur/1.a:2,S");
        fresh.machine.remove("/mail/box/cur/1.a:2,S");
      });
    }
    EXPECT_EQ(writer->flush().at(0).outcome, done) << nth;
    if (!happened) break;
    EXPECT_EQ(fresh.names("cur"), (std::vector<std::string>{"1.a:2,FRS"})) << nth;
    EXPECT_EQ(fresh.octets("cur/1.a:2,FRS"), "one");
  }
}

TEST_F(MaildirChanges, AnotherFileUnderTheNameIsNotTouched) {
  world.put("cur/1.a:2,S", "one");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  writer->expunge({{"1.a"}, {Flag::seen}, {}});
  world.kernel.count_anew();
  // The name gets another file before every look, so also between the look and the unlink.
  for (std::uint64_t nth = 1; nth < 80; ++nth)
    world.kernel.before(Call::status_at, nth, [&] { world.put("cur/1.a:2,S", "another"); });
  EXPECT_EQ(writer->flush().at(0).outcome, gone);
  EXPECT_EQ(world.octets("cur/1.a:2,S"), "another");
}

TEST_F(MaildirChanges, OfTwoFilesWithOneBaseNameNoneIsGuessed) {
  world.put("cur/1.a:2,", "one");
  world.put("cur/1.a:2,S", "two");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  writer->expunge({{"1.a"}, {}, {}});
  writer->expunge({{"1.a:1.a:2,S"}, {Flag::seen}, {}});
  const auto receipts = writer->flush();
  EXPECT_EQ(receipts[0].outcome, gone);
  EXPECT_EQ(receipts[1].outcome, done) << "named exactly";
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,"}));
}

TEST_F(MaildirChanges, ATakenTargetNameIsNeverOverwritten) {
  world.put("cur/1.a:2,", "one");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  writer->change_flags({"1.a"}, change({Flag::seen}));
  world.kernel.count_anew();
  world.kernel.before(Call::rename, 1, [&] { world.put("cur/1.a:2,S", "theirs"); });
  EXPECT_EQ(writer->flush().at(0).outcome, gone);
  EXPECT_EQ(world.octets("cur/1.a:2,"), "one");
  EXPECT_EQ(world.octets("cur/1.a:2,S"), "theirs");
}

TEST_F(MaildirChanges, ExpungeRemovesThatMessage) {
  world.put("cur/1.a:2,S");
  world.put("new/2.a");
  world.put("cur/3.a:2,S");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  writer->expunge({{"2.a"}, {}, {}});
  writer->expunge({{"1.a"}, {Flag::seen}, {}});
  writer->expunge({{"1.a"}, {Flag::seen}, {}});
  const auto receipts = writer->flush();
  EXPECT_EQ(receipts[0].outcome, done);
  EXPECT_EQ(receipts[1].outcome, done);
  EXPECT_EQ(receipts[2].outcome, gone);
  EXPECT_TRUE(world.names("new").empty());
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"3.a:2,S"}));
}

TEST_F(MaildirChanges, OnlyWhatIsStillAsItWasSeenIsExpunged) {
  world.put("dovecot-keywords", "0 Work\n1 later\n");
  world.put("cur/1.a:2,FSa");
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen}, {"Work"}}), gone) << "flagged meanwhile";
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen, Flag::flagged, Flag::draft}, {"Work"}}), gone) << "no draft any more";
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen, Flag::flagged}, {}}), gone) << "labelled meanwhile";
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen, Flag::flagged}, {"Work", "later"}}), gone);
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen, Flag::flagged}, {"later"}}), gone);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,FSa"}));
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen, Flag::flagged}, {"WORK"}}), done);
  EXPECT_TRUE(world.names("cur").empty());
}

TEST_F(MaildirChanges, KeywordsAreAsSeenByNameWhateverTheirLetters) {
  world.put("cur/1.a:2,a");
  world.put("dovecot-keywords", "0 later\n");
  EXPECT_EQ(expunge({{"1.a"}, {}, {"Work"}}), gone) << "the letter means another name now";
  world.put("dovecot-keywords", "1 later\n");
  EXPECT_EQ(expunge({{"1.a"}, {}, {"later"}}), gone);
  EXPECT_EQ(expunge({{"1.a"}, {}, {"unknown-0"}}), done) << "as a walk shows it";
}

TEST_F(MaildirChanges, WhereTheNamesOfLettersCanNotBeReadNothingIsAsSeen) {
  world.machine.put_symlink("/mail/box/dovecot-keywords", "/etc/passwd");
  world.put("cur/1.a:2,a");
  world.put("cur/2.a:2,S");
  EXPECT_EQ(expunge({{"1.a"}, {}, {}}), gone) << "a walk shows none";
  EXPECT_EQ(expunge({{"1.a"}, {}, {"unknown-0"}}), gone);
  EXPECT_EQ(expunge({{"2.a"}, {Flag::seen}, {}}), done);
}

TEST_F(MaildirChanges, KeywordsThatACourierServerKeepsAreSeenToo) {
  world.machine.put_directory("/mail/box/courierimapkeywords");
  world.put("courierimapkeywords/:list", "Work\n\n1.a:0\n");
  world.put("cur/1.a:2,S");
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen}, {}}), gone);
  EXPECT_EQ(expunge({{"1.a"}, {Flag::seen}, {"Work"}}), done);
}

TEST_F(MaildirChanges, AFlagThatIsSetWhileWeLookKeepsTheMessage) {
  bool happened = true;
  for (std::uint64_t nth = 1; happened; ++nth) {
    World fresh;
    fresh.put_maildir();
    fresh.put("cur/1.a:2,S", "one");
    const auto target = fresh.target();
    const auto writer = target->open_folder(inbox, {});
    writer->expunge({{"1.a"}, {Flag::seen}, {}});
    fresh.kernel.count_anew();
    happened = false;
    // Before it is looked at for the last time, or that time: the unlink itself is by name.
    fresh.kernel.before(Call::status_at, nth, [&] {
      happened = true;
      fresh.machine.put_link("/mail/box/cur/1.a:2,FS", "/mail/box/cur/1.a:2,S");
      fresh.machine.remove("/mail/box/cur/1.a:2,S");
    });
    const auto outcome = writer->flush().at(0).outcome;
    if (happened) {
      EXPECT_EQ(outcome, gone) << nth;
      EXPECT_EQ(fresh.octets("cur/1.a:2,FS"), "one") << nth;
    } else {
      EXPECT_EQ(outcome, done);
      EXPECT_GT(nth, 1U);
    }
  }
}

TEST_F(MaildirChanges, ReceiptsComeInTheOrderAsked) {
  world.put("cur/1.a:2,", "one");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  store::MessageInfo info;
  info.hints.base_name = "5.new";
  append(*writer, "five", info);
  writer->change_flags({"9.gone"}, change({Flag::seen}));
  writer->change_flags({"1.a"}, change({Flag::seen}));
  info.hints.base_name = "6.new";
  append(*writer, "six", info);
  const auto receipts = writer->flush();
  ASSERT_EQ(receipts.size(), 4U);
  EXPECT_EQ(receipts[0].handle.token, "5.new");
  EXPECT_EQ(receipts[1].outcome, gone);
  EXPECT_EQ(receipts[2].outcome, done);
  EXPECT_EQ(receipts[2].handle.token, "1.a");
  EXPECT_EQ(receipts[3].handle.token, "6.new");
}

TEST_F(MaildirChanges, TwoChangesOfOneMessageAddUp) {
  world.put("cur/1.a:2,");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  writer->change_flags({"1.a"}, change({Flag::seen}));
  writer->change_flags({"1.a"}, change({Flag::flagged}));
  static_cast<void>(writer->flush());
  writer->change_flags({"1.a"}, change({}, {Flag::seen}));
  EXPECT_EQ(writer->flush().at(0).outcome, done);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,F"}));
}

TEST_F(MaildirChanges, AFullNameKeepsItsMessage) {
  const std::string base(252, 'n');
  world.put("cur/" + base + ":2,");
  EXPECT_EQ(apply(base, change({Flag::seen})), gone);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{base + ":2,"}));
  EXPECT_EQ(world.findings.count(FindingKind::over_limit, Weight::lost), 1U);
}

TEST_F(MaildirChanges, ManyVanishedMessagesCostFewListings) {
  for (int i = 0; i < 50; ++i) world.put("cur/" + std::to_string(i) + ".a:2,");
  const auto target = world.target();
  const auto writer = target->open_folder(inbox, {});
  for (int i = 0; i < 500; ++i) writer->change_flags({"gone." + std::to_string(i)}, change({Flag::seen}));
  world.kernel.count_anew();
  static_cast<void>(writer->flush());
  EXPECT_LT(world.kernel.calls(Call::read_directory), 20U);
}

TEST_F(MaildirChanges, AForeignFileIsLeftAlone) {
  world.put("cur/1.a:2,", "x", {1234, 1234});
  EXPECT_EQ(apply("1.a", change({Flag::seen})), gone);
  EXPECT_EQ(world.names("cur"), (std::vector<std::string>{"1.a:2,"}));
}

}  // namespace mailhaul::formats::maildir
