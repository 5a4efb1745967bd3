#include "ledger/encoding.hpp"

#include <gtest/gtest.h>

namespace mailhaul::ledger {
namespace {

std::string octets(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

TEST(LedgerEncoding, AKeyIs40OctetsTheLowestFirst) {
  mail::ContentKey key{0x0102, {1, 2, 3, 0xff00'0000'0000'0004U}};
  const std::string encoded = encode_key(key);
  ASSERT_EQ(encoded.size(), 40U);
  EXPECT_EQ(encoded.substr(0, 9), octets({2, 1, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(encoded.back(), '\xff');
  EXPECT_TRUE(decode_key(encoded) == key);
  EXPECT_FALSE(decode_key(encoded.substr(1)));
  EXPECT_FALSE(decode_key(encoded + "x"));
  EXPECT_FALSE(decode_key(""));
}

TEST(LedgerEncoding, TextsAreLedByTheirLengths) {
  EXPECT_EQ(encode_texts({}), "");
  EXPECT_EQ(encode_texts({"", "ab"}), octets({0, 2, 'a', 'b'}));
  EXPECT_EQ(encode_texts({std::string(127, 'x')}).substr(0, 2), octets({127, 'x'}));
  EXPECT_EQ(encode_texts({std::string(128, 'x')}).substr(0, 3), octets({0x80, 1, 'x'}));
  EXPECT_EQ(encode_texts({std::string(20'000, 'x')}).substr(0, 4), octets({0xa0, 0x9c, 1, 'x'}));
}

TEST(LedgerEncoding, TextsComeBack) {
  for (const std::size_t length : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 100'000U}) {
    const std::vector<std::string> texts{"a", std::string(length, '\0'), "", std::string(length, '\xff')};
    EXPECT_EQ(decode_texts(encode_texts(texts)), texts);
  }
}

TEST(LedgerEncoding, WhatIsCutShortIsNoText) {
  const std::string whole = encode_texts({std::string(300, 'x')});
  for (std::size_t length = 1; length < whole.size(); ++length) EXPECT_FALSE(decode_texts(whole.substr(0, length)));
  EXPECT_FALSE(decode_texts(octets({5, 'a'})));
  EXPECT_FALSE(decode_texts(octets({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'a'})));
}

TEST(LedgerEncoding, AFolderIsItsMailboxAndItsLevels) {
  const store::FolderRef folder{"bob", mail::FolderName({"A", "B"})};
  EXPECT_EQ(encode_folder(folder), octets({3, 'b', 'o', 'b', 1, 'A', 1, 'B'}));
  EXPECT_EQ(decode_folder(encode_folder(folder)), folder);
  EXPECT_EQ(decode_folder(encode_folder({})), store::FolderRef{});
  EXPECT_FALSE(decode_folder(""));
  EXPECT_FALSE(decode_folder(octets({3, 'b', 'o', 'b'})));  // no level
  EXPECT_FALSE(decode_folder(octets({0, 0})));              // a level without a name
}

TEST(LedgerEncoding, IdsOfNothingButAUidNeedNoOctets) {
  mail::ServerIds ids;
  ids.uid = mail::Uid{7};
  EXPECT_EQ(encode_ids(ids), "");
  EXPECT_EQ(decode_ids(7, ""), ids);
  EXPECT_EQ(decode_ids(std::nullopt, ""), mail::ServerIds{});
}

TEST(LedgerEncoding, EveryIdComesBackAlone) {
  std::vector<mail::ServerIds> cases(5);
  cases[0].guid = "g";
  cases[1].pop3_uidl = "u";
  cases[2].pop3_order = 0;
  cases[3].pop3_order = 0xffff'fffeU;
  cases[4].list_fields = " Xabc";
  for (const mail::ServerIds& ids : cases) {
    EXPECT_NE(encode_ids(ids), "");
    EXPECT_EQ(decode_ids(std::nullopt, encode_ids(ids)), ids);
  }
}

TEST(LedgerEncoding, NumbersThatAreNoUidAndFieldsThatAreMissingAreRefused) {
  EXPECT_FALSE(decode_ids(-1, ""));
  EXPECT_FALSE(decode_ids(0x1'0000'0000, ""));
  EXPECT_FALSE(decode_ids(1, encode_texts({"a", "b", "c"})));
  EXPECT_FALSE(decode_ids(1, encode_texts({"a", "b", "c", "12345"})));
  EXPECT_FALSE(decode_ids(1, encode_texts({"a", "b", "c", "1234", ""})));
}

}  // namespace
}  // namespace mailhaul::ledger
