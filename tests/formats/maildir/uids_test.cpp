// UIDs, UIDVALIDITY, GUIDs and POP3 UIDLs of a Maildir: read from its list, and given to a copy.
#include <gtest/gtest.h>

#include "formats/maildir/numbered_target.hpp"
#include "formats/maildir/uidlist.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

namespace {

std::vector<std::uint32_t> uids_of(const Walked& walked) {
  std::vector<std::uint32_t> out;
  for (const Seen& seen : walked.messages) out.push_back(seen.info.ids.uid.value_or(mail::Uid{0}).value);
  return out;
}

std::vector<std::string> handles_of(const Walked& walked) {
  std::vector<std::string> out;
  for (const Seen& seen : walked.messages) out.push_back(seen.info.handle.token);
  return out;
}

}  // namespace

TEST(MaildirUids, AreReadByTheKeyWhateverTheFlagsAreNow) {
  World world;
  world.put_maildir();
  world.put("cur/1.a,S=4:2,S", "a\n");
  world.put("new/2.b", "b\n");
  world.put(uid_list_name, header("N9") + "3 :1.a,S=4:2,FT\n5 Gg2 P7b O3 W9 Xx :2.b\n");
  const Walked walked = world.read();
  ASSERT_EQ(uids_of(walked), (std::vector<std::uint32_t>{3, 5}));
  const mail::ServerIds& first = walked.messages[0].info.ids;
  EXPECT_EQ(first.guid, "1.a,S=4") << "the key is the default GUID";
  EXPECT_EQ(first.pop3_uidl, "");
  const mail::ServerIds& second = walked.messages[1].info.ids;
  EXPECT_EQ(second.guid, "g2");
  EXPECT_EQ(second.pop3_uidl, "7b");
  EXPECT_EQ(second.pop3_order, 3U);
  EXPECT_EQ(second.list_fields, " Xx");
  const store::FolderInfo info = world.source()->folder(inbox);
  EXPECT_EQ(info.uid_validity, mail::UidValidity{1'700'000'000});
  EXPECT_EQ(info.next_uid, mail::Uid{9});
  EXPECT_EQ(info.guid, guid);
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirUids, AnEmptyPop3UidlIsTheBaseName) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  world.put(uid_list_name, header("N9") + "3 P :1.a\n");
  EXPECT_EQ(world.read().messages.at(0).info.ids.pop3_uidl, "1.a");
}

TEST(MaildirUids, MessagesComeByUidAndThenThoseWithoutAsAServerWouldNumberThem) {
  World world;
  world.put_maildir();
  for (const char* name : {"cur/9.M9:2,", "cur/10.M5P0:2,", "new/abc", "new/10.P3", "cur/1.z:2,", "new/10.M10P1"})
    world.put(name, name);
  world.put(uid_list_name, header("N9") + "2 :10.M5P0\n7 :1.z\n");
  const Walked walked = world.read();
  EXPECT_EQ(handles_of(walked), (std::vector<std::string>{"10.M5P0", "1.z", "abc", "9.M9", "10.M10P1", "10.P3"}));
  EXPECT_EQ(uids_of(walked), (std::vector<std::uint32_t>{2, 7, 0, 0, 0, 0}));
}

TEST(MaildirUids, RecordsOfFilesThatAreGoneAreReadOver) {
  World world;
  world.put_maildir();
  world.put("cur/2.b:2,S");
  world.put(uid_list_name, header("N1") + "3 :1.a\n5 :2.b\n8 :3.c\n");
  EXPECT_EQ(uids_of(world.read()), (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(world.source()->folder(inbox).next_uid, mail::Uid{9});
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirUids, OfANameListedTwiceTheLastUidCounts) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  world.put(uid_list_name, header("N9") + "3 Gold :1.a\n5 :1.a\n");
  const Walked walked = world.read();
  ASSERT_EQ(uids_of(walked), (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(walked.messages[0].info.ids.guid, "1.a");
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
}

TEST(MaildirUids, AListWithAJunkLineIsMendedAndTheLossTold) {
  World world;
  world.put_maildir();
  for (const char* name : {"cur/1.a:2,S", "cur/2.b:2,S", "cur/3.c:2,S"}) world.put(name, name);
  world.put(uid_list_name, header("N4") + "9 :1.a\n5 :2.b\njunk\n11 :3.c\n");
  const auto source = world.source();
  EXPECT_EQ(uids_of(read_folder(*source)), (std::vector<std::uint32_t>{9, 11, 0}));
  EXPECT_EQ(source->folder(inbox).uid_validity, mail::UidValidity{1'700'000'000});
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::lost), 2U);
}

TEST(MaildirUids, AListWithoutAUsableHeaderIsNone) {
  for (const char* text : {"3 V0 N1\n1 :1.a\n", "junk\n1 :1.a\n"}) {
    World world;
    world.put_maildir();
    world.put("cur/1.a:2,S");
    world.put(uid_list_name, text);
    world.put(courier_uid_list_name, "1 5 9\n2 1.a\n");
    const auto source = world.source();
    EXPECT_EQ(uids_of(read_folder(*source)), (std::vector<std::uint32_t>{0})) << text;
    EXPECT_EQ(source->folder(inbox).uid_validity, std::nullopt);
    EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::lost), 1U) << text;
  }
}

TEST(MaildirUids, CouriersListIsReadWhereDovecotHasNone) {
  World world;
  world.put_maildir();
  world.put("cur/1.a,S=3:2,S");
  world.put("cur/2.b:2,S");
  world.put(courier_uid_list_name, "1 1234 9\n2 2.b\n6 1.a,S=3\n");
  EXPECT_EQ(handles_of(world.read()), (std::vector<std::string>{"2.b", "1.a,S=3"}));
  EXPECT_EQ(uids_of(world.read()), (std::vector<std::uint32_t>{2, 6}));
  EXPECT_EQ(world.source()->folder(inbox).uid_validity, mail::UidValidity{1234});
  world.put(uid_list_name, header("N9") + "3 :1.a,S=3\n");
  EXPECT_EQ(uids_of(world.read()), (std::vector<std::uint32_t>{3, 0}));
}

TEST(MaildirUids, AListThatIsALinkOrAnothersIsNotRead) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  world.machine.put_file("/mail/secret", header("N9") + "3 :1.a\n");
  world.machine.put_symlink("/mail/box/dovecot-uidlist", "/mail/secret");
  EXPECT_EQ(uids_of(world.read()), (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::lost), 1U);
}

TEST(MaildirUids, OfTwoFilesWithOneBaseNameTheOwnerHasTheUid) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,", "one");
  world.put("cur/1.a:2,S", "two");
  world.put(uid_list_name, header("N9") + "3 :1.a\n");
  const Walked walked = world.read();
  EXPECT_EQ(uids_of(walked), (std::vector<std::uint32_t>{3, 0}));
  EXPECT_EQ(walked.messages.at(0).info.handle.token, "1.a");
}

TEST(MaildirUids, ManyLongFieldsAreLeftOutBeforeTheyFillTheMemory) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  std::string text = header("N9");
  for (int uid = 1; uid <= 1000; ++uid) text += std::to_string(uid) + " P" + std::string(1000, 'x') + " :1.a\n";
  world.put(uid_list_name, text);
  const Walked walked = world.read();
  EXPECT_EQ(uids_of(walked), (std::vector<std::uint32_t>{1000}));
  EXPECT_EQ(world.findings.count(FindingKind::over_limit, Weight::lost), 1000U - 65'696 / 1002);
}

/// S13: one file in many folders would be read for each.
TEST(MaildirUids, ALargeListThatIsLinkedIntoOtherFoldersIsReadForOne) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  const std::string small = header("N9") + "3 :1.a\n";
  std::string large = small;
  for (int uid = 4; large.size() <= (4U << 20U); ++uid)
    large += std::to_string(uid) + " :" + std::string(200, 'x') + "\n";
  world.put_maildir("/mail/box/.A");
  world.put(".A/cur/1.a:2,S");
  for (const auto& [text, uid] : {std::tuple{small, 3U}, {large, 0U}}) {
    world.put(uid_list_name, text);
    world.machine.put_link("/mail/box/.A/dovecot-uidlist", "/mail/box/dovecot-uidlist");
    const auto source = world.source();
    for (int twice = 0; twice < 2; ++twice) {
      EXPECT_EQ(uids_of(read_folder(*source, inbox)), std::vector<std::uint32_t>{3U}) << "as in a backup made of links";
      EXPECT_EQ(uids_of(read_folder(*source, folder_ref({"A"}))), std::vector<std::uint32_t>{uid}) << text.size();
    }
    world.machine.remove("/mail/box/.A/dovecot-uidlist");
  }
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::lost), 1U);
}

TEST(MaildirUidWriter, AListThatIsTooLargeStaysAndIsToldAsLost) {
  std::string linked = header("N9");
  for (int uid = 4; linked.size() <= (4U << 20U); ++uid)
    linked += std::to_string(uid) + " :" + std::string(200, 'x') + "\n";
  std::string many = header("N9");
  for (int uid = 4; uid < 2'500'006; ++uid) many.append(std::to_string(uid)).append(" :x\n");
  for (const bool is_linked : {true, false}) {
    World world;
    Target target(world);
    world.put(uid_list_name, is_linked ? linked : many);
    if (is_linked) world.machine.put_link("/mail/box/linked", "/mail/box/dovecot-uidlist");
    target.finish(numbered_folder(9), {{"1.a", ids(3)}});
    EXPECT_TRUE(target.list() == (is_linked ? linked : many));
    EXPECT_EQ(world.findings.count(FindingKind::over_limit, Weight::lost), 1U);
  }
}

TEST(MaildirUidWriter, WritesAListWhereThereIsNone) {
  World world;
  world.birth = {{1001, 1002}, 0640, 0750};
  Target target(world);
  store::FolderInfo info = numbered_folder(20);
  info.list_fields = " Xy";
  target.finish(info, {{"1.a,S=4", ids(3, "1.a,S=4")}, {"2.b", ids(5, "1.old", "2.b")}, {"3.c", ids(9, "", "uidl")}});
  EXPECT_EQ(target.list(), std::string("3 V1700000000 N20 G") + guid +
                               " Xy\n"
                               "3 :1.a,S=4\n"
                               "5 G1.old P :2.b\n"
                               "9 Puidl :3.c\n");
  const fs::Status status = world.machine.status_of("/mail/box/dovecot-uidlist");
  EXPECT_EQ(status.owner, (fs::Owner{1001, 1002}));
  EXPECT_EQ(status.permissions, 0640U);
  EXPECT_FALSE(target.has("dovecot-uidlist.lock"));
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirUidWriter, TheNextUidIsAboveAllThatAreListed) {
  World world;
  Target target(world);
  target.finish(numbered_folder(1), {{"1.a", ids(7)}});
  EXPECT_EQ(target.list(), header("N8") + "7 :1.a\n");
}

TEST(MaildirUidWriter, AFolderThatNobodyNumberedGetsNoList) {
  World world;
  Target target(world);
  target.finish({}, {{"1.a", ids(7)}});
  EXPECT_FALSE(target.has(uid_list_name));
  EXPECT_FALSE(target.has("dovecot-uidvalidity"));
}

TEST(MaildirUidWriter, AMessageThatDoesNotOwnItsBaseNameIsLeftToTheServer) {
  World world;
  Target target(world);
  target.finish(numbered_folder(9), {{"1.a:1.a:2,S", ids(3)}, {"2.b", ids(4)}});
  EXPECT_EQ(target.list(), header("N9") + "4 :2.b\n");
}

TEST(MaildirUidWriter, AFolderThatAServerNumberedIsLeftToIt) {
  for (const char* name : {"dovecot.index.log", "dovecot.index", "dovecot.index.cache", "courierimapuiddb"}) {
    World world;
    Target target(world);
    world.put(name, "x");
    target.finish(numbered_folder(9), {{"1.a", ids(3)}});
    EXPECT_FALSE(target.has(uid_list_name)) << name;
    EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U) << name;
  }
}

TEST(MaildirUidWriter, AListOfAnotherValidityOrWithJunkStaysAsItIs) {
  for (const std::string& text : {std::string("3 V5 N9\n1 :x\n"), header("N9") + "junk\n", std::string()}) {
    World world;
    Target target(world);
    world.put(uid_list_name, text);
    target.finish(numbered_folder(9), {{"1.a", ids(3)}});
    EXPECT_EQ(target.list(), text);
    EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
  }
}

/// Dovecot 2.3.19 panics on a list that has no UID left for the next message.
TEST(MaildirUidWriter, AListWithoutRoomIsNeitherWrittenNorAddedTo) {
  for (const std::uint32_t next : {0U, 4294967294U, 4294967295U}) {
    World world;
    Target target(world);
    target.finish(numbered_folder(next), {{"1.a", ids(3)}});
    EXPECT_FALSE(target.has(uid_list_name)) << next;
    EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U) << next;
  }
  World world;
  Target target(world);
  target.finish(numbered_folder(9), {{"1.a", ids(3)}, {"2.b", ids(4294967294U)}});
  EXPECT_EQ(target.list(), header("N9") + "3 :1.a\n");
  const std::string full = header("N9") + "4294967294 :1.a\n";
  world.put(uid_list_name, full);
  target.finish(numbered_folder(9), {{"1.a", ids(3)}, {"2.b", ids(4)}});
  EXPECT_EQ(target.list(), full);
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
}

TEST(MaildirUidWriter, AListThatSaysItAllIsNotTouched) {
  World world;
  Target target(world);
  target.finish(numbered_folder(9), {{"1.a", ids(3)}, {"2.b", ids(4)}});
  world.settle();
  const auto before = world.machine.status_of("/mail/box/dovecot-uidlist");
  target.finish(numbered_folder(9), {{"1.a", ids(3)}, {"2.b", ids(4)}});
  world.put("dovecot.index", "");  // opened by a server meanwhile: nothing to tell either
  target.finish(numbered_folder(9), {{"1.a", ids(3)}, {"2.b", ids(4)}});
  const auto after = world.machine.status_of("/mail/box/dovecot-uidlist");
  EXPECT_EQ(before.id, after.id);
  EXPECT_EQ(before.changed, after.changed);
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirUidWriter, AListThatOnlyWeWroteGrows) {
  World world;
  Target target(world);
  target.finish(numbered_folder(9), {{"1.a", ids(3, "g1")}, {"3.c", ids(6)}});
  target.finish(numbered_folder(12), {{"1.a", ids(3, "g1")}, {"2.b", ids(4, "g2")}, {"3.c", ids(6)}, {"4.d", ids(10)}});
  EXPECT_EQ(target.list(), header("N12") + "3 Gg1 :1.a\n4 Gg2 :2.b\n6 :3.c\n10 :4.d\n");
  target.finish(numbered_folder(15), {});
  EXPECT_EQ(target.list(), header("N15") + "3 Gg1 :1.a\n4 Gg2 :2.b\n6 :3.c\n10 :4.d\n");
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirUidWriter, WhatHasAnotherPlaceInTheListKeepsIt) {
  World world;
  Target target(world);
  world.put(uid_list_name, header("N9") + "3 W8 :1.a\n4 :2.b\n");
  target.finish(numbered_folder(9), {{"9.z", ids(3)}, {"2.b", ids(5)}, {"3.c", ids(6)}});
  EXPECT_EQ(target.list(), header("N9") + "3 W8 :1.a\n4 :2.b\n6 :3.c\n");
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 2U);
}

TEST(MaildirUidWriter, AServerThatOpenedTheFolderNumbersWhatComesLater) {
  World world;
  Target target(world);
  target.finish(numbered_folder(9), {{"1.a", ids(3)}});
  world.put("dovecot.index.log", "x");
  target.finish(numbered_folder(12), {{"1.a", ids(3)}, {"2.b", ids(10)}});
  EXPECT_EQ(target.list(), header("N9") + "3 :1.a\n");
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 1U);
}

TEST(MaildirUidWriter, AListThatAServerChangedIsItsOwnWithoutAnIndexToo) {
  World world;
  Target target(world);
  store::FolderInfo info = numbered_folder(9);
  info.list_digest = target.finish(info, {{"1.a", ids(3)}});
  EXPECT_FALSE(info.list_digest.empty());
  info.next_uid = mail::Uid{12};
  info.list_digest = target.finish(info, {{"1.a", ids(3)}, {"2.b", ids(10)}});
  EXPECT_EQ(target.list(), header("N12") + "3 :1.a\n10 :2.b\n") << "only we wrote it: it grows";
  EXPECT_TRUE(world.findings.all().empty());

  const std::string theirs = header("N12") + "3 :1.a\n10 :2.b\n12 :9.delivered\n";
  world.put(uid_list_name, theirs);
  info.next_uid = mail::Uid{20};
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(target.finish(info, {{"1.a", ids(3)}, {"2.b", ids(10)}, {"3.c", ids(19)}}), info.list_digest)
        << "what we wrote last is another list, in the next run too";
    EXPECT_EQ(target.list(), theirs);
  }
  EXPECT_EQ(world.findings.count(FindingKind::uid_list, Weight::note), 2U);
}

TEST(MaildirUidWriter, ADigestIsOfAListThatWasWrittenHere) {
  World world;
  Target target(world);
  const std::string theirs = header("N9") + "3 :1.a\n";
  world.put(uid_list_name, theirs);
  EXPECT_EQ(target.finish(numbered_folder(9), {{"1.a", ids(3)}}), "") << "theirs, and nothing to add";
  EXPECT_EQ(target.finish({}), "");
  store::FolderInfo known;
  known.list_digest = "of an earlier run";
  EXPECT_EQ(target.finish(known), "of an earlier run");
  EXPECT_NE(target.finish(numbered_folder(12), {{"1.a", ids(3)}, {"2.b", ids(10)}}), "");
}

TEST(MaildirUidWriter, WaitsForTheLockAndGivesUpByName) {
  World world;
  Target target(world);
  world.put("dovecot-uidlist.lock", "1:other");
  try {
    target.finish(numbered_folder(9), {{"1.a", ids(3)}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::locked);
    EXPECT_EQ(error.folder(), "INBOX");
    EXPECT_EQ(error.place(), "/mail/box/dovecot-uidlist.lock");
  }
  EXPECT_FALSE(target.has(uid_list_name));
}

TEST(MaildirUidWriter, TheLastValidityIsKeptForFoldersToCome) {
  World world;
  Target target(world);
  target.finish(numbered_folder(9));
  EXPECT_EQ(world.octets("dovecot-uidvalidity"), "6553f100");
  EXPECT_EQ(world.octets("dovecot-uidvalidity.6553f100"), "");
  EXPECT_EQ(world.machine.status_of("/mail/box/dovecot-uidvalidity.6553f100").permissions, 0444U);
  EXPECT_EQ(target.list(), header("N9")) << "an empty folder keeps its numbers too";

  World other;
  Target known(other);
  other.put("dovecot-uidvalidity", "00000007");
  known.finish(numbered_folder(9));
  EXPECT_EQ(other.octets("dovecot-uidvalidity"), "00000007");
}

TEST(MaildirUids, AFirstCopyIsTheSourceForEveryClient) {
  World world;
  world.put_maildir("/mail/old");
  const std::string list = header("N40") + "3 :1.a,S=2\n5 Gg2 P O3 Xx :2.b,S=2\n7 :3.c\n";
  for (const auto& [name, octets] : std::map<std::string, std::string>{
           {"cur/1.a,S=2:2,S", "a\n"}, {"new/2.b,S=2", "b\n"}, {"cur/3.c:2,FS", "c\n"}, {"dovecot-uidlist", list}})
    world.machine.put_file("/mail/old/" + name, octets);
  const auto from = world.source("/mail/old");
  const auto to = world.target();
  const auto writer = to->open_folder(inbox, from->folder(inbox));
  const Walked walked = read_folder(*from, inbox);
  for (const Seen& seen : walked.messages) append(*writer, seen.octets, seen.info);
  const auto receipts = writer->flush();
  Numbered numbered;
  for (std::size_t i = 0; i < receipts.size(); ++i)
    numbered.all.emplace_back(receipts[i].handle, walked.messages[i].info.ids);
  writer->finish(from->folder(inbox), numbered);
  EXPECT_EQ(world.octets(uid_list_name), list);
}

TEST(MaildirUids, ARenamedMessageKeepsTheGuidAndUidlThatClientsKnow) {
  World world;
  world.put_maildir("/mail/old");
  world.machine.put_file("/mail/old/cur/1.a:2,S", "a\n");
  world.machine.put_file("/mail/old/dovecot-uidlist", header("N4") + "3 P :1.a\n");
  world.put_maildir();
  world.put("cur/1.a:2,", "another message of that name");
  const auto from = world.source("/mail/old");
  const auto writer = world.target()->open_folder(inbox, from->folder(inbox));
  const Walked walked = read_folder(*from, inbox);
  append(*writer, walked.messages.at(0).octets, walked.messages.at(0).info);
  const auto receipts = writer->flush();
  Numbered numbered;
  numbered.all.emplace_back(receipts.at(0).handle, walked.messages.at(0).info.ids);
  writer->finish(from->folder(inbox), numbered);
  EXPECT_NE(receipts[0].handle.token, "1.a");
  EXPECT_EQ(world.octets(uid_list_name), header("N4") + "3 G1.a P1.a :" + receipts[0].handle.token + "\n");
}

}  // namespace mailhaul::formats::maildir
