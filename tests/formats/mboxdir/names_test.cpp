#include "formats/mboxdir/names.hpp"

#include <gtest/gtest.h>

namespace mailhaul::formats::mboxdir {
namespace {

TEST(MboxdirNames, WhatIsNoMailboxIsPassedOver) {
  for (const char* name :
       {"", ".imap", ".subscriptions", ".hidden", "bob.lock", "Sent.msf", "mailhaul-tmp-1f2e", ".mailhaul-tmp-1f2e"})
    EXPECT_TRUE(is_passed_over(name)) << name;
  for (const char* name : {"bob", "lock", "msf", "Sent.mbox", "a.b", "bob.locked", "inbox"})
    EXPECT_FALSE(is_passed_over(name)) << name;
}

struct Row {
  const char* level;
  const char* name;  // null: none
};

TEST(MboxdirNames, ALevelIsAFileNameInModifiedUtf7) {
  for (const Row& row : {Row{"Sent", "Sent"},
                         {"Entw\xc3\xbcrfe", "Entw&APw-rfe"},
                         {"a&b", "a&-b"},
                         {"a.b", "a.b"},
                         {"with blank", "with blank"},
                         {".hidden", nullptr},
                         {"..", nullptr},
                         {".", nullptr},
                         {"", nullptr},
                         {"a/b", nullptr},
                         {"x.lock", nullptr},
                         {"x.msf", nullptr},
                         {"\xff", nullptr}}) {
    const auto name = name_of_level(row.level);
    EXPECT_EQ(name, row.name == nullptr ? std::nullopt : std::optional<std::string>(row.name)) << row.level;
  }
  EXPECT_TRUE(name_of_level(std::string(longest_name_octets, 'x')));
  EXPECT_FALSE(
      name_of_level(std::string(longest_name_octets + 1, 'x')));  // with a dotlock and -sub behind it, it fits no more
}

TEST(MboxdirNames, ASuffixThatSaysTheCompressionIsNoneOfTheName) {
  using io::Compression;
  EXPECT_EQ(without_compression_suffix("2016-April.txt.gz", Compression::gzip), "2016-April.txt");
  EXPECT_EQ(without_compression_suffix("list.mbox.bz2", Compression::bzip2), "list.mbox");
  EXPECT_EQ(without_compression_suffix("a.zst", Compression::zstd), "a");
  EXPECT_EQ(without_compression_suffix("a.xz", Compression::xz), "a");
  EXPECT_EQ(without_compression_suffix("a.gz", std::nullopt), "a.gz");
  EXPECT_EQ(without_compression_suffix("a.gz", Compression::xz), "a.gz");
  EXPECT_EQ(without_compression_suffix("gz", Compression::gzip), "gz");
  EXPECT_EQ(without_compression_suffix("b.gz.gz", Compression::gzip), "b.gz");
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
