// UIDs, UIDVALIDITY and the folder's keywords in an mbox: read as Dovecot reads them, written so that it keeps them
// (mbox.md section 5).
#include <cerrno>
#include <regex>

#include "formats/mbox/base_line.hpp"
#include "world.hpp"

namespace mailhaul::formats::mbox {
namespace {

using mail::Flag;
using Uids = std::vector<std::uint32_t>;

Uids uids_of(const std::vector<Got>& all) {
  Uids out;
  for (const Got& got : all) out.push_back(got.info.ids.uid.value_or(mail::Uid{0}).value);
  return out;
}

/// Messages with these UIDs below a base; 0: without one.
std::string numbered(const std::string& base, const Uids& uids) {
  std::string text;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    text += mark;
    if (i == 0 && !base.empty()) text += "X-IMAPbase: " + base + "\n";
    if (uids[i] != 0) text += "X-UID: " + std::to_string(uids[i]) + "\n";
    text += "h: " + std::to_string(i) + "\n\nb\n\n";
  }
  return text;
}

Got message(std::uint32_t uid, mail::KeywordSet keywords = {}) {
  Got got;
  got.octets = "h: " + std::to_string(uid) + "\n\nb\n";
  got.info.internal_date = mail::InternalDate{std::chrono::seconds{1'000'000'000}};
  if (uid != 0) got.info.ids.uid = mail::Uid{uid};
  got.info.keywords = std::move(keywords);
  return got;
}

store::FolderInfo folder(std::uint32_t validity, std::uint32_t next_uid) {
  store::FolderInfo info;
  info.uid_validity = mail::UidValidity{validity};
  info.next_uid = mail::Uid{next_uid};
  return info;
}

const std::string pseudo_mark = "From MAILER-DAEMON Thu Nov 29 22:33:52 2001\n";

}  // namespace

TEST(MboxUids, AreTakenAsDovecotTakesThem) {
  struct Row {
    std::string what;
    std::string base;
    Uids written;
    Uids taken;
  };
  // Each row was shown to Dovecot 2.3.19: where we say 0 it gave new ones, from 10 on.
  const std::vector<Row> rows{
      {"ascending", "1234567 0000000009", {1, 5, 8}, {1, 5, 8}},
      {"without zeros", "1234567 9", {7, 8, 9}, {7, 8, 9}},
      {"one that does not ascend ends it", "1234567 0000000009", {1, 5, 3, 8}, {1, 5, 0, 0}},
      {"one twice", "1234567 0000000009", {5, 5, 6}, {5, 0, 0}},
      {"one above the base", "1234567 0000000009", {1, 50, 8}, {1, 0, 0}},
      {"one that is missing", "1234567 0000000009", {1, 0, 8}, {1, 0, 0}},
      {"the first is missing", "1234567 0000000009", {0, 3, 8}, {0, 0, 0}},
      {"the last are missing: delivered since", "1234567 0000000009", {5, 6, 0, 0}, {5, 6, 0, 0}},
      {"a base without a last UID", "1234567", {1, 2}, {0, 0}},
      {"no base", "", {1, 2}, {0, 0}},
      {"UIDVALIDITY 0", "0 0000000009", {1, 2}, {0, 0}},
  };
  for (const Row& row : rows) {
    MboxWorld world;
    world.put(numbered(row.base, row.written));
    EXPECT_EQ(uids_of(world.read()), row.taken) << row.what;
  }
}

TEST(MboxUids, AUidBeforeTheBaseOfTheFirstMessageCostsAllTheirs) {
  MboxWorld world;
  world.put(mark + "X-UID: 7\nX-IMAPbase: 1234567 0000000009\nh: 1\n\nb\n\n" + mark + "X-UID: 8\nh: 2\n\n");
  EXPECT_EQ(uids_of(world.read()), (Uids{0, 0}));
}

TEST(MboxUids, ABaseElsewhereThanInTheFirstMessageIsNone) {
  MboxWorld world;
  world.put(mark + "h: 1\n\nb\n\n" + numbered("1234567 0000000009", {7}));
  EXPECT_EQ(uids_of(world.read()), (Uids{0, 0}));
  world.put(numbered("1234567 0000000009", {3}) + mark + "X-IMAPbase: 5 0000000099\nX-UID: 7\nh: 2\n\nb\n");
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 7})) << "a second one is removed";
}

TEST(MboxUids, ThePseudoMessageIsABase) {
  MboxWorld world;
  world.put(pseudo_mark + "X-IMAP: 1234567 0000000009\nSubject: x\n\ntext\n\n" + numbered("", {4, 9}));
  EXPECT_EQ(uids_of(world.read()), (Uids{4, 9}));
}

TEST(MboxUids, OnlyAWalkOverAllKnowsThem) {
  MboxWorld world;
  world.put(numbered("1234567 0000000009", {5, 3}));
  const auto all = world.read();
  const auto source = world.source();
  const auto cursor = source->fetch({}, std::vector<store::Handle>{all[1].info.handle});
  ASSERT_TRUE(cursor->next());
  EXPECT_FALSE(cursor->info().ids.uid.has_value());
}

TEST(MboxUids, TheBaseLineIsFoundWhereItStands) {
  const std::string header = "A: b\nX-ImapBase: 1234567 0000000009 k1 k2   \nC: d\n";
  const auto line = find_base_line(header, 100);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->says.last_uid, mail::Uid{9});
  EXPECT_EQ(header.substr(line->last_uid_at - 100, line->last_uid_width), "0000000009");
  EXPECT_EQ(header.substr(line->keywords_at - 100, line->keywords_room), " k1 k2   ");
  EXPECT_EQ(line->last_uid_text(mail::Uid{12}), "0000000012");
  EXPECT_EQ(line->keywords_text({"k1", "k2", "k"}), " k1 k2 k ");
  EXPECT_EQ(line->keywords_text({"k1", "k2", "k3x"}), std::nullopt);

  const auto folded = find_base_line("X-IMAPbase: 1 9 k1\n k2\n", 0);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->last_uid_text(mail::Uid{10}), std::nullopt);
  EXPECT_EQ(folded->last_uid_text(mail::Uid{8}), "8");
  EXPECT_EQ(folded->keywords_text({"k1"}), std::nullopt) << "nothing can be added to a folded field";
  EXPECT_FALSE(find_base_line("X-IMAPbase: x\nX-UID: 7\n", 0));
}

TEST(MboxDovecot, ANewFileCarriesTheNumbersOfItsSource) {
  MboxWorld world;
  store::FolderInfo info = folder(1234567, 20);
  info.keywords = {"work", "two words", "later"};
  Got first = message(3, {"work", "more"});
  first.info.flags = {Flag::seen, Flag::flagged};
  world.append({first, message(7)}, Variant::dovecot, info);
  const std::regex form("From bob@x\\.org|From MAILER-DAEMON  Sun Sep 09 01:46:40 2001 \\+0000\n"
                        "h: 3\n"
                        "X-IMAPbase: 1234567 0000000019 later more work +\n"
                        "X-UID: 3         \n"
                        "Status: RO\n"
                        "X-Status: F\n"
                        "X-Keywords: more work\n"
                        "Content-Length: 2                   \n"
                        "\n"
                        "b\n"
                        "\n"
                        "From MAILER-DAEMON  Sun Sep 09 01:46:40 2001 \\+0000\n"
                        "h: 7\n"
                        "X-UID: 7         \n"
                        "Status: O\n"
                        "Content-Length: 2                   \n"
                        "\n"
                        "b\n"
                        "\n");
  EXPECT_TRUE(std::regex_match(world.octets(), form)) << world.octets();
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 7}));
  EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{20});
}

TEST(MboxDovecot, WhatHasNoUidThatAscendsGetsTheNextOne) {
  MboxWorld world;
  world.append({message(3), message(7), message(5), message(0), message(30)}, Variant::dovecot, folder(1234567, 20));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 7, 20, 21, 30}));
  EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{31});
}

TEST(MboxDovecot, AFolderThatNobodyNumberedBeginsNow) {
  MboxWorld world;
  world.append({message(0, {"k"}), message(0)}, Variant::dovecot);
  EXPECT_EQ(uids_of(world.read()), (Uids{1, 2}));
  EXPECT_EQ(world.source()->folder({}).uid_validity, mail::UidValidity{1704067200});
  EXPECT_EQ(world.source()->folder({}).keywords, (std::vector<std::string>{"k"})) << "else Dovecot drops them";
}

TEST(MboxDovecot, EveryKeywordOfAMessageIsInTheBase) {
  MboxWorld world;
  std::vector<Got> all;
  for (std::uint32_t i = 1; i <= 20; ++i) all.push_back(message(i, {"$Work", "k" + std::to_string(i)}));
  all[4].info.flags.add(Flag::passed);
  all[4].info.keywords.add("$Forwarded");  // what an mbox says of it
  world.append(all, Variant::dovecot, folder(1, 21));
  EXPECT_EQ(world.source()->folder({}).keywords.size(), 22U);
  EXPECT_EQ(world.findings.count(FindingKind::keyword), 0U);
  const auto back = world.read();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_TRUE(back[i].info.keywords == all[i].info.keywords) << i;
  EXPECT_TRUE(back[4].info.flags.has(Flag::passed));
}

TEST(MboxDovecot, AKeywordMayBeCalledLikeAField) {
  MboxWorld world;
  world.append({message(3, {"X-UID:", "z"})}, Variant::dovecot, folder(1, 4));
  world.append({message(9, {"X-UID:", "z"})}, Variant::dovecot, folder(1, 10));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 9}));
  EXPECT_TRUE(world.read().at(1).info.keywords == (mail::KeywordSet{"X-UID:", "z"}));
}

TEST(MboxDovecot, AKeywordThatTheBaseHasNoRoomForIsLostAndTheOthersStay) {
  MboxWorld world;
  world.put(numbered("1234567 0000000009 k1", {3}));
  world.append({message(12, {"k1", "k2"})}, Variant::dovecot, folder(1234567, 13));
  EXPECT_TRUE(world.read().at(1).info.keywords == mail::KeywordSet{"k1"});
  EXPECT_EQ(world.findings.count(FindingKind::keyword), 1U);
}

std::string many_names(int number) {
  std::string names;
  for (int i = 0; i < number; ++i) names += " keyword-number-" + std::to_string(i);
  return names;
}

TEST(MboxDovecot, ABaseFullOfNamesCostsNoFlags) {
  MboxWorld source;
  source.put(numbered("1234567 0000000009" + many_names(30000), {3}));
  auto all = source.read();
  EXPECT_EQ(source.findings.count(FindingKind::keyword), 30000U - mail::base_keywords_limit);
  for (const Finding& finding : source.findings.all)
    if (finding.kind == FindingKind::keyword) {
      EXPECT_EQ(finding.weight, Weight::lost);
    }
  all.at(0).info.flags = {Flag::seen, Flag::flagged};
  for (int i = 0; i < 200; ++i) all[0].info.keywords.add(std::string(250, 'k') + std::to_string(i));
  auto info = source.source()->folder({});
  for (int i = 0; i < 30000; ++i) info.keywords.push_back("more-" + std::to_string(i));  // as no mbox would say it
  MboxWorld target;
  target.append(all, Variant::dovecot, info);
  const auto back = target.read();
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].info.flags, all[0].info.flags);
  EXPECT_EQ(back[0].info.ids.uid, mail::Uid{3});
  EXPECT_EQ(target.findings.count(FindingKind::header_too_long), 0U);
  EXPECT_EQ(target.findings.count(FindingKind::keyword), 1U) << "the message that lost some; and none on reading";
  // Without mail it is the same.
  MboxWorld empty;
  empty.append({}, Variant::dovecot, info);
  EXPECT_EQ(empty.source()->folder({}).uid_validity, mail::UidValidity{1234567});
  EXPECT_EQ(empty.read().size(), 0U);
  EXPECT_EQ(empty.findings.count(FindingKind::keyword), 0U);
}

TEST(MboxDovecot, NamesThatWereNotReadAreNotOverwritten) {
  MboxWorld world;
  const std::string names = many_names(2000);
  world.put(numbered("1234567 0000000009" + names + std::string(400, ' '), {3}));
  world.append({message(12, {"keyword-number-1", "new"})}, Variant::dovecot, folder(1234567, 13));
  EXPECT_TRUE(contains(world.octets(), "1234567 0000000012" + names));
  EXPECT_TRUE(world.read().at(1).info.keywords == mail::KeywordSet{"keyword-number-1"});
}

TEST(MboxDovecot, AppendingRaisesTheBaseInPlace) {
  MboxWorld world;
  world.append({message(3)}, Variant::dovecot, folder(1234567, 5));
  const std::size_t before = world.octets().size();
  world.append({message(8, {"new"}), message(6), message(12)}, Variant::dovecot, folder(1234567, 13));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 8, 13, 14}));
  const auto info = world.source()->folder({});
  EXPECT_EQ(info.uid_validity, mail::UidValidity{1234567});
  EXPECT_EQ(info.next_uid, mail::Uid{15});
  EXPECT_EQ(info.keywords, (std::vector<std::string>{"new"}));
  EXPECT_EQ(world.octets().find(mark.substr(0, 5), 10), before) << "what stood there stays where it was";
}

TEST(MboxDovecot, IsTheVariantOfAFileThatHasABase) {
  MboxWorld world;
  world.put(numbered("1234567 0000000009", {3}));
  TargetOptions options;
  options.birth.owner = MboxWorld::bob;
  fs::Rules rules;
  rules.side = Side::target;
  EXPECT_TRUE(open_store(world.context, MboxWorld::path, rules, options)->capabilities().keeps_uids);
  world.put(numbered("", {3}));
  EXPECT_FALSE(open_store(world.context, MboxWorld::path, rules, options)->capabilities().keeps_uids);
}

TEST(MboxDovecot, AFileOfAnotherValidityGoesOnWithItsOwnNumbers) {
  MboxWorld world;
  world.put(numbered("77 0000000009", {3}));
  world.append({message(50), message(51)}, Variant::dovecot, folder(1234567, 60));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 10, 11}));
  EXPECT_EQ(world.findings.count(FindingKind::uid_list), 2U);
  EXPECT_EQ(world.source()->folder({}).uid_validity, mail::UidValidity{77});
}

TEST(MboxDovecot, BehindAMessageWithoutAUidTheServerNumbers) {
  MboxWorld world;
  world.put(numbered("1234567 0000000009", {3, 0}));
  world.append({message(50)}, Variant::dovecot, folder(1234567, 60));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 0, 0}));
  EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{60}) << "none that a message had at the source";
  EXPECT_EQ(world.findings.count(FindingKind::uid_list), 1U);
}

TEST(MboxDovecot, APop3UidlIsTold) {
  MboxWorld world;
  Got one = message(3);
  one.info.ids.pop3_uidl = "42";
  world.append({one, message(4)}, Variant::dovecot, folder(1234567, 60));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 4}));
  EXPECT_EQ(world.findings.count(FindingKind::uid_list), 1U);
}

TEST(MboxDovecot, WhereNoUidIsLostNothingIsTold) {
  MboxWorld world;
  world.append({message(3)}, Variant::dovecot, folder(1234567, 4));
  world.append({message(50), message(0)}, Variant::dovecot, folder(1234567, 51));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 50, 51}));
  world.append({message(70)}, Variant::dovecot);
  EXPECT_EQ(world.findings.count(FindingKind::uid_list), 0U) << "nor of a source without UIDVALIDITY";
}

TEST(MboxDovecot, ABaseThatIsTooNarrowIsLeftToTheServer) {
  MboxWorld world;
  world.put(numbered("1234567 9", {3}));
  world.append({message(10)}, Variant::dovecot, folder(1234567, 11));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 0}));
  EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{10});
}

TEST(MboxDovecot, SeveralBatchesOfOneWriterGoOn) {
  MboxWorld world;
  world.put(numbered("1234567 0000000003", {3}));
  const auto store = world.target(Variant::dovecot);
  const auto writer = store->open_folder({}, folder(1234567, 40));
  for (const std::uint32_t uid : {8U, 9U, 30U}) {
    const Got one = message(uid);
    const auto out = writer->append(one.info);
    out->write(as_bytes(one.octets));
    out->commit();
    EXPECT_EQ(writer->flush().size(), 1U);
  }
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 8, 9, 30}));
}

TEST(MboxDovecot, WhatAnotherProgramAppendedMeanwhileIsSeenUnderTheLock) {
  MboxWorld world;
  world.put(numbered("1234567 0000000003", {3}));
  const auto store = world.target(Variant::dovecot);
  const auto writer = store->open_folder({}, folder(1234567, 40));
  const auto out = writer->append(message(8).info);
  out->write(as_bytes("h: 8\n\nb\n"));
  out->commit();
  Intruder(world).append(mark + "h: delivered\n\nb\n\n");
  EXPECT_EQ(writer->flush().size(), 1U);
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 0, 0})) << "staged as 8, which would cost all behind it their UIDs";
  EXPECT_TRUE(contains(world.octets(), "X-UID: 0         \n"));
}

TEST(MboxDovecot, AtNoInstantIsAUidAboveTheBase) {
  for (std::uint64_t n = 1;; ++n) {
    MboxWorld world;
    world.put(numbered("1234567 0000000003", {3}));
    world.kernel.inject({.nth = n, .errno_value = EIO});
    try {
      const auto store = world.target(Variant::dovecot);
      const auto writer = store->open_folder({}, folder(1234567, 9));
      const auto out = writer->append(message(8).info);
      out->write(as_bytes("h: 8\n\nb\n"));
      out->commit();
      static_cast<void>(writer->flush());
    } catch (const Error&) {
    }
    if (world.kernel.faults_hit() == 0) break;
    world.kernel.heal();
    world.clock.sleep(std::chrono::minutes{10});
    const Uids uids = uids_of(world.read());
    ASSERT_TRUE(uids == Uids{3} || uids == (Uids{3, 8})) << "call " << n;
    ASSERT_GE(world.source()->folder({}).next_uid, mail::Uid{4}) << "call " << n;
  }
}

TEST(MboxDovecot, AnEmptyFolderIsKeptByAMessageThatIsNoMail) {
  for (const bool is_there : {false, true}) {
    MboxWorld world;
    if (is_there) world.put("");
    store::FolderInfo info = folder(1234567, 43);
    info.keywords = {"work"};
    world.append({}, Variant::dovecot, info);
    EXPECT_TRUE(world.read().empty());
    const auto back = world.source()->folder({});
    EXPECT_EQ(back.uid_validity, mail::UidValidity{1234567});
    EXPECT_EQ(back.next_uid, mail::Uid{43});
    EXPECT_TRUE(contains(world.octets(), "\nX-IMAP: 0001234567 0000000042 work    "));
    const std::string before = world.octets();
    world.append({}, Variant::dovecot, info);
    EXPECT_EQ(world.octets(), before);
    world.append({message(50, {"new"})}, Variant::dovecot, folder(1234567, 51));
    EXPECT_EQ(uids_of(world.read()), (Uids{50}));
    EXPECT_EQ(world.source()->folder({}).keywords, (std::vector<std::string>{"new", "work"}));
    EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{51});
  }
}

/// Dovecot can't open a folder that has no UID left for the next message.
TEST(MboxDovecot, ABaseWithoutRoomIsNotWrittenAndNotCounted) {
  for (const std::uint32_t next : {0U, 4294967294U, 4294967295U}) {
    MboxWorld world;
    world.append({}, Variant::dovecot, folder(1234567, next));
    EXPECT_EQ(world.octets(), "") << next;
    world.append({message(7)}, Variant::dovecot, folder(1234567, 8));
    const std::string before = world.octets();
    world.append({}, Variant::dovecot, folder(1234567, next));
    EXPECT_EQ(world.octets(), before) << next;
  }
  MboxWorld world;
  world.put(numbered("1234567 4294967295", {3}));
  EXPECT_EQ(world.source()->folder({}).next_uid, mail::Uid{4294967295U}) << "not 0";
  world.append({message(4)}, Variant::dovecot, folder(1234567, 5));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 0}));
  world.put(numbered("1234567 0000000009", {3}));
  world.append({message(4294967294U)}, Variant::dovecot, folder(1234567, 10));
  EXPECT_EQ(uids_of(world.read()), (Uids{3, 10})) << "it gets another";
}

TEST(MboxUids, AVariantWithoutThemSaysWhatIsLost) {
  MboxWorld world;
  world.append({message(3), message(0), message(4)}, Variant::rd, folder(1234567, 9));
  EXPECT_EQ(world.findings.count(FindingKind::uid_list), 2U);
  EXPECT_FALSE(contains(world.octets(), "X-UID"));
  EXPECT_FALSE(contains(world.octets(), "X-IMAPbase"));
}

}  // namespace mailhaul::formats::mbox
