// Two folders are never one file, and each run finds the files of the runs before.
#include <set>

#include <gtest/gtest.h>

#include "formats/mboxdir/marked_name.hpp"
#include "formats/mboxdir/world.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

using Texts = std::vector<std::string>;

/// What a run does with folders: the names that fit, one message each.
class OneFileAFolder : public testing::Test {
 protected:
  [[nodiscard]] static std::string fitting(const std::string& folder) {
    return abilities().fitting_name(named(folder).folder).display();
  }
  void run(const Texts& folders, const TreeOptions& tree = {}) {
    const auto target = world.target(tree);
    static_cast<void>(target->mailboxes());
    for (const std::string& folder : folders) {
      if (!TreeWorld::texts(*target, fitting(folder)).empty()) continue;
      world.append(*target, fitting(folder), "Subject: " + folder + "\n\nb\n");
    }
  }
  void expect_kept_apart(const Texts& folders, const TreeOptions& tree = {}) {
    std::set<std::string> expected;
    for (const std::string& folder : folders) expected.insert(fitting(folder));
    EXPECT_EQ(expected.size(), folders.size());
    for (const auto& reader : {world.source(tree), std::unique_ptr<store::MessageSource>(world.target(tree))}) {
      const Texts there = TreeWorld::folders(*reader);
      EXPECT_EQ(std::set<std::string>(there.begin(), there.end()), expected);
      EXPECT_EQ(there.size(), expected.size());
      for (const std::string& folder : folders)
        EXPECT_EQ(TreeWorld::texts(*reader, fitting(folder)), Texts{"Subject: " + folder + "\n\nb\n"}) << folder;
    }
  }
  /// All at once, and those of each run beside those of the runs before.
  void expect_settled(const Texts& folders, const TreeOptions& tree = {}) {
    for (std::size_t count = 1; count <= folders.size(); ++count) {
      const Texts some(folders.begin(), folders.begin() + static_cast<std::ptrdiff_t>(count));
      run(some, tree);
      expect_kept_apart(some, tree);
    }
    const auto before = world.memory.names_in(TreeWorld::root);
    run(folders, tree);
    expect_kept_apart(folders, tree);
    EXPECT_EQ(world.memory.names_in(TreeWorld::root), before);
  }

  TreeWorld world{};
};

TEST_F(OneFileAFolder, ChildrenOfAFileAndAFolderThatIsReallyCalledSo) {
  const std::string sub = marked("A", Mark::children);
  const std::string mail = marked("W", Mark::messages);
  expect_settled({"A", "A/B", "A-sub/B", "A-sub", sub + "/B", sub, "A/B/C", "W/2024", "W", mail, "W-mail", "INBOX",
                  "inbox/x", "INBOX/x", "A/" + marked("B", Mark::children)});
}

TEST_F(OneFileAFolder, TheSameFromTheOtherEnd) {
  const std::string sub = marked("A", Mark::children);
  expect_settled({marked("W", Mark::messages), "W/2024/Q1", "W/2024", "W", sub, sub + "/B", "A-sub/B", "A/B/C", "A/B",
                  "A", "INBOX/x", "INBOX"});
}

TEST_F(OneFileAFolder, NamesThatReadersPassOver) {
  expect_settled({".hidden", "hidden", "x.lock", "x", "x.msf", ".x.lock", "mailhaul-tmp-1", ".a/.b/c.msf", "..", "...",
                  "a.lock/b", std::string(300, 'y'), std::string(300, 'y') + "z", "INBOX"});
}

TEST_F(OneFileAFolder, AFolderWithTheSuffixOfAnArchive) {
  expect_settled({"a.mbox", "a", "b.mbox", "c.mbox", "b", "a.mbox/x", "INBOX"});
  EXPECT_TRUE(world.memory.exists(TreeWorld::at(marked("a.mbox", Mark::messages))));
}

TEST_F(OneFileAFolder, TheSuffixIsWrittenOnlyWithAMark) {
  run({"INBOX", "Sent", "old.mbox"});
  EXPECT_EQ(world.memory.names_in(TreeWorld::root), (Texts{"Sent", "inbox", marked("old.mbox", Mark::messages)}));
  expect_kept_apart({"INBOX", "Sent", "old.mbox"});
}

TEST_F(OneFileAFolder, InAnArchive) {
  world.put("a.mbox", mbox_with("Subject: a\n\nb\n"));
  world.put("c.mbox/x", mbox_with("Subject: c.mbox/x\n\nb\n"));
  run({"b", "INBOX", "c", "a.mbox", "a/x"});
  EXPECT_EQ(world.memory.names_in(TreeWorld::root),
            (Texts{"a", "a.mbox", marked("a.mbox", Mark::messages), "b", "c", "c.mbox", "inbox"}));
  const Texts all{"a", "c.mbox/x", "b", "INBOX", "c", "a.mbox", "a/x"};
  expect_kept_apart(all);
  // What another program leaves there is one folder more.
  world.put("notes", mbox_with("Subject: notes\n\nb\n"));
  run(all);
  Texts more = all;
  more.emplace_back("notes");
  expect_kept_apart(more);
}

TEST_F(OneFileAFolder, TheInboxOfTheLocationIsInTheTree) {
  const TreeOptions tree{TreeWorld::at("Sent")};
  world.put("Sent", "");
  expect_settled({"INBOX", "Sent", "Sent/2024"}, tree);
  EXPECT_EQ(world.memory.names_in(TreeWorld::root),
            (Texts{"Sent", marked("Sent", Mark::messages), marked("Sent", Mark::children)}));
  // Nor does its place mean anything else before there is a file.
  TreeWorld other;
  other.memory.put_directory(TreeWorld::root, TreeWorld::bob, 0700);
  other.append(*other.target(tree), "Sent", "h: 1\n\nb\n");
  EXPECT_EQ(other.memory.names_in(TreeWorld::root), Texts{marked("Sent", Mark::messages)});
}

TEST_F(OneFileAFolder, WhatIsLaterRemovedMovesNoOther) {
  run({"A", "A/B"});
  world.memory.remove(TreeWorld::at("A"));
  run({"A/B"});
  expect_kept_apart({"A/B"});
  run({"A", "A/B"});
  expect_kept_apart({"A", "A/B"});
}

TEST_F(OneFileAFolder, OfTwoFilesThatMeanOneFolderBothAreRead) {
  const std::string sub = marked("A", Mark::children);
  world.put("A/B", mbox_with("h: plain\n\nb"));
  world.put(sub + "/B", mbox_with("h: marked\n\nb"));
  EXPECT_EQ(world.folders(), (Texts{"A/B", sub + "/B"}));
  EXPECT_EQ(TreeWorld::texts(*world.source(), "A/B"), Texts{"h: plain\n\nb"});
  EXPECT_EQ(TreeWorld::texts(*world.source(), sub + "/B"), Texts{"h: marked\n\nb"});
}

/// What a file was before a run rewrote it keeps a name for a while; a run that is killed then leaves it.
TEST_F(OneFileAFolder, WhatAKilledRunLeftBesideOneGoesThoughThereIsNothingToWrite) {
  const TreeOptions tree{"/var/mail/bob"};
  world.put("Work/Q1", mbox_with("x"));
  world.memory.put_directory("/var/mail", TreeWorld::bob);
  world.memory.put_file(tree.inbox, mbox_with("y"), TreeWorld::bob);
  for (const std::string& mailbox : {TreeWorld::at("Work/Q1"), tree.inbox}) {
    SCOPED_TRACE(mailbox);
    const std::string directory = mailbox.substr(0, mailbox.rfind('/'));
    const auto before = world.memory.names_in(directory);
    const std::string old = directory + "/old";
    world.memory.put_file(old, mbox_with("z"), TreeWorld::bob);
    const fs::Status status = world.memory.status_of(old);
    const std::string left = directory + "/" + fs::NewFile::temporary_prefix + std::to_string(status.id.inode) + "-0-" +
                             std::to_string(status.size_octets) + mail::name_mark(mailbox.substr(directory.size() + 1));
    world.memory.put_link(left, old);
    world.memory.remove(old);
    const auto target = world.target(tree);
    EXPECT_EQ(TreeWorld::texts(*target, "Work/Q1"), Texts{"x"});
    target->finish();
    EXPECT_EQ(world.memory.names_in(directory), before);
  }
}

TEST_F(OneFileAFolder, OneLeftOverCostsNoListingOfEachFolder) {
  constexpr int folders = 40;
  for (int i = 0; i < folders; ++i) world.put("Work/Q" + std::to_string(i), mbox_with("x"));
  world.memory.put_file(TreeWorld::at("Work/") + fs::NewFile::temporary_prefix + "1-2-3" + mail::name_mark("Q7"),
                        mbox_with("z"), TreeWorld::bob);
  support::FaultyKernel counting(world.memory);
  Context context{counting, world.entropy, world.clock, world.findings, world.instants, "host.example", 4711};
  TargetOptions options;
  options.files.birth.owner = TreeWorld::bob;
  fs::Rules rules;
  rules.side = Side::target;
  const auto target = open_store(context, TreeWorld::root, rules, options);
  counting.count_anew();
  target->begin();
  for (int i = 0; i < folders; ++i) static_cast<void>(target->open_folder(named("Work/Q" + std::to_string(i)), {}));
  target->finish();
  EXPECT_LT(counting.calls(support::Call::read_directory), 20U);
  EXPECT_EQ(world.findings.count(FindingKind::changed), 1U) << "it is Q7's, and was looked at";
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
