#include "mailhaul/run/location.hpp"

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

TEST(ParseLocation, TableOfGoodOnes) {
  struct Row {
    const char* text;
    std::optional<Format> format;
    const char* path;
  };
  for (const Row& row : {Row{"maildir:/home/bob/Maildir", Format::maildir, "/home/bob/Maildir"},
                         {"mbox:/var/mail/bob", Format::mbox, "/var/mail/bob"},
                         {"mbox:bob", Format::mbox, "bob"},
                         {"/var/mail/bob", std::nullopt, "/var/mail/bob"},
                         {"./odd:name", std::nullopt, "./odd:name"},
                         {"plain", std::nullopt, "plain"},
                         {"maildir:/a::b/c", Format::maildir, "/a:b/c"},
                         {"maildir:/a/b/", Format::maildir, "/a/b"},
                         {"maildir:/a/b//", Format::maildir, "/a/b"},
                         {"maildir:/a/b/.", Format::maildir, "/a/b"},
                         {"maildir:/a/../b", Format::maildir, "/a/../b"},
                         {"maildir:.", Format::maildir, "."},
                         {"/", std::nullopt, "/"}}) {
    const Location location = parse_location(row.text);
    EXPECT_EQ(location.format, row.format) << row.text;
    EXPECT_EQ(location.path, row.path) << row.text;
  }
}

TEST(ParseLocation, TableOfBadOnes) {
  for (const char* text :
       {"", "maildir:", "imap:host", "host:/path", "mbox:/a:b", "maildir:/a:", "maildir::LAYOUT=fs"}) {
    try {
      (void)parse_location(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::usage) << text;
    }
  }
}

TEST(ParseLocation, TableOfOptions) {
  using Options = formats::LocationOptions;
  struct Row {
    const char* text;
    Options options;
  };
  for (const Row& row : {Row{"maildir:/a", {}},
                         {"maildir:/a:LAYOUT=fs", {{"LAYOUT", "fs"}}},
                         {"maildir:/a:layout=FS", {{"LAYOUT", "fs"}}},
                         {"maildir:/a:LAYOUT=maildir++", {{"LAYOUT", "maildir++"}}},
                         {"maildir:/a:UTF-8", {{"UTF-8", ""}}},
                         {"maildir:/a:LAYOUT=fs:UTF-8", {{"LAYOUT", "fs"}, {"UTF-8", ""}}},
                         {"maildir:/a:UTF-8:LAYOUT=fs", {{"LAYOUT", "fs"}, {"UTF-8", ""}}}}) {
    const Location location = parse_location(row.text);
    EXPECT_EQ(location.path, "/a") << row.text;
    EXPECT_EQ(location.options, row.options) << row.text;
  }
  const Location colons = parse_location("maildir:/a::LAYOUT=fs:LAYOUT=fs");
  EXPECT_EQ(colons.path, "/a:LAYOUT=fs");
  EXPECT_EQ(colons.options, (Options{{"LAYOUT", "fs"}}));
}

TEST(ParseLocation, ABarePathHasNoOptions) {
  const Location location = parse_location("/a:LAYOUT=fs");
  EXPECT_EQ(location.path, "/a:LAYOUT=fs");
  EXPECT_TRUE(location.options.empty());
}

TEST(ParseLocation, AnOptionThatIsNotKnownNamesThoseThatAre) {
  for (const char* text : {"maildir:/a:INDEX=/b", "maildir:/a:LAYOUT=index", "maildir:/a:LAYOUT",
                           "maildir:/a:LAYOUT=", "maildir:/a:UTF-8=yes", "maildir:/a:=fs"}) {
    try {
      (void)parse_location(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::usage) << text;
      EXPECT_NE(error.what_to_do().find("LAYOUT=maildir++|fs, UTF-8"), std::string::npos) << error.what();
    }
  }
}

TEST(ParseLocation, AnOptionIsSaidOnce) {
  for (const char* text : {"maildir:/a:UTF-8:UTF-8", "maildir:/a:LAYOUT=fs:LAYOUT=maildir++"})
    EXPECT_THROW((void)parse_location(text), Error) << text;
}

TEST(ParseLocation, AnMboxdirMayHaveItsInboxApart) {
  const Location location = parse_location("mboxdir:/home/bob/mail:INBOX=/var/mail/bob");
  EXPECT_EQ(location.format, Format::mboxdir);
  EXPECT_EQ(location.path, "/home/bob/mail");
  EXPECT_EQ(location.options, (formats::LocationOptions{{"INBOX", "/var/mail/bob"}}));
  const auto parts = parts_of({Format::mboxdir, location.path, "", location.options});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].format, Format::mbox);
  EXPECT_EQ(parts[1].path, "/var/mail/bob");
  EXPECT_EQ(parts_of({Format::mboxdir, location.path, "", {}}).size(), 1U);
  for (const char* text : {"mboxdir:/a:INBOX", "mboxdir:/a:INBOX=", "mboxdir:/a:LAYOUT=fs"})
    EXPECT_THROW((void)parse_location(text), Error) << text;
}

TEST(ParseLocation, AnMboxHasNoOptions) {
  try {
    (void)parse_location("mbox:/a:UTF-8");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.what_to_do().find("has no options"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace mailhaul::run
