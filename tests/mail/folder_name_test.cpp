#include "mailhaul/mail/folder_name.hpp"

#include <gtest/gtest.h>

namespace mailhaul::mail {
namespace {

TEST(FolderName, IsInboxByDefaultAndInAnyCase) {
  EXPECT_TRUE(FolderName().is_inbox());
  for (const std::string_view text : {"INBOX", "inbox", "InBox"}) {
    const auto name = FolderName::from_display(text);
    ASSERT_TRUE(name);
    EXPECT_TRUE(name->is_inbox());
    EXPECT_EQ(*name, FolderName());
    EXPECT_EQ(name->display(), "INBOX");
  }
  EXPECT_EQ(FolderName(std::vector<std::string>{"inbox"}), FolderName());
}

TEST(FolderName, IsInboxOnlyAlone) {
  for (const std::string_view text : {"inbox/Sub", "Sub/INBOX", "INBOX2"}) {
    const auto name = FolderName::from_display(text);
    ASSERT_TRUE(name);
    EXPECT_FALSE(name->is_inbox());
    EXPECT_EQ(name->display(), text);
  }
}

TEST(FolderName, HasThePartsThatWereTyped) {
  const auto name = FolderName::from_display("Work/2024.Q1/Gr\xc3\xbc\xc3\x9f"
                                             "e");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->parts(), (std::vector<std::string>{"Work", "2024.Q1",
                                                     "Gr\xc3\xbc\xc3\x9f"
                                                     "e"}));
}

TEST(FolderName, RefusesEmptyLevelsAndOtherEncodings) {
  for (const std::string_view bad : {"", "/", "a/", "/a", "a//b", "Gr\xfc\xdf"})
    EXPECT_EQ(FolderName::from_display(bad), std::nullopt) << bad;
}

TEST(DecodeLevel, TriesModifiedUtf7ThenUtf8ThenLatin1) {
  struct Row {
    std::string_view on_disk;
    std::string_view utf8;
    NameEncoding encoding;
  };
  for (const Row& row : {Row{"Sent", "Sent", NameEncoding::modified_utf7},
                         Row{"Gr&APwA3w-e",
                             "Gr\xc3\xbc\xc3\x9f"
                             "e",
                             NameEncoding::modified_utf7},
                         Row{"R&-D", "R&D", NameEncoding::modified_utf7}, Row{"R&D", "R&D", NameEncoding::utf8},
                         Row{"bad&AOk", "bad&AOk", NameEncoding::utf8},
                         Row{"Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f", NameEncoding::utf8},
                         Row{"Gr\xfc\xdf", "Gr\xc3\xbc\xc3\x9f", NameEncoding::latin1},
                         Row{"\xff\x80", "\xc3\xbf\xc2\x80", NameEncoding::latin1}}) {
    const DecodedLevel level = decode_level(row.on_disk);
    EXPECT_EQ(level.utf8, row.utf8) << row.on_disk;
    EXPECT_EQ(level.encoding, row.encoding) << row.on_disk;
  }
}

}  // namespace
}  // namespace mailhaul::mail
