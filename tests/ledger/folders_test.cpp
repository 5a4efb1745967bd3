#include "ledger/world.hpp"

namespace mailhaul::ledger {
namespace {

using LedgerFolders = LedgerTest;

TEST_F(LedgerFolders, AFolderHasOneIdAtEachSide) {
  Ledger ledger = open();
  const FolderId inbox = ledger.folder_id(Side::source, folder_ref({"INBOX"}));
  EXPECT_NE(inbox, 0);
  EXPECT_EQ(ledger.folder_id(Side::source, folder_ref({"INBOX"})), inbox);
  EXPECT_NE(ledger.folder_id(Side::target, folder_ref({"INBOX"})), inbox);
  EXPECT_NE(ledger.folder_id(Side::source, folder_ref({"INBOX"}, "bob@example.com")), inbox);
}

TEST_F(LedgerFolders, NamesComeBackWhateverTheirOctets) {
  const std::vector<store::FolderRef> refs{folder_ref({"INBOX"}),
                                           folder_ref({"Work", "2024"}),
                                           folder_ref({"Work/2024"}),
                                           folder_ref({"Work\n2024"}),
                                           folder_ref({std::string("Work\0x", 6), "2024"}),
                                           folder_ref({"Entwürfe"}),
                                           folder_ref({"\xff\xfe"}),
                                           folder_ref({std::string(300, 'x'), "y"}),
                                           folder_ref({"2024"}, "Work"),
                                           folder_ref({"A"}, std::string("b\0c", 3))};
  std::vector<FolderId> ids;
  {
    Ledger ledger = open();
    for (const auto& ref : refs) ids.push_back(ledger.folder_id(Side::source, ref));
    ledger.commit();
  }
  Ledger ledger = open();
  const std::vector<Folder> folders = ledger.folders(Side::source);
  ASSERT_EQ(folders.size(), refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    EXPECT_EQ(folders[i].ref, refs[i]);
    EXPECT_EQ(folders[i].id, ids[i]);
    EXPECT_EQ(ledger.folder(ids[i])->ref, refs[i]);
    EXPECT_EQ(ledger.find_folder(Side::source, refs[i])->id, ids[i]);
  }
  EXPECT_TRUE(ledger.folders(Side::target).empty());
}

TEST_F(LedgerFolders, LookingForAFolderMakesNone) {
  Ledger ledger = open();
  EXPECT_FALSE(ledger.find_folder(Side::source, folder_ref({"Sent"})));
  EXPECT_FALSE(ledger.folder(1));
  EXPECT_TRUE(ledger.folders(Side::source).empty());
}

TEST_F(LedgerFolders, AFolderThatIsNewHasTheStateOfNothingKnown) {
  Ledger ledger = open();
  EXPECT_EQ(ledger.folder(ledger.folder_id(Side::target, folder_ref({"A"})))->state, FolderState{});
}

TEST_F(LedgerFolders, AFoldersStateLasts) {
  FolderState state;
  state.stamp = store::Stamp{std::string("a\0\n\xff", 4), false};
  state.uid_validity = mail::UidValidity{0xffff'ffffU};
  state.wanted = folder_ref({"A", "B"}, "bob");
  state.given = folder_ref({"A.B"});
  state.finished = false;
  FolderId id = 0;
  {
    Ledger ledger = open();
    id = ledger.folder_id(Side::source, folder_ref({"A"}));
    ledger.set_state(id, state);
    EXPECT_EQ(ledger.folder(id)->state, state);
    ledger.commit();
  }
  {
    Ledger ledger = open();
    EXPECT_EQ(ledger.folder(id)->state, state);
    ledger.set_state(id, {});
    ledger.commit();
  }
  EXPECT_EQ(open().folder(id)->state, FolderState{});
}

TEST_F(LedgerFolders, AStampOfNoOctetsIsOne) {
  Ledger ledger = open();
  const FolderId id = ledger.folder_id(Side::source, folder_ref({"A"}));
  FolderState state;
  state.stamp = store::Stamp{};
  ledger.set_state(id, state);
  EXPECT_TRUE(ledger.folder(id)->state.stamp);
}

TEST_F(LedgerFolders, AYoungStampIsStoredAsNone) {
  Ledger ledger = open();
  const FolderId id = ledger.folder_id(Side::source, folder_ref({"A"}));
  FolderState state;
  state.stamp = store::Stamp{"old", false};
  ledger.set_state(id, state);
  state.stamp = store::Stamp{"young", true};
  ledger.set_state(id, state);
  EXPECT_FALSE(ledger.folder(id)->state.stamp);
}

TEST_F(LedgerFolders, AStateThatIsAsItWasWritesNothing) {
  FolderState state;
  state.uid_validity = mail::UidValidity{3};
  state.stamp = store::Stamp{"s", false};
  {
    Ledger ledger = open();
    ledger.set_state(ledger.folder_id(Side::source, folder_ref({"A"})), state);
    FolderState young;
    young.stamp = store::Stamp{"y", true};
    ledger.set_state(ledger.folder_id(Side::source, folder_ref({"B"})), young);
    ledger.commit();
  }
  const std::string before = octets_of(path());
  {
    Ledger ledger = open();
    ledger.set_state(ledger.folder_id(Side::source, folder_ref({"A"})), state);
    FolderState young;
    young.stamp = store::Stamp{"another", true};
    ledger.set_state(ledger.folder_id(Side::source, folder_ref({"B"})), young);
    ledger.commit();
  }
  EXPECT_TRUE(octets_of(path()) == before);
}

TEST_F(LedgerFolders, SettingsAreRememberedByKindAndFolder) {
  {
    Ledger ledger = open();
    EXPECT_FALSE(ledger.has_setting("acl", folder_ref({"A"})));
    ledger.add_setting("acl", folder_ref({"A"}));
    ledger.add_setting("acl", folder_ref({"A"}));
    ledger.commit();
  }
  Ledger ledger = open();
  EXPECT_TRUE(ledger.has_setting("acl", folder_ref({"A"})));
  EXPECT_FALSE(ledger.has_setting("subscription", folder_ref({"A"})));
  EXPECT_FALSE(ledger.has_setting("acl", folder_ref({"B"})));
  EXPECT_FALSE(ledger.has_setting("acl", folder_ref({"A"}, "bob")));
}

}  // namespace
}  // namespace mailhaul::ledger
