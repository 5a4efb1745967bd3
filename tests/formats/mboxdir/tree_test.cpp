// Dovecot's tree of mboxes (mbox.md section 7).
#include "formats/mboxdir/world.hpp"

#include <algorithm>

#include "formats/mboxdir/marked_name.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

using Texts = std::vector<std::string>;

TEST(Mboxdir, EveryFileIsAFolderAndEveryDirectoryAParent) {
  TreeWorld world;
  world.put("inbox", mbox_with("Subject: in\n\nb"));
  world.put("Sent", mbox_with("Subject: sent\n\nb"));
  world.put("Work/2024/Q1", mbox_with("Subject: q1\n\nb"));
  world.put("Work/Entw&APw-rfe", mbox_with("Subject: drafts\n\nb"));
  world.put("Empty", "");
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"INBOX", "Empty", "Sent", "Work/2024/Q1", "Work/Entw\xc3\xbcrfe"}));
  EXPECT_EQ(TreeWorld::texts(*source, "INBOX"), Texts{"Subject: in\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "Work/2024/Q1"), Texts{"Subject: q1\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "Work/Entw\xc3\xbcrfe"), Texts{"Subject: drafts\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "Empty"), Texts{});
  EXPECT_EQ(TreeWorld::texts(*source, "Nowhere"), Texts{});
  EXPECT_FALSE(source->stamp(named("Nowhere")).has_value());
  EXPECT_TRUE(source->stamp(named("Work/2024/Q1")).has_value());
  EXPECT_EQ(source->folder(named("Empty")).messages, 0U);
  EXPECT_TRUE(world.findings.all.empty() || world.findings.count(FindingKind::no_zone) == world.findings.all.size());
}

TEST(Mboxdir, ItsIdentityHasTheIdOfTheFileSystemItself) {
  TreeWorld world;
  world.put("inbox", "");
  const std::string rest =
      ":" + std::to_string(world.memory.status_of(TreeWorld::root).id.inode) + ":" + TreeWorld::root;
  EXPECT_EQ(world.source()->identity().text,
            "mboxdir:" + std::to_string(world.memory.status_of(TreeWorld::root).id.device) + rest);
  world.memory.set_abilities({.file_system_id = 77});
  EXPECT_EQ(world.source()->identity().text, "mboxdir:77" + rest);
}

TEST(Mboxdir, ControlFilesAndIndexesArePassedOver) {
  TreeWorld world;
  world.put("Sent", mbox_with("h: 1\n\nb"));
  for (const char* name : {".imap/Sent/dovecot.index", ".imap/dovecot-uidvalidity",
                           "Work/2024/.imap/Q1/dovecot.index.log", "mailhaul-tmp-12"})
    world.put(name, mbox_with("h: no\n\nmail"));
  world.put(".subscriptions", "Sent\n");
  world.put("Sent.lock", "4711");
  world.put("Sent.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
  world.put(".empty", "");
  EXPECT_EQ(world.folders(), Texts{"Sent"});
  EXPECT_TRUE(world.findings.all.empty());
}

TEST(Mboxdir, MailUnderANameThatIsPassedOverIsTold) {
  TreeWorld world;
  world.put("Sent", mbox_with("h: 1\n\nb"));
  for (const char* name : {".hidden", "Sent.lock", "Work/old.msf", ".Archive/Work/2024", "x.lock/y"})
    world.put(name, mbox_with("h: no\n\nmail"));
  world.memory.put_symlink(TreeWorld::at(".link"), "/var");
  world.put(".theirs", mbox_with("h: secret\n\nb"), {0, 0});
  EXPECT_EQ(world.folders(), Texts{"Sent"});
  std::vector<std::string> told;
  for (const Finding& finding : world.findings.all) {
    EXPECT_EQ(finding.kind, FindingKind::ignored_file) << finding.where;
    EXPECT_EQ(finding.weight, Weight::note) << finding.where;
    told.push_back(finding.where);
  }
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, (Texts{".Archive", ".hidden", "Sent.lock", "Work/old.msf", "x.lock"}));
}

TEST(Mboxdir, AWalkGoesThroughManyFolders) {
  TreeWorld world;
  world.put("a", mbox_with("h: 1\n\n") + "\n" + mbox_with("h: 2\n\n"));
  world.put("b", "");
  world.put("c", mbox_with("h: 3\n\n"));
  const auto source = world.source();
  std::vector<store::FolderSince> folders;
  for (const char* name : {"a", "b", "nowhere", "c"}) folders.push_back({named(name), std::nullopt});
  const auto cursor = source->walk(folders);
  Texts seen;
  while (cursor->next()) {
    const std::string folder = cursor->folder().folder.display();
    seen.push_back(folder + " " + mbox::content_of(*cursor).substr(0, 4));
  }
  EXPECT_EQ(seen, (Texts{"a h: 1", "a h: 2", "c h: 3"}));
  EXPECT_TRUE(cursor->end(named("a")).stable);
  EXPECT_EQ(cursor->end(named("a")).stamp, source->stamp(named("a")));
}

TEST(Mboxdir, InboxIsApart) {
  TreeWorld world;
  world.put("Sent", mbox_with("Subject: sent\n\nb"));
  world.memory.put_file("/var/mail/bob", mbox_with("Subject: spool\n\nb"), TreeWorld::bob, 0600);
  const auto source = world.source({"/var/mail/bob"});
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"INBOX", "Sent"}));
  EXPECT_EQ(TreeWorld::texts(*source, "INBOX"), Texts{"Subject: spool\n\nb"});
  // One in the tree is hidden by it, as with Dovecot; that is told.
  world.put("inbox", mbox_with("Subject: hidden\n\nb"));
  EXPECT_EQ(world.folders({"/var/mail/bob"}), (Texts{"INBOX", "Sent"}));
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 1U);
  // It may be missing.
  EXPECT_EQ(world.folders({"/var/mail/nobody"}), Texts{"Sent"});
  EXPECT_EQ(error_of([&] { static_cast<void>(world.source({"/nowhere/bob"})); }).cause(), Cause::not_found);
}

TEST(Mboxdir, InboxIsFoundInAnyCase) {
  for (const char* name : {"inbox", "INBOX", "Inbox"}) {
    TreeWorld world;
    world.put(name, mbox_with("h: 1\n\nb"));
    EXPECT_EQ(world.folders(), Texts{"INBOX"}) << name;
  }
  TreeWorld world;
  world.put("INBOX", mbox_with("h: 1\n\nupper"));
  world.put("inbox", mbox_with("h: 1\n\nlower"));
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::texts(*source, "INBOX"), Texts{"h: 1\n\nupper"});
  EXPECT_EQ(TreeWorld::folders(*source), Texts{"INBOX"});
  ASSERT_EQ(world.findings.count(FindingKind::folder_name), 1U);
  for (const Finding& finding : world.findings.all)
    if (finding.kind == FindingKind::folder_name) {
      EXPECT_EQ(finding.weight, Weight::failed);
    }
}

TEST(Mboxdir, WhatIsNoMboxIsNamedAndLeftOut) {
  TreeWorld world;
  world.put("Sent", mbox_with("h: 1\n\nb"));
  world.put("letter.txt", "Dear friend,\n\nFrom the start\n");
  world.put("old.gz", "\x1f\x8b\x08 rest");
  EXPECT_EQ(world.folders(), Texts{"Sent"});
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 2U);
  for (const Finding& finding : world.findings.all) EXPECT_EQ(finding.weight, Weight::note);
}

TEST(Mboxdir, WhatIsSalvagedInAnMboxIsSalvagedInATree) {
  TreeWorld world;
  world.put("Blank", "\n" + mbox_with("h: 1\n\nb"));
  world.put("List", "From bob at x.org  Thu Nov 29 22:33:52 2001\nh: 1\n\nb\n");
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"Blank", "List"}));
  EXPECT_EQ(TreeWorld::texts(*source, "Blank"), Texts{"h: 1\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "List"), Texts{"h: 1\n\nb"});
  EXPECT_EQ(world.findings.count(FindingKind::salvaged), 1U);
  for (const Finding& finding : world.findings.all) EXPECT_FALSE(finding.folder.empty());
}

TEST(Mboxdir, NothingOfAnotherOwnerAndNoLinkIsRead) {
  TreeWorld world;
  world.put("Sent", mbox_with("h: 1\n\nb"));
  world.put("Foreign", mbox_with("h: secret\n\nb"), {0, 0});
  world.memory.put_file("/var/secret", mbox_with("h: secret\n\nb"), {0, 0}, 0600);
  world.memory.put_symlink(TreeWorld::at("Link"), "/var/secret");
  world.memory.put_symlink(TreeWorld::at("Tree"), "/var");
  world.memory.put_special(TreeWorld::at("Fifo"), fs::EntryKind::fifo, TreeWorld::bob);
  world.memory.put_directory(TreeWorld::at("Theirs"), {0, 0}, 0755);
  EXPECT_EQ(world.folders(), Texts{"Sent"});
  EXPECT_EQ(world.findings.all.size(), 5U);
  for (const Finding& finding : world.findings.all) EXPECT_EQ(finding.weight, Weight::failed) << finding.where;
  EXPECT_EQ(world.memory.devices_opened(), 0U);
}

TEST(Mboxdir, TreesThatAreTooDeepAreNotFollowed) {
  TreeWorld world;
  std::string path;
  for (int i = 0; i < 40; ++i) path += "d/";
  world.put(path + "deep", mbox_with("h: 1\n\nb"));
  world.put("Sent", mbox_with("h: 1\n\nb"));
  EXPECT_EQ(world.folders(), Texts{"Sent"});
  EXPECT_EQ(world.findings.count(FindingKind::over_limit), 1U);
}

TEST(Mboxdir, AFlatDirectoryOfMboxFilesLosesTheSuffix) {
  TreeWorld world;
  world.put("2015-November.mbox", mbox_with("h: 11\n\nb"));
  world.put("2015-December.mbox", mbox_with("h: 12\n\nb"));
  world.put("notes.txt", "no mail\n");
  EXPECT_EQ(world.folders(), (Texts{"2015-December", "2015-November"}));
  EXPECT_EQ(TreeWorld::texts(*world.source(), "2015-November"), Texts{"h: 11\n\nb"});
  // One that appears beside them changes no other's name, or all would be copied anew.
  world.put("Sent", mbox_with("h: 1\n\nb"));
  EXPECT_EQ(world.folders(), (Texts{"2015-December", "2015-November", "Sent"}));
  world.put("2015-November", mbox_with("h: 1\n\nb"));
  EXPECT_EQ(world.folders(), (Texts{"2015-December", "2015-November", "2015-November.mbox", "Sent"}));
}

TEST(Mboxdir, TheSuffixOfAnArchiveIsJudgedFileByFile) {
  TreeWorld world;
  world.put("old.mbox", mbox_with("h: old\n\nb"));
  EXPECT_EQ(world.folders(), Texts{"old"});
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 1U);
  for (const char* name : {"a", "b", "c", "Work/old.mbox"}) world.put(name, mbox_with("h: 1\n\nb"));
  EXPECT_EQ(world.folders(), (Texts{"Work/old.mbox", "a", "b", "c", "old"})) << "whatever stands beside it";
}

TEST(Mboxdir, HiddenNamesAreLookedIntoUpToALimit) {
  TreeWorld world;
  for (int i = 0; i < 1200; ++i) world.put(".m" + std::to_string(i), mbox_with("h: 1\n\nb"));
  EXPECT_EQ(world.folders(), Texts{});
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 1000U);
}

TEST(Mboxdir, AnArchiveHoldsWhatHasNoSuffixToo) {
  TreeWorld world;
  for (const char* name : {"a.mbox", "b.mbox", "c.mbox"}) world.put(name, mbox_with(std::string(name) + ": 1\n\nb"));
  world.put("b", mbox_with("b: 1\n\nb"));
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"a", "b", "b.mbox", "c"}));
  EXPECT_EQ(TreeWorld::texts(*source, "b"), Texts{"b: 1\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "b.mbox"), Texts{"b.mbox: 1\n\nb"});
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 2U);
}

TEST(Mboxdir, TheInboxOfTheLocationIsNoOtherFolder) {
  TreeWorld world;
  world.put("Sent", mbox_with("h: 1\n\nb"));
  world.put("in/box", mbox_with("h: in\n\nb"));
  EXPECT_EQ(world.folders({TreeWorld::at("in/box")}), (Texts{"INBOX", "Sent"}));
  EXPECT_EQ(world.folders({TreeWorld::at("Sent")}), (Texts{"INBOX", "in/box"}));
  // The usual name is no hidden one when it is that file.
  world.put("inbox", mbox_with("h: in\n\nb"));
  EXPECT_EQ(world.folders({TreeWorld::at("inbox")}), (Texts{"INBOX", "Sent", "in/box"}));
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 0U);
}

TEST(Mboxdir, ACompressedFileIsAFolderToo) {
  TreeWorld world;
  world.put("2016-April.txt.gz", packed(mbox_with("h: 4\n\nb"), io::Compression::gzip));
  world.put("2016-May.txt", mbox_with("h: 5\n\nb"));
  world.put("Old/Sent.xz", packed(mbox_with("h: s\n\nb"), io::Compression::xz));
  world.put("notes.gz", packed("no mail\n", io::Compression::gzip));
  EXPECT_TRUE(detect(world.context, TreeWorld::root).matches);
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"2016-April.txt", "2016-May.txt", "Old/Sent"}));
  EXPECT_EQ(TreeWorld::texts(*source, "2016-April.txt"), Texts{"h: 4\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "Old/Sent"), Texts{"h: s\n\nb"});
  EXPECT_EQ(world.findings.count(FindingKind::ignored_file), 1U);
  // Half an archive shows no mail; that is no reason to say there is none.
  world.put("2016-June.txt.gz", packed(mbox_with("h: 6\n\nb"), io::Compression::gzip).substr(0, 12));
  EXPECT_EQ(world.folders().size(), 3U);
  const auto unread = std::find_if(world.findings.all.begin(), world.findings.all.end(),
                                   [](const Finding& f) { return f.kind == FindingKind::unreadable; });
  ASSERT_NE(unread, world.findings.all.end());
  EXPECT_EQ(unread->weight, Weight::failed);
  EXPECT_EQ(unread->where, "2016-June.txt.gz");
}

TEST(Mboxdir, APlainFileAndItsCompressedNeighbourAreTwoFolders) {
  TreeWorld world;
  world.put("list.mbox", mbox_with("h: 1\n\nb"));
  world.put("list.mbox.gz", packed(mbox_with("h: 2\n\nb"), io::Compression::gzip));
  world.put("other.mbox.gz", packed(mbox_with("h: 3\n\nb"), io::Compression::gzip));
  world.put("inbox.mbox.gz", packed(mbox_with("h: 4\n\nb"), io::Compression::gzip));
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"INBOX", "list", "list.mbox.gz", "other"}));
  EXPECT_EQ(TreeWorld::texts(*source, "list"), Texts{"h: 1\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*source, "list.mbox.gz"), Texts{"h: 2\n\nb"});
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 1U);
}

TEST(MboxdirTarget, NothingIsAddedToACompressedFile) {
  TreeWorld world;
  const std::string stream = packed(mbox_with("h: 1\n\nb"), io::Compression::gzip);
  world.put("Sent", stream);
  const auto target = world.target();
  const Error error = error_of([&] { world.append(*target, "Sent", "h: 2\n\nb\n"); });
  EXPECT_EQ(error.cause(), Cause::refused);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(world.octets("Sent"), stream);
}

TEST(Mboxdir, IsDetectedByWhatIsInIt) {
  TreeWorld world;
  EXPECT_FALSE(detect(world.context, TreeWorld::root).matches);
  world.put("Empty", "");
  world.put("letter", "Dear friend,\n" + mbox_with("h: 1\n\nb"));
  EXPECT_FALSE(detect(world.context, TreeWorld::root).matches);
  EXPECT_FALSE(detect(world.context, TreeWorld::at("letter")).matches);
  world.put("Work/2024", mbox_with("h: 1\n\nb"));
  EXPECT_TRUE(contains(detect(world.context, TreeWorld::root).text, "such as Work/2024"));
  world.put("Sent", mbox_with("h: 1\n\nb"));
  const Evidence evidence = detect(world.context, TreeWorld::root);
  EXPECT_TRUE(evidence.matches);
  EXPECT_TRUE(contains(evidence.text, "such as Sent"));
}

TEST(Mboxdir, IsADirectory) {
  TreeWorld world;
  EXPECT_EQ(error_of([&] { static_cast<void>(world.source()); }).cause(), Cause::not_found);
  world.memory.put_file(TreeWorld::root, "", TreeWorld::bob, 0600);
  EXPECT_EQ(error_of([&] { static_cast<void>(world.source()); }).cause(), Cause::not_a_store);
}

TEST(MboxdirTarget, MakesWhatIsMissing) {
  TreeWorld world;
  {
    const auto target = world.target();
    world.append(*target, "INBOX", "Subject: in\n\nb\n");
    world.append(*target, "Sent", "Subject: sent\n\nb\n");
    world.append(*target, "Work/2024/Entw\xc3\xbcrfe", "Subject: drafts\n\nb\n");
  }
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), (Texts{"Sent", "Work", "inbox"}));
  EXPECT_TRUE(world.memory.exists(TreeWorld::at("Work/2024/Entw&APw-rfe")));
  const auto source = world.source();
  EXPECT_EQ(TreeWorld::folders(*source), (Texts{"INBOX", "Sent", "Work/2024/Entw\xc3\xbcrfe"}));
  EXPECT_EQ(TreeWorld::texts(*source, "Work/2024/Entw\xc3\xbcrfe"), Texts{"Subject: drafts\n\nb\n"});
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 0U);
}

TEST(MboxdirTarget, WritesToTheInboxThatIsThere) {
  TreeWorld world;
  world.put("INBOX", mbox_with("h: 1\n\nb"));
  world.append(*world.target(), "INBOX", "h: 2\n\nb\n");
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), Texts{"INBOX"});
  world.append(*world.target({"/var/mail/bob"}), "INBOX", "h: 3\n\nb\n");
  EXPECT_TRUE(contains(world.memory.octets_of("/var/mail/bob"), "h: 3"));
  EXPECT_EQ(TreeWorld::texts(*world.source(), "INBOX").size(), 2U);
}

TEST(MboxdirTarget, AFolderWithMessagesAndChildrenBecomesTwoNames) {
  TreeWorld world;
  {
    const auto target = world.target();
    world.append(*target, "A", "h: a\n\nb\n");
    world.append(*target, "A/B", "h: ab\n\nb\n");
    world.append(*target, "A/B/C", "h: abc\n\nb\n");
    world.append(*target, "Work/2024", "h: w24\n\nb\n");
    world.append(*target, "Work", "h: w\n\nb\n");
  }
  const Texts names{"A", "A-sub-4e5d45", "Work", "Work-mail-19f66f"};
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), names);
  EXPECT_EQ(world.memory.names_in(TreeWorld::at("A-sub-4e5d45")), (Texts{"B", marked("B", Mark::children)}));
  EXPECT_EQ(world.findings.count(FindingKind::folder_name), 3U);
  for (const Finding& finding : world.findings.all) EXPECT_EQ(finding.weight, Weight::lost);
  // And the next run finds them under the names they have at the source.
  const auto again = world.target();
  EXPECT_EQ(TreeWorld::texts(*again, "A/B"), Texts{"h: ab\n\nb\n"});
  EXPECT_EQ(TreeWorld::texts(*again, "A/B/C"), Texts{"h: abc\n\nb\n"});
  EXPECT_EQ(TreeWorld::texts(*again, "Work"), Texts{"h: w\n\nb\n"});
  world.append(*again, "A/B", "h: ab2\n\nb\n");
  EXPECT_EQ(TreeWorld::texts(*again, "A/B").size(), 2U);
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), names);
  EXPECT_EQ(world.folders(), (Texts{"A", "A/B", "A/B/C", "Work", "Work/2024"}));
}

TEST(MboxdirTarget, ANameThatNoFileCanHaveIsRefused) {
  TreeWorld world;
  const auto target = world.target();
  for (const std::string name : {".hidden", "x.lock", "a/.b", "a/x.msf/b"}) {
    const Error error = error_of([&] { static_cast<void>(target->open_folder(named(name), {})); });
    EXPECT_EQ(error.cause(), Cause::unsupported) << name;
    EXPECT_EQ(error.scope(), Scope::folder) << name;
  }
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), Texts{});
}

TEST(MboxdirTarget, AFileThatIsNoMboxIsNotWrittenTo) {
  TreeWorld world;
  world.put("letter", "Dear friend,\n");
  const Error error = error_of([&] { world.append(*world.target(), "letter", "h: 1\n\nb\n"); });
  EXPECT_EQ(error.cause(), Cause::not_a_store);
  EXPECT_EQ(error.scope(), Scope::folder);
  EXPECT_EQ(world.octets("letter"), "Dear friend,\n");
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
