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
  for (const char* text : {"", "maildir:", "imap:host", "host:/path", "maildir:/a:LAYOUT=fs", "mbox:/a:b"}) {
    try {
      (void)parse_location(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.cause(), Cause::usage) << text;
    }
  }
}

}  // namespace
}  // namespace mailhaul::run
