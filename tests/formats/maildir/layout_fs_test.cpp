#include <gtest/gtest.h>

#include <algorithm>

#include "formats/maildir/world.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::maildir {

namespace {

class LayoutFs : public testing::Test {
 protected:
  void SetUp() override { world_.put_maildir(); }

  void put_folder(const std::string& directory, const std::string& message = "1.a:2,") {
    for (std::size_t end = directory.find('/'); end != std::string::npos; end = directory.find('/', end + 1)) {
      const std::string parent = std::string(World::root) + "/" + directory.substr(0, end);
      if (!world_.machine.exists(parent)) world_.machine.put_directory(parent);
    }
    world_.put_maildir(std::string(World::root) + "/" + directory);
    world_.put(directory + "/cur/" + message, "Subject: " + directory + "\n\n");
  }
  std::unique_ptr<store::MessageSource> source(const TreeOptions& options = {}) {
    return open_source(world_.context, World::root, {}, options);
  }
  std::unique_ptr<store::MessageStore> target(const TreeOptions& options = {}) {
    fs::Rules rules;
    rules.side = Side::target;
    return open_store(world_.context, World::root, rules, {world_.birth, options});
  }
  static std::vector<std::string> folders(store::MessageSource& store) {
    std::vector<std::string> out;
    const auto mailboxes = store.mailboxes();
    for (const auto& folder : mailboxes.front().folders) out.push_back(folder.display());
    return out;
  }
  using Names = std::vector<std::string>;
  World world_;
};

}  // namespace

TEST_F(LayoutFs, ATreeOfDirectoriesInDirectoriesIsRecognised) {
  put_folder("Work/2024");
  put_folder("Gr&APw-");
  const auto store = source();
  EXPECT_EQ(folders(*store), (Names{"INBOX", "Gr\xc3\xbc", "Work/2024"})) << "Work itself holds no mail";
  EXPECT_EQ(read_folder(*store, folder_ref({"Work", "2024"})).messages.size(), 1U);
  EXPECT_TRUE(world_.findings.all().empty());
  const TreeFacts facts = look_at_tree(world_.context, World::root, {}, {});
  EXPECT_EQ(facts.options.layout, Layout::fs);
  EXPECT_NE(facts.evidence.find("LAYOUT=fs"), std::string::npos) << facts.evidence;
}

TEST_F(LayoutFs, DottedFoldersMakeItMaildirPlusPlus) {
  put_folder(".Sent");
  put_folder("backup");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "Sent"}));
  EXPECT_EQ(world_.findings.count(FindingKind::ignored_file, Weight::failed), 1U) << "backup is not read, and said";
}

TEST_F(LayoutFs, WhatADottedDirectoryHidesIsFailedHoweverDeep) {
  put_folder("Work/Sub");
  put_folder("Work/Other/Deep");
  world_.machine.put_directory(std::string(World::root) + "/sieve");
  world_.machine.put_directory(std::string(World::root) + "/sieve/tmp");
  world_.machine.put_directory(std::string(World::root) + "/.x");
  world_.machine.put_directory(std::string(World::root) + "/.x/cur");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "x"}));
  EXPECT_EQ(world_.findings.count(FindingKind::ignored_file, Weight::failed), 2U);
  EXPECT_EQ(folders(*source({Layout::maildir_plus_plus, false})), (Names{"INBOX", "x"}));
  EXPECT_EQ(world_.findings.count(FindingKind::ignored_file, Weight::failed), 2U) << "the location says so";
}

TEST_F(LayoutFs, ATargetOfBothLayoutsAsksForOne) {
  put_folder("Work/Sub");
  put_folder(".x");
  try {
    (void)target();
    FAIL() << "its folders would be made a second time";
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::usage);
    EXPECT_NE(std::string(error.what()).find("Work/Sub"), std::string::npos) << error.what();
  }
  EXPECT_EQ(folders(*target({Layout::maildir_plus_plus, false})), (Names{"INBOX", "x"}));
  EXPECT_EQ(folders(*target({Layout::fs, false})), (Names{"INBOX", ".x", "Work/Sub"}));
}

TEST_F(LayoutFs, WhatTheLocationSaysIsBelieved) {
  put_folder(".Sent");
  put_folder("backup");
  EXPECT_EQ(folders(*source({Layout::fs, false})), (Names{"INBOX", ".Sent", "backup"}));
}

TEST_F(LayoutFs, AFolderNeedsNoMaildirfolderAndGetsNone) {
  const auto store = target({Layout::fs, false});
  const auto folder = folder_ref({"A", "B"});
  const auto writer = store->open_folder(folder, {});
  append(*writer, "Subject: x\n\nx\n");
  writer->flush();
  EXPECT_EQ(world_.names("A"), (Names{"B"})) << "a parent is no folder";
  EXPECT_EQ(world_.names("A/B"), (Names{"cur", "new", "tmp"}));
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A/B"}));
}

/// maildir.md section 1: without `new` and `tmp` a server lists the folder and can't open it.
TEST_F(LayoutFs, AFolderThatHasOnlyCurGetsItsOtherParts) {
  for (const Layout layout : {Layout::fs, Layout::maildir_plus_plus}) {
    World world;
    world.machine.put_directory("/mail/box");
    world.machine.put_directory("/mail/box/cur");
    const std::string folder = layout == Layout::fs ? "/mail/box/Sent" : "/mail/box/.Sent";
    world.machine.put_directory(folder);
    world.machine.put_directory(folder + "/cur");
    fs::Rules rules;
    rules.side = Side::target;
    const auto store = open_store(world.context, World::root, rules, {world.birth, {layout, false}});
    static_cast<void>(store->open_folder(folder_ref({"Sent"}), {}));
    for (const std::string& directory : {std::string(World::root), folder})
      for (const char* part : {"/cur", "/new", "/tmp"}) EXPECT_TRUE(world.machine.exists(directory + part)) << part;
  }
}

/// maildir.md section 9. Its folders have no names but in dovecot.list.index.
TEST_F(LayoutFs, ATreeOfLayoutIndexIsRefused) {
  World world;
  world.machine.put_directory("/mail/box");
  world.put("dovecot.list.index.log", "x");
  for (const char* folder : {"/23beb42c4781076bb96f000083ecc375", "/cccbff245181076bf371000083ecc375"})
    world.put_maildir(std::string(World::root) + folder);
  EXPECT_FALSE(detect(world.context, World::root).matches);
  for (const TreeOptions& options : {TreeOptions{}, TreeOptions{Layout::fs, false}}) {
    try {
      static_cast<void>(open_source(world.context, World::root, {}, options));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::not_a_store);
    }
  }
}

TEST_F(LayoutFs, ReservedNamesAreNoFolders) {
  put_folder("A");
  world_.put_maildir(std::string(World::root) + "/A/cur/cur");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A"}));
}

TEST_F(LayoutFs, ChildrenOfInboxAreBelowADirectoryINBOX) {
  put_folder("INBOX/Sub");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "INBOX/Sub"}));
}

TEST_F(LayoutFs, ADirectoryINBOXIsHiddenUnlessItHasMail) {
  put_folder("A");
  world_.put_maildir(std::string(World::root) + "/INBOX");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A"}));
  world_.put("INBOX/cur/2.b:2,");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A", "INBOX" + mail::name_mark("INBOX")}));
}

TEST_F(LayoutFs, ATreeThatIsTooDeepIsSaid) {
  std::string path = "d";
  for (int i = 1; i < 66; ++i) path += "/d";
  put_folder(path);
  put_folder("shallow");
  EXPECT_EQ(folders(*source({Layout::fs, false})), (Names{"INBOX", "shallow"}));
  EXPECT_EQ(world_.findings.count(FindingKind::over_limit, Weight::failed), 1U);
}

TEST_F(LayoutFs, ALinkWhereAFolderCouldBeIsNotFollowed) {
  put_folder("A");
  world_.machine.put_symlink(std::string(World::root) + "/B", "A");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A"}));
  EXPECT_EQ(world_.findings.count(FindingKind::symlink, Weight::failed), 1U);
}

TEST_F(LayoutFs, ATargetOfTheOtherLayoutIsNotMixed) {
  put_folder(".Sent");
  try {
    (void)target({Layout::fs, false});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.cause(), Cause::usage);
  }
}

TEST_F(LayoutFs, WhatIsWrittenIsRecognisedInEveryRun) {
  for (const char* name : {".Name", "..x", ".Sent.2024"}) {
    World world;
    fs::Rules rules;
    rules.side = Side::target;
    const auto open = [&](std::optional<Layout> layout) {
      return open_store(world.context, World::root, rules, {world.birth, {layout, false}});
    };
    const auto fit = open(Layout::fs)->capabilities().fitting_name(mail::FolderName({name}));
    for (int run = 0; run < 3; ++run) {
      const auto store = open(run < 2 ? std::optional(Layout::fs) : std::nullopt);
      EXPECT_EQ(store->capabilities().fitting_name(mail::FolderName({name})), fit);
      (void)store->open_folder({"", fit}, {});
      EXPECT_EQ(folders(*store), (Names{"INBOX", fit.display()})) << "run " << run;
    }
  }
}

TEST_F(LayoutFs, AFolderWithADotThatAServerMadeDoesNotClose) {
  put_folder("Work");
  put_folder(".Name");
  const auto store = target({Layout::fs, false});
  EXPECT_EQ(folders(*store), (Names{"INBOX", ".Name", "Work"}));
}

TEST_F(LayoutFs, ATargetOfTheOtherLayoutIsNotMixedTheOtherWayRound) {
  put_folder("Sent");
  EXPECT_THROW((void)target({Layout::maildir_plus_plus, false}), Error);
}

TEST_F(LayoutFs, NewFoldersHaveTheEncodingOfThoseThatAreThere) {
  put_folder(".Gr\xc3\xbc");
  const auto store = target();
  (void)store->open_folder(folder_ref({"\xc3\x84nd", "R&D"}), {});
  const auto names = world_.names("");
  EXPECT_NE(std::find(names.begin(), names.end(), ".\xc3\x84nd.R&D"), names.end());
}

TEST_F(LayoutFs, ANewTreeHasTheEncodingThatItsLocationSays) {
  (void)target({Layout::fs, true})->open_folder(folder_ref({"\xc3\x84nd"}), {});
  EXPECT_EQ(world_.names(""), (Names{"cur", "new", "tmp", "\xc3\x84nd"}));
}

TEST_F(LayoutFs, ControlFilesOfAServerAreNoFoldersAndNoFindings) {
  put_folder("A");
  for (const char* name : {"dovecot.index.log", "dovecot-uidlist", "subscriptions", "maildirsize",
                           "A/dovecot.index.cache", "A/dovecot-keywords", "dovecot-acl-list"})
    world_.put(name, "x");
  EXPECT_EQ(folders(*source()), (Names{"INBOX", "A"}));
  EXPECT_TRUE(world_.findings.all().empty());
}

}  // namespace mailhaul::formats::maildir
