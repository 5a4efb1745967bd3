#include "mailhaul/mail/store_headers.hpp"

#include <gtest/gtest.h>

#include "mail/pieces.hpp"
#include "mailhaul/mail/header_block.hpp"

namespace mailhaul::mail {
namespace {

TEST(StoreHeaders, AreSevenInAnyCase) {
  for (const std::string_view name :
       {"Content-Length", "STATUS", "x-imap", "X-ImapBase", "X-Keywords", "X-Status", "X-UID"})
    EXPECT_TRUE(is_store_header(name)) << name;
  for (const std::string_view name : {"", "X-UIDL", "Content-Type", "X-Mozilla-Status", "Statu", "Status "})
    EXPECT_FALSE(is_store_header(name)) << name;
}

TEST(StoreHeaders, StatusHasSeenAndOldAndMuttsReplied) {
  EXPECT_EQ(parse_store_headers("Status: RO\n").flags, FlagSet{Flag::seen});
  EXPECT_TRUE(parse_store_headers("Status: RO\n").old);
  EXPECT_FALSE(parse_store_headers("Status: R\n").old);
  EXPECT_EQ(parse_store_headers("Status: r\n").flags, FlagSet{Flag::answered});
  EXPECT_EQ(parse_store_headers("Status: DFAT\n").flags, FlagSet{});  // c-client's; Dovecot leaves them
  EXPECT_EQ(parse_store_headers("status : OR\r\n").flags, FlagSet{Flag::seen});
  EXPECT_EQ(parse_store_headers("Status:\n").flags, FlagSet{});
}

TEST(StoreHeaders, XStatusHasTheFourOthersInUpperCase) {
  EXPECT_EQ(parse_store_headers("X-Status: DFTA\n").flags,
            (FlagSet{Flag::deleted, Flag::flagged, Flag::draft, Flag::answered}));
  EXPECT_EQ(parse_store_headers("X-Status: adftRO\n").flags, FlagSet{});
  EXPECT_FALSE(parse_store_headers("X-Status: O\n").old);
}

TEST(StoreHeaders, KeywordsMayBeFoldedAndForwardedIsPassedToo) {
  const StoreHeaders headers = parse_store_headers("X-Keywords: $Junk work\r\n\t$forwarded\n  gr\xc3\xbcn\n");
  EXPECT_EQ(headers.keywords, (KeywordSet{"$Junk", "work", "$forwarded", "gr\xc3\xbcn"}));
  EXPECT_EQ(headers.flags, FlagSet{Flag::passed});
}

TEST(StoreHeaders, NumbersAreTakenOnlyWhole) {
  struct Row {
    std::string_view value;
    std::optional<std::uint64_t> length;
    std::uint32_t uid;
  };
  for (const Row& row :
       {Row{"42", 42, 42}, Row{" 42   ", 42, 42}, Row{"0", 0, 0}, Row{"", std::nullopt, 0}, Row{"4 2", std::nullopt, 0},
        Row{"-1", std::nullopt, 0}, Row{"+1", std::nullopt, 0}, Row{"0x10", std::nullopt, 0},
        Row{"42k", std::nullopt, 0}, Row{"0000000042", 42, 42}, Row{"4294967295", 4294967295, 4294967295},
        Row{"4294967296", 4294967296, 0}, Row{"18446744073709551616", std::nullopt, 0}, Row{"42\n ", 42, 42}}) {
    const std::string value(row.value);
    EXPECT_EQ(parse_store_headers("Content-Length:" + value + "\n").content_length, row.length) << value;
    EXPECT_EQ(parse_store_headers("X-UID:" + value + "\n").uid.value_or(Uid{}).value, row.uid) << value;
  }
}

TEST(StoreHeaders, TheFirstGoodNumberCountsAndAllLetters) {
  const StoreHeaders headers =
      parse_store_headers("X-UID: x\nX-UID: 7\nX-UID: 8\nContent-Length: 5\nContent-Length: 6\nStatus: R\nStatus: O\n"
                          "X-IMAPbase: 0 1\nX-IMAPbase: 9 8\nX-IMAP: 7 6\n");
  EXPECT_EQ(headers.uid, Uid{7});
  EXPECT_EQ(headers.content_length, 5U);
  EXPECT_TRUE(headers.old);
  EXPECT_TRUE(headers.flags.has(Flag::seen));
  ASSERT_TRUE(headers.base);
  EXPECT_EQ(headers.base->uid_validity, UidValidity{9});
  EXPECT_FALSE(headers.pseudo);
}

TEST(StoreHeaders, SayWhetherTheUidStoodBeforeItsBase) {
  EXPECT_TRUE(parse_store_headers("X-UID: 7\nX-IMAPbase: 1234567 0000000009\n").uid_before_base);
  EXPECT_FALSE(parse_store_headers("X-IMAPbase: 1234567 0000000009\nX-UID: 7\n").uid_before_base);
  EXPECT_TRUE(parse_store_headers("X-UID: 7\n").uid_before_base);
  EXPECT_FALSE(parse_store_headers("X-UID: 0\n").uid_before_base);
}

TEST(StoreHeaders, EndWithTheHeaderBlock) {
  EXPECT_EQ(parse_store_headers("A: b\n\nStatus: R\nX-UID: 3\n").flags, FlagSet{});
  EXPECT_EQ(parse_store_headers("\r\nX-UID: 3\n").uid, std::nullopt);
}

TEST(StoreHeaders, XImapMarksThePseudoMessageWhenItsFirstNumberIsNotZero) {
  EXPECT_TRUE(parse_store_headers("X-IMAP: 1234567890 0000000042\n").pseudo);
  EXPECT_FALSE(parse_store_headers("X-IMAP: 0000000000 0000000042\n").pseudo);
  EXPECT_FALSE(parse_store_headers("X-IMAP: mail\n").pseudo);
  EXPECT_FALSE(parse_store_headers("X-IMAPbase: 1234567890 0000000042\n").pseudo);
  EXPECT_FALSE(parse_store_headers("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n").pseudo);
}

TEST(ImapBase, HasTwoNumbersAndNames) {
  const auto base = parse_imap_base(" 1234567890 0000000042 $Junk work\r\n\tmore");
  ASSERT_TRUE(base);
  EXPECT_EQ(base->uid_validity, UidValidity{1234567890});
  EXPECT_EQ(base->last_uid, Uid{42});
  EXPECT_EQ(base->keywords, (std::vector<std::string>{"$Junk", "work", "more"}));
  EXPECT_EQ(parse_imap_base("5")->last_uid, Uid{0});
  for (const std::string_view bad : {"", "0 5", "x 5", "5 x", "4294967296 5", "5 4294967296", "-5 5", "5,5"})
    EXPECT_FALSE(parse_imap_base(bad)) << bad;
}

TEST(StripStoreHeaders, TakesWholeFieldsAndNothingElse) {
  EXPECT_EQ(strip_store_headers("A: b\nStatus: RO\nX-Keywords: a\n\tb\n c\nTo: d\n e\nx-uid : 5  \n\n"),
            "A: b\nTo: d\n e\n\n");
  EXPECT_EQ(strip_store_headers("Status: RO\r\n\r\n"), "\r\n");
  EXPECT_EQ(strip_store_headers("A: b\n\nStatus: R\n"), "A: b\n\nStatus: R\n");
  EXPECT_EQ(strip_store_headers("Status: R"), "");
  EXPECT_EQ(strip_store_headers(">Status: R\nStatus\n Status: R\nXStatus: R\n"),
            ">Status: R\nStatus\n Status: R\nXStatus: R\n");
  EXPECT_EQ(strip_store_headers("From x\nX-UIDL: keep\nX-IMAP: 1 2\n\n"), "From x\nX-UIDL: keep\n\n");
}

TEST(FormatStoreHeaders, WritesDovecotsOrder) {
  StoreHeaders headers;
  headers.base = ImapBase{UidValidity{1234567}, Uid{9}, {"$Junk", "no keyword", "work"}};
  headers.uid = Uid{7};
  headers.flags = FlagSet::from_bits(63);
  headers.old = true;
  headers.keywords = KeywordSet{"work", "gr\xc3\xbcn", "a(b"};
  headers.content_length = 42;
  const StoreHeaderLines lines = format_store_headers(headers, "\r\n");
  EXPECT_EQ(lines.text,
            "X-IMAPbase: 1234567 0000000009 $Junk work\r\nX-UID: 7         \r\nStatus: RO\r\nX-Status: ADFT\r\n"
            "X-Keywords: $Forwarded work\r\nContent-Length: 42                  \r\n");
  ASSERT_TRUE(lines.content_length_at);
  EXPECT_EQ(lines.text.substr(*lines.content_length_at, 20), padded_length(42));
}

TEST(FormatStoreHeaders, WritesOnlyWhatThereIsToSay) {
  EXPECT_EQ(format_store_headers({}, "\n").text, "");
  EXPECT_FALSE(format_store_headers({}, "\n").content_length_at);
  StoreHeaders headers;
  headers.old = true;
  EXPECT_EQ(format_store_headers(headers, "\n").text, "Status: O\n");
  headers = {};
  headers.keywords = KeywordSet{"two words"};
  EXPECT_EQ(format_store_headers(headers, "\n").text, "");
  headers = {};
  headers.base = ImapBase{UidValidity{7}, Uid{8}, {}};
  headers.pseudo = true;
  EXPECT_EQ(format_store_headers(headers, "\n").text, "X-IMAP: 0000000007 0000000008\n");
}

TEST(FormatStoreHeaders, ComesBackAsItWas) {
  test::Random random(13);
  for (int i = 0; i < 5000; ++i) {
    StoreHeaders headers;
    headers.flags = FlagSet::from_bits(static_cast<unsigned>(random()));
    headers.old = test::below(random, 2) == 0;
    for (const std::string_view name : {"work", "$Junk", "x!y", "NonJunk"})
      if (test::below(random, 2) == 0) headers.keywords.add(name);
    if (test::below(random, 2) == 0) headers.uid = Uid{static_cast<std::uint32_t>(random() | 1)};
    if (test::below(random, 2) == 0) headers.content_length = random();
    if (test::below(random, 2) == 0) {
      headers.base = ImapBase{UidValidity{static_cast<std::uint32_t>(random() | 1)},
                              Uid{static_cast<std::uint32_t>(random())}, headers.keywords.names()};
      headers.pseudo = test::below(random, 2) == 0;
    }
    KeywordSet keywords = headers.keywords;
    if (headers.flags.has(Flag::passed)) keywords.add("$Forwarded");
    const std::string text = format_store_headers(headers, i % 2 == 0 ? "\n" : "\r\n").text;
    const StoreHeaders back = parse_store_headers(text);
    ASSERT_EQ(back.flags, headers.flags) << text;
    ASSERT_EQ(back.keywords, keywords) << text;
    ASSERT_EQ(back.old, headers.old) << text;
    ASSERT_EQ(back.uid, headers.uid) << text;
    ASSERT_EQ(back.content_length, headers.content_length) << text;
    ASSERT_EQ(back.pseudo, headers.pseudo) << text;
    ASSERT_EQ(back.base.has_value(), headers.base.has_value()) << text;
    if (headers.base) {
      ASSERT_EQ(back.base->keywords, headers.base->keywords) << text;
    }
    ASSERT_EQ(strip_store_headers(text), "");
  }
}

TEST(StoreHeaders, TakeAHeaderFullOfNamesInNoTime) {
  // S13: of a header like this only the first names are read.
  std::string block = "X-Keywords:";
  for (int i = 999999; i >= 850000; --i) block += ' ' + std::to_string(i);
  EXPECT_EQ(parse_store_headers(block + '\n').keywords.size(), keywords_limit);
  EXPECT_TRUE(parse_store_headers(block + '\n').keywords_left_out);
  EXPECT_FALSE(parse_store_headers("X-Keywords: " + std::string(keyword_limit_octets, 'k') + '\n').keywords_left_out);
  const StoreHeaders long_one =
      parse_store_headers("X-Keywords: a " + std::string(keyword_limit_octets + 1, 'k') + '\n');
  EXPECT_TRUE(long_one.keywords_left_out);
  EXPECT_EQ(long_one.keywords, KeywordSet{"a"});
}

TEST(ImapBase, OfAMillionNamesTheFirstAreRead) {
  std::string value = "7 0000000009";
  for (int i = 0; i < 130000; ++i) value += ' ' + std::to_string(i);
  const auto base = parse_imap_base(value);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->keywords.size(), base_keywords_limit);
  EXPECT_EQ(base->left_out, 130000 - base_keywords_limit);
  value = "7 0000000009 " + std::string(keyword_limit_octets + 1, 'x');
  for (int i = 0; i < 1000; ++i) value += ' ' + std::string(keyword_limit_octets, 'k');
  EXPECT_EQ(parse_imap_base(value)->keywords.size(), base_keywords_limit_octets / (keyword_limit_octets + 1));
  EXPECT_EQ(parse_imap_base("7 9 a b")->left_out, 0U);
}

TEST(PaddedLength, HasRoomForEveryNumber) {
  EXPECT_EQ(padded_length(0), "0                   ");
  EXPECT_EQ(padded_length(18446744073709551615U), "18446744073709551615");
}

}  // namespace
}  // namespace mailhaul::mail
