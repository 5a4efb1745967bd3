#include <gtest/gtest.h>

#include <algorithm>

#include "formats/maildir/world.hpp"
#include "mailhaul/io/pump.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::maildir {

using fs::EntryKind;
using mail::Flag;
using mail::FlagSet;

namespace {

std::vector<std::string> handles_of(const Walked& walked) {
  std::vector<std::string> out;
  for (const Seen& seen : walked.messages) out.push_back(seen.info.handle.token);
  return out;
}

Error refusal_at_open(World& world, const std::string& path) {
  try {
    static_cast<void>(world.source(path));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "opened " << path;
  return Error(Cause::usage, Scope::run, "");
}

}  // namespace

TEST(MaildirReader, ShowsFlagsKeywordsDatesAndNames) {
  World world;
  world.put_maildir();
  world.put("dovecot-keywords", "0 $Work\n3 later\n");
  world.put("cur/2.M5P1.h,S=4,W=6:2,RSZd,fut", "abc\n");
  world.put("new/1.M1P1.h", "");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 2U);
  EXPECT_TRUE(walked.failed.empty());

  const auto& first = walked.messages[0].info;
  EXPECT_EQ(first.handle.token, "1.M1P1.h");
  EXPECT_TRUE(first.recent);
  EXPECT_TRUE(first.flags.empty());
  EXPECT_EQ(first.size_octets, 0U) << "an empty file is an empty message";

  const auto& second = walked.messages[1].info;
  EXPECT_EQ(second.handle.token, "2.M5P1.h,S=4,W=6");
  EXPECT_EQ(second.hints.base_name, "2.M5P1.h,S=4,W=6");
  EXPECT_EQ(second.hints.info_extra, "Z,fut");
  EXPECT_EQ(second.flags, (FlagSet{Flag::answered, Flag::seen}));
  EXPECT_TRUE(second.keywords == (mail::KeywordSet{"later"}));
  EXPECT_FALSE(second.recent);
  EXPECT_EQ(second.size_octets, 4U);
  ASSERT_TRUE(second.internal_date.has_value());
  const fs::Status status = world.machine.status_of("/mail/box/cur/2.M5P1.h,S=4,W=6:2,RSZd,fut");
  EXPECT_EQ(*second.internal_date, std::chrono::floor<std::chrono::seconds>(status.modified));
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirReader, InfoCostsNoOpenFile) {
  World world;
  world.put_maildir();
  for (int i = 0; i < 50; ++i) world.put("cur/" + std::to_string(i) + ".a:2,S");
  const auto source = world.source();
  const std::vector<store::FolderSince> folders{{inbox, std::nullopt}};
  const auto cursor = source->walk(folders);
  ASSERT_TRUE(cursor->next());
  const auto opened = world.kernel.calls(support::Call::open_beneath) + world.kernel.calls(support::Call::open_at) +
                      world.kernel.calls(support::Call::status_at);
  std::size_t count = 1;
  while (cursor->next()) ++count;
  EXPECT_EQ(count, 50U);
  EXPECT_EQ(world.kernel.calls(support::Call::open_beneath) + world.kernel.calls(support::Call::open_at) +
                world.kernel.calls(support::Call::status_at),
            opened);
}

TEST(MaildirReader, FlagsOnAFileInNewCount) {
  World world;
  world.put_maildir();
  world.put("new/1.a:2,FS");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 1U);
  EXPECT_EQ(walked.messages[0].info.flags, (FlagSet{Flag::flagged, Flag::seen}));
  EXPECT_TRUE(walked.messages[0].info.recent);
}

TEST(MaildirReader, HiddenNamesAndTmpAreNoMail) {
  World world;
  world.put_maildir();
  world.put("tmp/1.unfinished");
  world.put("cur/.nfs0001");
  world.put("new/.1.tmp");
  world.put("dovecot-uidlist", "3 V1 N1\n");
  world.put("maildirsize", "0S\n");
  EXPECT_TRUE(world.read().messages.empty());
  EXPECT_TRUE(world.findings.all().empty());
}

TEST(MaildirReader, MissingPartsAreTolerated) {
  World world;
  world.machine.put_directory("/mail/box");
  world.machine.put_directory("/mail/box/new");
  world.put("new/1.a");
  EXPECT_EQ(world.read().messages.size(), 1U);
}

TEST(MaildirReader, OrderIsThatInWhichAServerNumbers) {
  World world;
  world.put_maildir();
  for (const char* name : {"cur/10.P3:2,", "new/10.M10P1", "cur/abc:2,S", "cur/9.M9", "new/10.M5P1", "cur/10.M5P0:2,"})
    world.put(name);
  EXPECT_EQ(handles_of(world.read()),
            (std::vector<std::string>{"abc", "9.M9", "10.M5P0", "10.M5P1", "10.M10P1", "10.P3"}));
}

TEST(MaildirReader, ALetterWithoutANameIsShownAsAServerWould) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,Sc");
  world.put("cur/2.a:2,c");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 2U);
  EXPECT_TRUE(walked.messages[0].info.keywords == (mail::KeywordSet{"unknown-2"}));
  EXPECT_EQ(world.findings.count(FindingKind::keyword, Weight::note), 1U) << "once a letter, not once a message";
}

TEST(MaildirReader, AKeywordFileThatIsALinkIsNotRead) {
  World world;
  world.put_maildir();
  world.machine.put_file("/home-secret", "0 secret\n");
  world.machine.put_symlink("/mail/box/dovecot-keywords", "/home-secret");
  world.put("cur/1.a:2,a");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 1U);
  EXPECT_TRUE(walked.messages[0].info.keywords.empty()) << "an invented name would stay for ever";
  EXPECT_EQ(world.findings.count(FindingKind::keyword, Weight::lost), 1U);
}

TEST(MaildirReader, SpecialFilesAndDirectoriesAreNotedAndNeverOpened) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S");
  world.machine.put_special("/mail/box/cur/2.fifo:2,", EntryKind::fifo);
  world.machine.put_special("/mail/box/cur/3.socket", EntryKind::socket);
  world.machine.put_special("/mail/box/new/4.device", EntryKind::device);
  world.machine.put_directory("/mail/box/cur/5.directory:2,S");
  for (const bool has_kinds : {true, false}) {
    world.machine.set_abilities({.entry_kinds = has_kinds});
    const Walked walked = world.read();
    EXPECT_EQ(walked.messages.size(), 1U);
    EXPECT_TRUE(walked.failed.empty());
  }
  EXPECT_EQ(world.findings.count(FindingKind::special_file, Weight::note), 6U) << "three, in two opened stores";
  EXPECT_EQ(world.findings.count(FindingKind::directory_in_cur, Weight::note), 2U);
  EXPECT_EQ(world.machine.devices_opened(), 0U);
}

TEST(MaildirReader, ManySpecialFilesAreCountedNotListed) {
  World world;
  world.put_maildir();
  for (int i = 0; i < 300; ++i) world.machine.put_special("/mail/box/cur/f" + std::to_string(i), EntryKind::fifo);
  static_cast<void>(world.read());
  EXPECT_EQ(world.findings.count(FindingKind::special_file, Weight::note), 300U);
  EXPECT_LT(world.findings.all().size(), 30U);
}

TEST(MaildirReader, ALinkAForeignFileAndAnUnreadableOneFailAndTheRestGoesOn) {
  World world;
  world.put_maildir();
  world.machine.put_file("/secret", "root's own");
  world.put("cur/1.a:2,S", "one");
  world.machine.put_symlink("/mail/box/cur/2.link:2,S", "/secret");
  world.put("cur/3.foreign:2,S", "another customer's", {1234, 1234});
  world.put("cur/4.a:2,S", "four");
  for (const bool has_kinds : {true, false}) {
    world.machine.set_abilities({.entry_kinds = has_kinds});
    const Walked walked = world.read();
    EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"one", "four"}));
    ASSERT_EQ(walked.failed.size(), 2U);
    EXPECT_EQ(walked.failed[0].cause(), Cause::refused);
    EXPECT_NE(walked.failed[0].place().find("2.link"), std::string::npos);
    EXPECT_NE(walked.failed[0].reason().find("symbolic link"), std::string::npos);
    EXPECT_EQ(walked.failed[1].cause(), Cause::refused);
    EXPECT_NE(walked.failed[1].place().find("3.foreign"), std::string::npos);
    EXPECT_EQ(walked.failed[1].side(), Side::source);
    EXPECT_TRUE(walked.end.stable);
  }
}

TEST(MaildirReader, AFileThatMayNotBeReadFailsThatMessageOnly) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S", "one");
  world.machine.put_file("/mail/box/cur/2.a:2,S", "two", {}, 0);
  world.machine.become(1000, 1000);
  const Walked walked = world.read();
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"one"}));
  ASSERT_EQ(walked.failed.size(), 1U);
  EXPECT_EQ(walked.failed[0].cause(), Cause::permission);
  EXPECT_EQ(walked.failed[0].folder(), "INBOX");
}

TEST(MaildirReader, AnErrorOfTheDiskFailsThatMessageOnly) {
  World world;
  world.put_maildir();
  for (int i = 1; i <= 3; ++i) world.put("cur/" + std::to_string(i) + ".a:2,S", std::to_string(i));
  world.kernel.inject({support::Call::read_at, 2, 5});
  const Walked walked = world.read();
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"1", "3"}));
  ASSERT_EQ(walked.failed.size(), 1U);
  EXPECT_EQ(walked.failed[0].cause(), Cause::io_error);
}

TEST(MaildirReader, NamesWithLineEndsAreReportedAsNotRead) {
  World world;
  world.put_maildir();
  world.put("cur/1.a\nFake-Header: x:2,S");
  world.put("cur/2.a\r:2,S");
  world.put("cur/3.\x1b[31mred:2,S", "three");
  const Walked walked = world.read();
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"three"}));
  EXPECT_EQ(walked.messages[0].info.handle.token, "3.\x1b[31mred");
  EXPECT_EQ(world.findings.count(FindingKind::odd_name, Weight::failed), 2U);
}

TEST(MaildirReader, AnEmptyBaseIsReadAndHasAnAddress) {
  World world;
  world.put_maildir();
  world.put("cur/:2,S", "one");
  world.put("new/:x", "two");
  const auto source = world.source();
  const Walked walked = read_folder(*source);
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"one", "two"}));
  std::vector<store::Handle> handles;
  for (const Seen& seen : walked.messages) {
    EXPECT_FALSE(seen.info.handle.token.empty());
    EXPECT_TRUE(seen.info.hints.base_name.empty());
    handles.push_back(seen.info.handle);
  }
  EXPECT_NE(handles[0], handles[1]);
  EXPECT_EQ(read_cursor(*source->fetch(inbox, handles), inbox).messages.size(), 2U);
  EXPECT_EQ(world.findings.count(FindingKind::odd_name, Weight::note), 2U);
}

/// maildir.md section 2: as Dovecot shows them, but not without a word.
TEST(MaildirReader, FlagsBehindAnotherSignThanAColonAreToldAndNotRead) {
  World world;
  world.put_maildir();
  world.put("cur/1.a;2,S");
  world.put("cur/2.b!2,FS");
  world.put("cur/3.c;2,");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 3U);
  for (const Seen& seen : walked.messages) EXPECT_TRUE(seen.info.flags.empty());
  EXPECT_EQ(walked.messages[0].info.handle.token, "1.a;2,S");
  EXPECT_EQ(world.findings.count(FindingKind::odd_name, Weight::note), 2U);
}

TEST(MaildirReader, LongestNamesAreRead) {
  World world;
  world.put_maildir();
  const std::string name = std::string(250, 'n') + ":2,SF";
  ASSERT_EQ(name.size(), 255U);
  world.put("cur/" + name, "long");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 1U);
  EXPECT_EQ(walked.messages[0].info.handle.token, std::string(250, 'n'));
  EXPECT_EQ(walked.messages[0].info.flags, (FlagSet{Flag::seen, Flag::flagged}));
}

TEST(MaildirReader, TwoFilesOfOneBaseNameAreTwoMessages) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,", "one");
  world.put("cur/1.a:2,S", "two");
  world.put("new/2.a", "three");
  world.put("cur/2.a:2,F", "four");
  const auto source = world.source();
  const Walked walked = read_folder(*source);
  EXPECT_EQ(walked.bodies(), (std::multiset<std::string>{"one", "two", "three", "four"}));
  EXPECT_EQ(world.findings.count(FindingKind::duplicate_name, Weight::note), 2U);
  std::set<store::Handle> handles;
  for (const Seen& seen : walked.messages) handles.insert(seen.info.handle);
  EXPECT_EQ(handles.size(), 4U);
  EXPECT_EQ(handles.count(store::Handle{"2.a"}), 1U);
  EXPECT_EQ(walked.by_base("2.a").octets, "four") << "the one in cur/ owns the name";
  for (const Seen& seen : walked.messages) {
    const std::vector<store::Handle> one{seen.info.handle};
    const Walked fetched = read_cursor(*source->fetch(inbox, one), inbox);
    ASSERT_EQ(fetched.messages.size(), 1U) << seen.info.handle.token;
    EXPECT_EQ(fetched.messages[0].octets, seen.octets);
    EXPECT_EQ(fetched.messages[0].info.handle, seen.info.handle);
  }
}

TEST(MaildirReader, TwoNamesOfOneFileAreOneMessage) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,S", "one");
  world.machine.put_link("/mail/box/new/1.a", "/mail/box/cur/1.a:2,S");
  world.machine.put_link("/mail/box/cur/7.copy:2,S", "/mail/box/cur/1.a:2,S");
  const Walked walked = world.read();
  ASSERT_EQ(walked.messages.size(), 2U) << "a hard link under another base name is a copy made by the user";
  EXPECT_EQ(walked.by_base("1.a").info.flags, (FlagSet{Flag::seen}));
  EXPECT_EQ(world.findings.count(FindingKind::duplicate_name, Weight::note), 0U);
}

TEST(MaildirReader, FoldersAreFoundAndNamed) {
  World world;
  world.put_maildir();
  for (const char* folder : {"/.Sent", "/.Work.2024", "/.Gr&APw-n", "/.a..b"})
    world.put_maildir(std::string(World::root) + folder);
  world.machine.put_directory("/mail/box/.OnlyNew");
  world.machine.put_directory("/mail/box/.OnlyNew/new");
  world.machine.put_directory("/mail/box/.nofolder");
  world.machine.put_directory("/mail/box/courierimapkeywords");
  world.put("subscriptions", "Sent\n");
  world.put(".dotfile", "x");
  world.machine.put_symlink("/mail/box/.dovecot.sieve", "sieve/x");
  const auto mailboxes = world.source()->mailboxes();
  ASSERT_EQ(mailboxes.size(), 1U);
  std::vector<std::string> names;
  for (const auto& folder : mailboxes[0].folders) names.push_back(folder.display());
  EXPECT_EQ(names, (std::vector<std::string>{"INBOX", "Gr\xc3\xbcn", "OnlyNew", "Sent", "Work/2024", "a/_/b"}));
  EXPECT_EQ(world.findings.count(FindingKind::folder_name, Weight::note), 1U);
  EXPECT_EQ(world.findings.all().size(), 1U);
}

TEST(MaildirReader, FoldersThatAreNotReadAreReported) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/other");
  world.machine.put_symlink("/mail/box/.Link", "/mail/other");
  world.put_maildir("/mail/box/.Foreign");
  world.machine.give_to("/mail/box/.Foreign", {1234, 1234});
  world.put_maildir("/mail/box/Archive");
  EXPECT_EQ(world.source()->mailboxes()[0].folders.size(), 1U);
  EXPECT_EQ(world.findings.count(FindingKind::symlink, Weight::failed), 1U);
  EXPECT_EQ(world.findings.count(FindingKind::foreign_owner, Weight::failed), 1U);
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file, Weight::failed), 1U) << "LAYOUT=fs";
}

TEST(MaildirReader, MailHiddenByTheRootIsShownUnderAnotherName) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/box/.INBOX");
  EXPECT_EQ(world.source()->mailboxes()[0].folders.size(), 1U) << "an empty one is not worth a folder";
  EXPECT_TRUE(world.findings.all().empty());
  world.put(".INBOX/cur/1.a:2,S", "hidden");
  const auto source = world.source();
  const auto folders = source->mailboxes()[0].folders;
  ASSERT_EQ(folders.size(), 2U);
  EXPECT_EQ(folders[1].display(), "INBOX" + mail::name_mark(".INBOX"));
  EXPECT_EQ(read_folder(*source, {"", folders[1]}).bodies(), (std::multiset<std::string>{"hidden"}));
  EXPECT_EQ(world.findings.count(FindingKind::folder_name, Weight::note), 1U);
}

TEST(MaildirReader, AFolderInAnySpellingIsReadUnderItsName) {
  World world;
  world.put_maildir();
  for (const char* directory : {"/.Gr&APw-", "/.Gr\xc3\xbc", "/.Gr\xfc"}) {
    world.put_maildir(std::string(World::root) + directory);
    world.machine.put_file(std::string(World::root) + directory + "/cur/1.a:2,", directory);
  }
  const auto source = world.source();
  std::multiset<std::string> bodies;
  const auto mailboxes = source->mailboxes();
  for (const auto& folder : mailboxes[0].folders) bodies.merge(read_folder(*source, {"", folder}).bodies());
  EXPECT_EQ(bodies, (std::multiset<std::string>{"/.Gr&APw-", "/.Gr\xc3\xbc", "/.Gr\xfc"}));
}

TEST(MaildirReader, OneWalkGoesThroughSeveralFolders) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/box/.Sent");
  world.put("cur/1.a:2,", "i");
  world.put(".Sent/cur/1.a:2,", "s");
  const auto source = world.source();
  const store::FolderRef sent = folder_ref({"Sent"});
  const store::FolderRef gone = folder_ref({"Gone"});
  const std::vector<store::FolderSince> folders{{gone, {}}, {inbox, {}}, {sent, {}}};
  const auto cursor = source->walk(folders);
  try {
    static_cast<void>(cursor->next());
    FAIL() << "the folder is not there";
  } catch (const Error& error) {
    EXPECT_EQ(error.scope(), Scope::folder);
    EXPECT_EQ(error.cause(), Cause::not_found);
    EXPECT_EQ(error.folder(), "Gone");
  }
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->folder(), inbox);
  ASSERT_TRUE(cursor->next());
  EXPECT_EQ(cursor->folder(), sent);
  EXPECT_FALSE(cursor->next());
  EXPECT_TRUE(cursor->end(sent).stable);
  EXPECT_FALSE(cursor->end(gone).stable);
}

TEST(MaildirReader, FetchGivesWhatIsAskedForAndStillThere) {
  World world;
  world.put_maildir();
  for (int i = 1; i <= 5; ++i) world.put("cur/" + std::to_string(i) + ".a:2,S", std::to_string(i));
  const auto source = world.source();
  const std::vector<store::Handle> handles{{"4.a"}, {"2.a"}, {"9.gone"}, {"4.a"}, {"2.a:other"}, {""}};
  EXPECT_EQ(read_cursor(*source->fetch(inbox, handles), inbox).bodies(), (std::multiset<std::string>{"2", "4"}));
  EXPECT_TRUE(read_cursor(*source->fetch(inbox, {}), inbox).messages.empty());
}

TEST(MaildirReader, FetchFindsAMessageWhoseFlagsChanged) {
  World world;
  world.put_maildir();
  world.put("new/1.a", "one");
  const auto source = world.source();
  const store::Handle handle = read_folder(*source).messages.at(0).info.handle;
  world.machine.remove("/mail/box/new/1.a");
  world.put("cur/1.a:2,S", "one");
  const std::vector<store::Handle> handles{handle};
  const Walked fetched = read_cursor(*source->fetch(inbox, handles), inbox);
  ASSERT_EQ(fetched.messages.size(), 1U);
  EXPECT_EQ(fetched.messages[0].info.flags, (FlagSet{Flag::seen}));
}

TEST(MaildirReader, StampsChangeWithMessagesAndKeywordsAndOnlyThen) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,");
  const auto source = world.source();
  EXPECT_TRUE(source->stamp(inbox)->young);
  world.settle();
  const auto first = source->stamp(inbox);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(first->young);
  world.put("tmp/x");
  world.put("dovecot-uidlist", "3 V1 N2\n");
  EXPECT_EQ(first, source->stamp(inbox)) << "no message changed";
  world.put("dovecot-keywords", "0 a\n");
  const auto second = source->stamp(inbox);
  EXPECT_FALSE(first == second);
  world.machine.exchange("/mail/box/cur/1.a:2,", "/mail/box/tmp/x");
  EXPECT_FALSE(second == source->stamp(inbox));
  EXPECT_EQ(source->stamp(folder_ref({"None"})), std::nullopt);
}

TEST(MaildirReader, TheStampOfAWalkIsTheOneTakenBefore) {
  World world;
  world.put_maildir();
  world.put("cur/1.a:2,");
  world.settle();
  const auto source = world.source();
  const auto before = source->stamp(inbox);
  const Walked walked = read_folder(*source);
  EXPECT_TRUE(walked.end.stable);
  EXPECT_EQ(walked.end.stamp, before);
}

TEST(MaildirReader, IdentityNamesThePlace) {
  World world;
  world.put_maildir();
  world.put_maildir("/mail/other");
  EXPECT_EQ(world.source()->identity(), world.source()->identity());
  EXPECT_FALSE(world.source()->identity() == world.source("/mail/other")->identity());
}

TEST(MaildirReader, IdentityIsThatOfTheFileSystemWhichARebootLeavesAsItIs) {
  World world;
  world.put_maildir();
  const fs::FileId id = world.machine.status_of(World::root).id;
  const std::string rest = ":" + std::to_string(id.inode) + ":" + World::root;
  EXPECT_EQ(world.source()->identity().text, "maildir:" + std::to_string(id.device) + rest);
  world.machine.set_abilities({.file_system_id = 77});
  EXPECT_EQ(world.source()->identity().text, "maildir:77" + rest);
}

TEST(MaildirReader, WhatIsNoMaildirIsRefusedWithWhatWasSeen) {
  World world;
  world.machine.put_directory("/mail/empty");
  world.machine.put_file("/mail/file", "From x\n");
  EXPECT_EQ(refusal_at_open(world, "/mail/none").cause(), Cause::not_found);
  EXPECT_EQ(refusal_at_open(world, "/mail/empty").cause(), Cause::not_a_store);
  EXPECT_EQ(refusal_at_open(world, "/mail/file").cause(), Cause::not_a_store);
  EXPECT_EQ(refusal_at_open(world, "/mail/file").scope(), Scope::run);
}

TEST(MaildirReader, DetectionSaysWhatItSaw) {
  World world;
  world.put_maildir();
  world.machine.put_directory("/mail/onlynew");
  world.machine.put_directory("/mail/onlynew/new");
  world.machine.put_file("/mail/file", "x");
  EXPECT_TRUE(detect(world.context, "/mail/box").matches);
  EXPECT_TRUE(detect(world.context, "/mail/onlynew").matches);
  EXPECT_NE(detect(world.context, "/mail/onlynew").text.find("without cur"), std::string::npos);
  EXPECT_FALSE(detect(world.context, "/mail").matches);
  EXPECT_FALSE(detect(world.context, "/mail/file").matches);
  EXPECT_FALSE(detect(world.context, "/mail/none").matches);
}

TEST(MaildirReader, FolderInfoHasTheKeywordNames) {
  World world;
  world.put_maildir();
  world.put("dovecot-keywords", "1 b\n0 a\n");
  EXPECT_EQ(world.source()->folder(inbox).keywords, (std::vector<std::string>{"a", "b"}));
}

TEST(MaildirReader, ASourceIsNeverChanged) {
  World world;
  world.put_maildir();
  world.put("new/1.a", "one");
  world.put("cur/2.a:2,Sx", "two");
  const auto files = world.machine.files();
  const auto status = world.machine.status_of("/mail/box/cur");
  static_cast<void>(world.source()->mailboxes());
  static_cast<void>(world.read());
  EXPECT_EQ(world.machine.files(), files);
  EXPECT_EQ(world.machine.status_of("/mail/box/cur").changed, status.changed);
}

}  // namespace mailhaul::formats::maildir
