#include "formats/maildir/folder_layout.hpp"
#include "mailhaul/mail/name_mark.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace mailhaul::formats::maildir {

namespace {

struct FolderRow {
  const char* what;
  std::string directory;
  std::string display;
  bool is_remarkable = false;
};

const std::vector<FolderRow> rows{
    {"plain", ".Sent", "Sent"},
    {"levels", ".Work.2024.Q1", "Work/2024/Q1"},
    {"modified UTF-7", ".Gr&APwA3w-e.&ANw-n&AO8-",
     "Grü\xc3\x9f"
     "e/Ünï"},
    {"ampersand", ".A &- B", "A & B"},
    {"child of INBOX", ".INBOX.Sub", "INBOX/Sub"},
    {"spaces and signs", ".a b;c", "a b;c"},
    {"UTF-8", ".Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f", true},
    {"Latin-1", ".Gr\xfc", "Gr\xc3\xbc", true},
    {"broken modified UTF-7", ".bad&utf", "bad&utf", true},
    {"not canonical modified UTF-7", ".&AGE-", "&AGE-", true},
    {"empty level in the middle", ".a..b", "a/_/b", true},
    {"empty level at the end", ".trail.", "trail/_", true},
    {"empty level in front", "..dd", "_/dd", true},
    {"only dots", "...", "_/_/_", true},
    {"INBOX in another case with a child", ".inbox.low", "INBOX/low", true},
    {"hidden by the root", ".INBOX", "INBOX" + mail::name_mark(".INBOX"), true},
    {"hidden by the root, another case", ".Inbox", "INBOX" + mail::name_mark(".Inbox"), true},
    {"a line end", ".a\nb", "a\nb"},
};

}  // namespace

TEST(MaildirFolders, NamesOnDiskAreDecoded) {
  for (const FolderRow& row : rows) {
    const auto named = name_folders({row.directory});
    ASSERT_EQ(named.size(), 1U);
    EXPECT_EQ(named[0].directory, row.directory) << row.what;
    if (std::string(row.what) != "a line end") {
      EXPECT_EQ(named[0].folder.display(), row.display) << row.what;
      EXPECT_EQ(!named[0].remark.empty(), row.is_remarkable) << row.what << ": " << named[0].remark;
    }
  }
}

TEST(MaildirFolders, DirectoryNamesGetFoldersOfTheirOwn) {
  const std::vector<std::string> directories{".Gr&APw-", ".Gr\xc3\xbc", ".Gr\xfc",    ".a..b",    ".a._.b",
                                             ".INBOX",   ".inbox",      ".INBOX (2)", ".inbox.x", ".INBOX.x"};
  const auto named = name_folders(directories);
  std::set<std::string> displays;
  std::map<std::string, std::string> by_directory;
  for (const auto& one : named) {
    EXPECT_FALSE(one.folder.is_inbox()) << one.directory;
    displays.insert(one.folder.display());
    by_directory[one.directory] = one.folder.display();
  }
  EXPECT_EQ(displays.size(), directories.size()) << "no two share a name";
  EXPECT_EQ(by_directory[".Gr&APw-"], "Gr\xc3\xbc") << "the canonical spelling chooses first";
  EXPECT_EQ(by_directory[".Gr\xc3\xbc"], "Gr\xc3\xbc" + mail::name_mark(".Gr\xc3\xbc"));
  EXPECT_EQ(by_directory[".Gr\xfc"], "Gr\xc3\xbc" + mail::name_mark(".Gr\xfc"));
  EXPECT_EQ(by_directory[".a._.b"], "a/_/b");
  EXPECT_EQ(by_directory[".a..b"], "a/_/b" + mail::name_mark(".a..b"));
  EXPECT_EQ(by_directory[".INBOX (2)"], "INBOX (2)");
  EXPECT_EQ(by_directory[".INBOX.x"], "INBOX/x");
  EXPECT_EQ(by_directory[".inbox.x"], "INBOX/x" + mail::name_mark(".inbox.x"));
}

TEST(MaildirFolders, NamesDoNotDependOnTheOrderOfListing) {
  std::vector<std::string> directories{".x",  ".\xe4", ".\xc3\xa4", ".&AOQ-", "..a",
                                       ".._", "._.",   "._._",      ".INBOX", ".iNBOX"};
  std::map<std::string, std::string> first;
  for (const auto& one : name_folders(directories)) first[one.directory] = one.folder.display();
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(directories.begin(), directories.end(), random);
    for (const auto& one : name_folders(directories)) EXPECT_EQ(one.folder.display(), first[one.directory]);
  }
}

/// Or a run would copy a folder into the one that another had become in the run before.
TEST(MaildirFolders, AMarkedNameDoesNotDependOnHowManyOthersThereAre) {
  const std::vector<std::string> directories{".Gr&APw-", ".Gr\xc3\xbc", ".Gr\xfc", ".INBOX", ".inbox", ".iNBOX"};
  std::map<std::string, std::string> first;
  for (const auto& one : name_folders(directories)) first[one.directory] = one.folder.display();
  for (const std::string& gone : directories) {
    std::vector<std::string> others;
    for (const std::string& directory : directories)
      if (directory != gone) others.push_back(directory);
    for (const auto& one : name_folders(others)) EXPECT_EQ(one.folder.display(), first[one.directory]) << gone;
  }
}

TEST(MaildirFolders, ThousandsOfSpellingsOfOneNameAreNoTrap) {
  // A16: 2^14 directories that all decode to the same name.
  std::vector<std::string> directories;
  for (unsigned bits = 0; bits < 1U << 14U; ++bits) {
    std::string name;
    for (unsigned i = 0; i < 14; ++i) name += (bits >> i & 1U) != 0 ? "._" : ".";
    directories.push_back(name);
  }
  std::set<std::string> displays;
  for (const auto& one : name_folders(directories)) displays.insert(one.folder.display());
  EXPECT_EQ(displays.size(), directories.size());
}

TEST(MaildirFolders, DirectoryOfAFolderIsOneFileName) {
  EXPECT_EQ(folder_directory(mail::FolderName{}), "");
  EXPECT_EQ(folder_directory(mail::FolderName({"inbox"})), "");
  EXPECT_EQ(folder_directory(mail::FolderName({"Work", "2024"})), ".Work.2024");
  EXPECT_EQ(folder_directory(mail::FolderName({"INBOX", "Sub"})), ".INBOX.Sub");
  EXPECT_EQ(folder_directory(mail::FolderName({"Gr\xc3\xbc\xc3\x9f"
                                               "e",
                                               "A & B"})),
            ".Gr&APwA3w-e.A &- B");
}

TEST(MaildirFolders, WhatMaildirCanNotHoldIsSaid) {
  EXPECT_EQ(folder_directory(mail::FolderName({"a.b"})), std::nullopt);
  EXPECT_EQ(folder_directory(mail::FolderName({"a/b"})), std::nullopt);
  EXPECT_EQ(folder_directory(mail::FolderName({std::string("a\0b", 3)})), std::nullopt);
  EXPECT_EQ(folder_directory(mail::FolderName({std::string(254, 'a')}))->size(), 255U);
  EXPECT_EQ(folder_directory(mail::FolderName({std::string(255, 'a')})), std::nullopt);
  EXPECT_EQ(folder_directory(mail::FolderName({std::string(200, 'a'), std::string(60, 'b')})), std::nullopt)
      << "the whole path is one name";
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  EXPECT_EQ(folder_directory(mail::FolderName({umlauts})), std::nullopt) << "over 255 once encoded";
}

TEST(MaildirFolders, LayoutFsNamesAreDirectoriesInDirectories) {
  const Naming fs{Layout::fs, false};
  EXPECT_EQ(folder_directory(mail::FolderName{}, fs), "");
  EXPECT_EQ(folder_directory(mail::FolderName({"Work", "2024"}), fs), "Work/2024");
  EXPECT_EQ(folder_directory(mail::FolderName({"a.b", ".c"}), fs), "a.b/.c") << "a dot is nothing special";
  EXPECT_EQ(folder_directory(mail::FolderName({"INBOX", "Sub"}), fs), "INBOX/Sub");
  EXPECT_EQ(folder_directory(mail::FolderName({"Gr\xc3\xbc"}), fs), "Gr&APw-");
  for (const char* reserved :
       {"cur", "new", "tmp", "subscriptions", "dovecot-uidlist", "courierimapsubscribed", ".", ".."}) {
    EXPECT_EQ(folder_directory(mail::FolderName({reserved}), fs), std::nullopt) << reserved;
    EXPECT_EQ(folder_directory(mail::FolderName({"A", reserved}), fs), std::nullopt) << reserved;
  }
  std::vector<std::string> deep(64, "d");
  EXPECT_TRUE(folder_directory(mail::FolderName(deep), fs).has_value());
  deep.emplace_back("d");
  EXPECT_EQ(folder_directory(mail::FolderName(deep), fs), std::nullopt);

  const auto named = name_folders({"Work/2024", "Gr&APw-", "INBOX", "inbox/x", "a.b"}, fs);
  std::map<std::string, std::string> by_directory;
  for (const auto& one : named) by_directory[one.directory] = one.folder.display();
  EXPECT_EQ(by_directory["Work/2024"], "Work/2024");
  EXPECT_EQ(by_directory["Gr&APw-"], "Gr\xc3\xbc");
  EXPECT_EQ(by_directory["INBOX"], "INBOX" + mail::name_mark("INBOX"));
  EXPECT_EQ(by_directory["inbox/x"], "INBOX/x");
  EXPECT_EQ(by_directory["a.b"], "a.b");
}

TEST(MaildirFolders, InATreeOfUtf8NamesAnAmpersandIsItself) {
  const Naming utf8{Layout::maildir_plus_plus, true};
  EXPECT_EQ(folder_directory(mail::FolderName({"Gr\xc3\xbc", "R&D"}), utf8), ".Gr\xc3\xbc.R&D");
  EXPECT_EQ(folder_directory(mail::FolderName({"a\nb"}), utf8), std::nullopt) << "it would be two lines of a list";
  const auto named = name_folders({".Gr\xc3\xbc", ".R&D", ".Gr&APw-", ".Gr\xfc"}, utf8);
  std::map<std::string, std::string> by_directory;
  for (const auto& one : named) by_directory[one.directory] = one.folder.display();
  EXPECT_EQ(by_directory[".Gr\xc3\xbc"], "Gr\xc3\xbc");
  EXPECT_EQ(by_directory[".R&D"], "R&D");
  EXPECT_EQ(by_directory[".Gr&APw-"], "Gr&APw-");
  EXPECT_EQ(by_directory[".Gr\xfc"], "Gr\xc3\xbc" + mail::name_mark(".Gr\xfc"));
}

TEST(MaildirFolders, TheEncodingIsDecidedByEvidence) {
  struct Row {
    const char* what;
    std::vector<std::string> directories;
    bool utf8;
  };
  for (const Row& row :
       {Row{"nothing", {}, false},
        {"ASCII", {".Sent", ".Work.2024"}, false},
        {"UTF-8", {".Sent", ".Work.Gr\xc3\xbc"}, true},
        {"modified UTF-7", {".Gr&APw-"}, false},
        {"Latin-1", {".Gr\xfc"}, false},
        {"both: the server wrote modified UTF-7, somebody else the other", {".Gr&APw-", ".\xc3\xbc"}, false},
        {"an ampersand shows nothing", {".A &- B", ".\xc3\xbc"}, true}})
    EXPECT_EQ(weigh_encoding(row.directories, Layout::maildir_plus_plus).utf8, row.utf8) << row.what;
  EXPECT_TRUE(weigh_encoding({"Work/Gr\xc3\xbc"}, Layout::fs).utf8);
}

TEST(MaildirFolders, CanonicalNamesComeBack) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces{"a", "Z", " ", "&", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\xac",
                                        "-", "~", ","};
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::string> parts;
    for (auto levels = 1 + random() % 3; levels > 0; --levels) {
      std::string part;
      for (auto n = 1 + random() % 6; n > 0; --n) part += pieces[random() % pieces.size()];
      parts.push_back(part);
    }
    const mail::FolderName folder(parts);
    const auto directory = folder_directory(folder);
    ASSERT_EQ(directory.has_value(), parts.front().front() != '~') << "a server opens none that begins with '~'";
    if (!directory) continue;
    const auto named = name_folders({*directory});
    EXPECT_EQ(named[0].folder, folder) << *directory;
    EXPECT_EQ(named[0].remark, "") << *directory;
  }
}

}  // namespace mailhaul::formats::maildir
