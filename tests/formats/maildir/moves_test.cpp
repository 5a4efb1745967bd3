// Messages that are moved from one folder into another.
#include <gtest/gtest.h>

#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

using mail::Flag;
using store::AsSeen;
using store::Receipt;
using support::Call;
using Names = std::vector<std::string>;

namespace {

constexpr auto done = Receipt::Outcome::done;
constexpr auto gone = Receipt::Outcome::gone_or_changed;
const store::FolderRef removed = folder_ref({"Removed"});

/// INBOX, from which messages are taken, and ".Removed".
struct Pair {
  Pair() {
    world.put_maildir();
    world.put_maildir("/mail/box/.Removed");
    target = world.target();
    writer = target->open_folder(removed, {});
  }
  World world;
  std::unique_ptr<store::MessageStore> target;
  std::unique_ptr<store::FolderWriter> writer;
};

class MaildirMoves : public testing::Test {
 protected:
  Receipt take(const AsSeen& message) {
    writer().take(inbox, message);
    const auto receipts = writer().flush();
    EXPECT_EQ(receipts.size(), 1U);
    return receipts.at(0);
  }
  [[nodiscard]] store::FolderWriter& writer() { return *pair_.writer; }
  World& world = pair_.world;

 private:
  Pair pair_;
};

}  // namespace

TEST_F(MaildirMoves, TheFileItselfIsMovedWithAllThatItsNameSays) {
  world.put("cur/1.a,S=3,W=4:2,FSZ,fut", "one");
  const fs::Status before = world.machine.status_of("/mail/box/cur/1.a,S=3,W=4:2,FSZ,fut");
  const Receipt receipt = take({{"1.a,S=3,W=4"}, {Flag::seen, Flag::flagged}, {}});
  EXPECT_EQ(receipt.outcome, done);
  EXPECT_EQ(receipt.handle.token, "1.a,S=3,W=4");
  EXPECT_TRUE(world.names("cur").empty());
  EXPECT_EQ(world.names(".Removed/cur"), (Names{"1.a,S=3,W=4:2,FSZ,fut"}));
  const fs::Status after = world.machine.status_of("/mail/box/.Removed/cur/1.a,S=3,W=4:2,FSZ,fut");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.modified, before.modified);
}

TEST_F(MaildirMoves, OnlyWhatWasNewAndHasNoFlagsStaysNew) {
  world.put("new/1.a");
  world.put("new/2.a:2,S");
  world.put("cur/3.a");
  world.put("new/4.a:2,");
  EXPECT_EQ(take({{"1.a"}, {}, {}}).outcome, done);
  EXPECT_EQ(take({{"2.a"}, {Flag::seen}, {}}).outcome, done);
  EXPECT_EQ(take({{"3.a"}, {}, {}}).outcome, done);
  EXPECT_EQ(take({{"4.a"}, {}, {}}).outcome, done);
  EXPECT_EQ(world.names(".Removed/new"), (Names{"1.a", "4.a:2,"}));
  EXPECT_EQ(world.names(".Removed/cur"), (Names{"2.a:2,S", "3.a:2,"}));
  EXPECT_TRUE(world.names("new").empty());
  EXPECT_TRUE(world.names("cur").empty());
}

TEST_F(MaildirMoves, WhatIsNoLongerAsItWasSeenStays) {
  world.put("dovecot-keywords", "0 Work\n");
  world.put("cur/1.a:2,Sa");
  EXPECT_EQ(take({{"1.a"}, {}, {"Work"}}).outcome, gone);
  EXPECT_EQ(take({{"1.a"}, {Flag::seen}, {}}).outcome, gone);
  EXPECT_EQ(take({{"2.b"}, {}, {}}).outcome, gone);
  EXPECT_EQ(world.names("cur"), (Names{"1.a:2,Sa"}));
  EXPECT_TRUE(world.names(".Removed/cur").empty());
}

TEST_F(MaildirMoves, LettersAreTranslatedByName) {
  world.put("dovecot-keywords", "0 Work\n1 later\n");
  world.put(".Removed/dovecot-keywords", "0 other\n1 WORK\n");
  world.put("cur/1.a:2,Sab");
  EXPECT_EQ(take({{"1.a"}, {Flag::seen}, {"Work", "later"}}).outcome, done);
  EXPECT_EQ(world.octets(".Removed/dovecot-keywords"), "0 other\n1 WORK\n2 later\n");
  EXPECT_EQ(world.names(".Removed/cur"), (Names{"1.a:2,Sbc"}));
  EXPECT_EQ(world.octets("dovecot-keywords"), "0 Work\n1 later\n");
}

TEST_F(MaildirMoves, AKeywordWithoutRoomIsToldOnlyWhenItsMessageCame) {
  std::string full;
  for (int i = 0; i < 26; ++i) full += std::to_string(i) + " k" + std::to_string(i) + "\n";
  world.put(".Removed/dovecot-keywords", full);
  world.put("dovecot-keywords", "0 Work\n");
  world.put("cur/1.a:2,a");
  EXPECT_EQ(take({{"1.a"}, {Flag::seen}, {"Work"}}).outcome, gone);
  EXPECT_EQ(world.findings.count(FindingKind::keyword, Weight::lost), 0U);
  EXPECT_EQ(take({{"1.a"}, {}, {"Work"}}).outcome, done);
  EXPECT_EQ(world.names(".Removed/cur"), (Names{"1.a:2,"}));
  EXPECT_EQ(world.findings.count(FindingKind::keyword, Weight::lost), 1U);
}

TEST_F(MaildirMoves, ATakenBaseNameGivesANewOneThatTheReceiptCarries) {
  world.put("cur/1.a,S=3:2,S", "one");
  world.put(".Removed/new/1.a,S=3", "another");
  const Receipt receipt = take({{"1.a,S=3"}, {Flag::seen}, {}});
  EXPECT_EQ(receipt.outcome, done);
  const std::string base = receipt.handle.token;
  EXPECT_NE(base, "1.a,S=3");
  EXPECT_EQ(base.substr(base.find(',')), ",S=3") << "and no W=, which is not known";
  EXPECT_EQ(world.names(".Removed/cur"), (Names{base + ":2,S"}));
  EXPECT_EQ(world.octets(".Removed/cur/" + base + ":2,S"), "one");
  EXPECT_EQ(world.octets(".Removed/new/1.a,S=3"), "another");
}

TEST_F(MaildirMoves, ANameThatIsTakenJustThenIsNeverOverwritten) {
  world.put("cur/1.a:2,S", "one");
  writer().take(inbox, {{"1.a"}, {Flag::seen}, {}});
  world.kernel.count_anew();
  world.kernel.before(Call::rename, 1, [&] { world.put(".Removed/cur/1.a:2,S", "theirs"); });
  const auto receipts = writer().flush();
  EXPECT_EQ(receipts.at(0).outcome, done);
  EXPECT_NE(receipts[0].handle.token, "1.a");
  EXPECT_EQ(world.octets(".Removed/cur/1.a:2,S"), "theirs");
  EXPECT_EQ(world.octets(".Removed/cur/" + receipts[0].handle.token + ":2,S"), "one");
}

TEST_F(MaildirMoves, TwoOfOneBaseNameInOneBatchBothCome) {
  const store::FolderRef work = folder_ref({"Work"});
  world.put_maildir("/mail/box/.Work");
  world.put("cur/1.a:2,S", "one");
  world.put(".Work/cur/1.a:2,S", "two");
  writer().take(inbox, {{"1.a"}, {Flag::seen}, {}});
  writer().take(work, {{"1.a"}, {Flag::seen}, {}});
  writer().take(inbox, {{"9.none"}, {}, {}});
  const auto receipts = writer().flush();
  ASSERT_EQ(receipts.size(), 3U);
  EXPECT_EQ(receipts[0].outcome, done);
  EXPECT_EQ(receipts[1].outcome, done);
  EXPECT_EQ(receipts[2].outcome, gone);
  EXPECT_EQ(world.octets(".Removed/cur/" + receipts[0].handle.token + ":2,S"), "one");
  EXPECT_EQ(world.octets(".Removed/cur/" + receipts[1].handle.token + ":2,S"), "two");
}

TEST_F(MaildirMoves, OneOfSeveralWithOneBaseNameIsMovedWhenItIsNamedExactly) {
  world.put("cur/1.a:2,", "one");
  world.put("cur/1.a:2,S", "two");
  EXPECT_EQ(take({{"1.a"}, {}, {}}).outcome, gone);
  const Receipt receipt = take({{"1.a:1.a:2,S"}, {Flag::seen}, {}});
  EXPECT_EQ(receipt.outcome, done);
  EXPECT_EQ(receipt.handle.token, "1.a");
  EXPECT_EQ(world.octets(".Removed/cur/1.a:2,S"), "two");
  EXPECT_EQ(world.names("cur"), (Names{"1.a:2,"}));
}

TEST_F(MaildirMoves, ALongNameIsKeptAsLongAsItFits) {
  const std::string fits = std::string(250, 'n') + ":2,SZ";
  const std::string base_too_long(253, 'm');
  world.put("cur/" + fits);
  world.put("cur/" + base_too_long, "long");
  EXPECT_EQ(take({{std::string(250, 'n')}, {Flag::seen}, {}}).handle.token, std::string(250, 'n'));
  const Receipt receipt = take({{base_too_long}, {}, {}});
  EXPECT_EQ(receipt.outcome, done);
  EXPECT_EQ(world.octets(".Removed/cur/" + receipt.handle.token + ":2,"), "long");
}

TEST_F(MaildirMoves, TheListOfTheOldFolderStays) {
  const std::string list = "3 V1700000000 N9\n3 :1.a\n4 :2.b\n";
  world.put("dovecot-uidlist", list);
  world.put("cur/1.a:2,S");
  EXPECT_EQ(take({{"1.a"}, {Flag::seen}, {}}).outcome, done);
  store::NoNumberedMessages none;
  writer().finish({}, none);
  EXPECT_EQ(world.octets("dovecot-uidlist"), list);
}

TEST_F(MaildirMoves, AFolderIsNoOtherFolderToItself) {
  world.put(".Removed/cur/1.a:2,S");
  writer().take(removed, {{"1.a"}, {Flag::seen}, {}});
  EXPECT_THROW(static_cast<void>(writer().flush()), Error);
  EXPECT_EQ(world.names(".Removed/cur"), (Names{"1.a:2,S"}));
}

TEST_F(MaildirMoves, WhatCanNotBeMovedInOneStepIsNotMoved) {
  world.put("cur/1.a:2,S", "one");
  support::MemoryKernel::Abilities abilities;
  abilities.rename_flags = false;
  world.machine.set_abilities(abilities);
  writer().take(inbox, {{"1.a"}, {Flag::seen}, {}});
  try {
    static_cast<void>(writer().flush());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::unsupported);
    EXPECT_EQ(error.scope(), Scope::folder);
    EXPECT_EQ(error.folder(), "Removed");
  }
  EXPECT_EQ(world.names("cur"), (Names{"1.a:2,S"}));
  EXPECT_TRUE(world.names(".Removed/cur").empty());
}

TEST_F(MaildirMoves, AnotherFileUnderTheNameIsNotMoved) {
  world.put("cur/1.a:2,S", "one");
  writer().take(inbox, {{"1.a"}, {Flag::seen}, {}});
  world.kernel.count_anew();
  world.kernel.before(Call::rename, 1, [&] {
    world.machine.remove("/mail/box/cur/1.a:2,S");
    world.put("cur/1.a:2,S", "another");
  });
  static_cast<void>(writer().flush());
  // Seen anew it is as it was said to be; the one that was not looked at has gone back first.
  EXPECT_EQ(world.names("cur").size() + world.names(".Removed/cur").size(), 1U);
  EXPECT_GE(world.kernel.calls(Call::rename), 2U);
}

TEST(MaildirMovesInTrouble, AMessageIsAlwaysInExactlyOneFolderAndASecondTryBringsIt) {
  bool was_hit = true;
  std::size_t failures = 0;
  for (std::uint64_t nth = 1; was_hit; ++nth) {
    for (const bool after : {false, true}) {
      Pair pair;
      World& world = pair.world;
      world.put("dovecot-keywords", "3 Work\n");
      world.put("cur/1.a:2,Sd", "one");
      world.put("new/2.b", "two");
      const auto ask = [&] {
        pair.writer->take(inbox, {{"1.a"}, {Flag::seen}, {"Work"}});
        pair.writer->take(inbox, {{"2.b"}, {}, {}});
        append(*pair.writer, "three");
      };
      ask();
      world.kernel.count_anew();
      world.kernel.inject({.nth = nth, .errno_value = EIO, .after_it_was_done = after});
      const auto places = [&] {
        std::multiset<std::string> all;
        for (const char* directory : {"cur", "new", ".Removed/cur", ".Removed/new"})
          for (const std::string& name : world.names(directory))
            all.insert(world.octets(std::string(directory) + "/" + name));
        return all;
      };
      bool failed = false;
      try {
        static_cast<void>(pair.writer->flush());
      } catch (const Error&) {
        failed = true;
      }
      was_hit = world.kernel.faults_hit() != 0;
      world.kernel.heal();
      const auto now = places();
      EXPECT_EQ(now.count("one"), 1U) << nth;
      EXPECT_EQ(now.count("two"), 1U) << nth;
      if (!failed) continue;
      ++failures;
      world.machine.advance(std::chrono::minutes{10});  // a lock that could not be removed is stale then
      ask();
      const auto receipts = pair.writer->flush();
      ASSERT_EQ(receipts.size(), 3U);
      // A rename that was made and not answered stands; everything else was taken back, to be done once more.
      for (const Receipt& receipt : receipts) EXPECT_TRUE(after || receipt.outcome == done) << nth;
      EXPECT_EQ(places(), (std::multiset<std::string>{"one", "two", "three"})) << nth;
      EXPECT_TRUE(world.names("cur").empty()) << nth;
      EXPECT_TRUE(world.names("new").empty()) << nth;
    }
  }
  EXPECT_GT(failures, 20U);
}

TEST(MaildirMovesInTrouble, BothDirectoriesAreDurableWithTheBatch) {
  for (const bool sound_syncfs : {true, false}) {
    Pair pair;
    World& world = pair.world;
    support::MemoryKernel::Abilities abilities;
    abilities.sound_syncfs = sound_syncfs;
    world.machine.set_abilities(abilities);
    world.put("cur/1.a:2,S", "one");
    const auto writer = world.target()->open_folder(removed, {});
    writer->take(inbox, {{"1.a"}, {Flag::seen}, {}});
    EXPECT_EQ(writer->flush().at(0).outcome, done);
    world.machine.lose_power();
    EXPECT_EQ(world.names(".Removed/cur"), (Names{"1.a:2,S"}));
    EXPECT_TRUE(world.names("cur").empty());
  }
}

TEST(MaildirMovesInTrouble, APowerCutBetweenTheSyncsLosesNothing) {
  bool happened = true;
  std::uint64_t cuts = 0;
  for (std::uint64_t nth = 1; happened; ++nth) {
    Pair pair;
    World& world = pair.world;
    support::MemoryKernel::Abilities abilities;
    abilities.sound_syncfs = false;
    world.machine.set_abilities(abilities);
    world.put("new/1.a:2,S", "one");  // goes to cur/, the other one stays new
    world.put("new/2.b", "two");
    const auto writer = world.target()->open_folder(removed, {});
    writer->take(inbox, {{"1.a"}, {Flag::seen}, {}});
    writer->take(inbox, {{"2.b"}, {}, {}});
    world.kernel.count_anew();
    happened = false;
    world.kernel.before(Call::sync, nth, [&] {
      happened = true;
      ++cuts;
      world.machine.lose_power();
    });
    try {
      static_cast<void>(writer->flush());
    } catch (const Error&) {
      // The machine is down.
    }
    std::multiset<std::string> left;
    for (const char* directory : {"new", ".Removed/cur", ".Removed/new"})
      for (const std::string& name : world.names(directory))
        left.insert(world.octets(std::string(directory) + "/" + name));
    EXPECT_GE(left.count("one"), 1U) << nth;
    EXPECT_GE(left.count("two"), 1U) << nth;
  }
  EXPECT_EQ(cuts, 5U) << "of the two that hold the folder, of both directories that gained, and of the one that lost";
}

}  // namespace mailhaul::formats::maildir
