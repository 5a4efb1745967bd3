#include "formats/maildir/uidlist.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mailhaul::formats::maildir {

namespace {

struct Read {
  std::optional<UidListHeader> header{};
  std::vector<std::string> records{};  ///< "7 [G1 P] name"
  std::uint64_t bad = 0;
  std::string first_bad{};
};

Read read_list(std::string_view text, std::size_t piece = 4096) {
  Read out;
  UidListParser parser([&](const UidRecord& record) {
    std::string fields(record.fields);
    while (!fields.empty() && fields.back() == ' ') fields.pop_back();
    out.records.push_back(std::to_string(record.uid.value) + " [" + fields + "] " + std::string(record.key));
  });
  for (std::size_t at = 0; at < text.size(); at += piece) parser.write(text.substr(at, piece));
  parser.finish();
  out.header = parser.header();
  out.bad = parser.bad_lines();
  out.first_bad = parser.first_bad();
  return out;
}

constexpr const char* guid = "0123456789abcdef0123456789ABCDEF";

using Records = std::vector<std::string>;

}  // namespace

TEST(UidList, HeadersGoodAndBad) {
  struct Row {
    std::string what;
    std::string line;
    bool is_good;
    std::uint32_t validity = 0;
    std::uint32_t next = 0;
    std::string mailbox_guid = {};
    std::string other = {};
  };
  const std::vector<Row> rows{
      {"as Dovecot writes it", std::string("3 V1700000000 N16 G") + guid, true, 1700000000, 16, guid},
      {"in any order", std::string("3 G") + guid + " N2 V1", true, 1, 2, guid},
      {"without a GUID", "3 V1 N2", true, 1, 2},
      {"fields that nobody knows", "3 V1 Xabc N2 P%v.%u Y", true, 1, 2, "", " Xabc P%v.%u Y"},
      {"several spaces", "3   V1   N2  ", true, 1, 2},
      {"the last of two counts", "3 V1 N2 V3", true, 3, 2},
      {"the largest numbers", "3 V4294967295 N4294967295", true, 4294967295U, 4294967295U},
      {"CRLF", "3 V1 N2\r", true, 1, 2},
      {"version 1", "1 5 9", true, 5, 9},
      {"no UIDVALIDITY", "3 N2", false},
      {"UIDVALIDITY 0", "3 V0 N2", false},
      {"no next UID", "3 V1", false},
      {"next UID 0", "3 V1 N0", false},
      {"a UIDVALIDITY that is too large", "3 V4294967296 N1", false},
      {"a UIDVALIDITY that is no number", "3 V1x N1", false},
      {"a GUID that is none", "3 V1 N1 G12", false},
      {"version 1 without the next UID", "1 5", false},
      {"version 2", "2 5 9", false},
      {"no version", "V1 N2", false},
      {"an empty line", "", false},
  };
  for (const Row& row : rows) {
    const Read read = read_list(row.line + "\n");
    ASSERT_EQ(read.header.has_value(), row.is_good) << row.what;
    EXPECT_EQ(read.bad, row.is_good ? 0U : 1U) << row.what;
    if (!row.is_good) continue;
    EXPECT_EQ(read.header->validity.value, row.validity) << row.what;
    EXPECT_EQ(read.header->next.value, row.next) << row.what;
    EXPECT_EQ(read.header->guid, row.mailbox_guid) << row.what;
    EXPECT_EQ(read.header->other, row.other) << row.what;
  }
}

TEST(UidList, RecordsGoodAndBad) {
  struct Row {
    std::string what;
    std::string line;
    std::string record;  ///< empty: a bad line
  };
  const std::vector<Row> rows{
      {"plain", "7 :1.a", "7 [] 1.a"},
      {"fields", "7 G12 P W30 :1.a", "7 [G12 P W30] 1.a"},
      {"several spaces", "7   W30   :1.a", "7 [W30] 1.a"},
      {"the name is cut at its colon", "7 :1.a:2,FS", "7 [] 1.a"},
      {"a name with spaces", "7 :1.a b c", "7 [] 1.a b c"},
      {"a name that begins with a space", "7 : 1.a", "7 []  1.a"},
      {"a colon inside a field begins no name", "7 Pa:b :1.a", "7 [Pa:b] 1.a"},
      {"CRLF", "7 :1.a\r", "7 [] 1.a"},
      {"the largest UID", "4294967294 :1.a", "4294967294 [] 1.a"},
      {"a UID that is none", "4294967295 :1.a", ""},
      {"a UID over 32 bits", "4294967301 :1.a", ""},
      {"UID 0", "0 :1.a", ""},
      {"no UID", ":1.a", ""},
      {"junk", "junk", ""},
      {"no space behind the UID", "7:1.a", ""},
      {"no name", "7 W30", ""},
      {"an empty name", "7 :", ""},
      {"a name that is only info", "7 ::2,S", ""},
      {"a slash", "7 :../1.a", ""},
      {"a CR at the end of a line", "7 :1.a\r", "7 [] 1.a"},
      {"a CR at the end of a name", "7 :1.a\r\r", ""},
      {"a CR at the end of a name that flags follow", "7 :1.a\r:2,S", ""},
      {"an empty line", "", ""},
  };
  for (const Row& row : rows) {
    const Read read = read_list("3 V1 N2\n" + row.line + "\n");
    EXPECT_EQ(read.records, row.record.empty() ? Records{} : Records{row.record}) << row.what;
    EXPECT_EQ(read.bad, row.record.empty() ? 1U : 0U) << row.what;
  }
}

TEST(UidList, TheNextUidIsAboveTheLastRecord) {
  EXPECT_EQ(read_list("3 V1 N1\n3 :a\n15 :b\n").header->next, mail::Uid{16}) << "records are appended";
  EXPECT_EQ(read_list("3 V1 N99\n3 :a\n").header->next, mail::Uid{99}) << "expunged since";
  EXPECT_EQ(read_list("3 V1 N1\n4294967294 :a\n").header->next, mail::Uid{4294967295U});
}

TEST(UidList, ALastLineWithoutItsEndCounts) {
  EXPECT_EQ(read_list("3 V1 N1\n3 :a\n4 :b").records, (Records{"3 [] a", "4 [] b"}));
}

TEST(UidList, AListThatDoesNotAscendKeepsWhatStandsAboveItsMark) {
  const Read read = read_list("3 V1 N1\n9 :x\n5 :y\n9 :z\n10 :w\n");
  EXPECT_EQ(read.records, (Records{"9 [] x", "10 [] w"}));
  EXPECT_EQ(read.bad, 2U);
  EXPECT_EQ(read.first_bad, "line 3: UIDs do not ascend");
  EXPECT_EQ(read.header->validity, mail::UidValidity{1});
}

TEST(UidList, AJunkLineCostsItselfOnly) {
  const Read read = read_list("3 V1 N1\n1 :a\n<<<<<<< mine\n2 :b\n");
  EXPECT_EQ(read.records, (Records{"1 [] a", "2 [] b"}));
  EXPECT_EQ(read.bad, 1U);
}

TEST(UidList, NulAndEndlessLinesAreBadAndCostNoMemory) {
  std::string text = "3 V1 N1\n1 :a\n2 :";
  text += std::string(100'000, 'x') + "\n3 :c\n4 :d";
  text += '\0';
  text += "\n5 :e\n6 :" + std::string(100'000, 'y');
  for (const std::size_t piece : {1U, 7U, 4096U, 1'000'000U}) {
    const Read read = read_list(text, piece);
    EXPECT_EQ(read.records, (Records{"1 [] a", "3 [] c", "5 [] e"})) << piece;
    EXPECT_EQ(read.bad, 3U) << piece;
  }
}

TEST(UidList, Version1HasNamesOnly) {
  EXPECT_EQ(read_list("1 5 9\n2 1.a\n3 2.b c:2,S\n4 W3 :x\n").records, (Records{"2 [] 1.a", "3 [] 2.b c", "4 [] W3 "}));
}

TEST(UidList, NothingIsNoList) {
  const Read read = read_list("");
  EXPECT_FALSE(read.header);
  EXPECT_EQ(read.bad, 0U);
  EXPECT_TRUE(read_list("1 :a\n2 :b\n").records.empty()) << "without a header no record counts";
}

TEST(UidList, Fields) {
  const RecordFields none = parse_fields("");
  EXPECT_FALSE(none.guid || none.pop3_uidl || none.pop3_order);
  const RecordFields all = parse_fields("Gabc S10 Puidl W12 O7 Xy Q lower 9");
  EXPECT_EQ(all.guid, "abc");
  EXPECT_EQ(all.pop3_uidl, "uidl");
  EXPECT_EQ(all.pop3_order, 7U);
  EXPECT_EQ(all.other, " Xy Q") << "keys are A-Z; sizes are for the server to find out";
  EXPECT_EQ(parse_fields("P").pop3_uidl, "") << "the base name";
  EXPECT_FALSE(parse_fields("G").guid) << "an empty one is none";
  EXPECT_FALSE(parse_fields("Ox").pop3_order);
}

TEST(UidListText, WritesWhatAServerWouldWrite) {
  UidListText text;
  mail::ServerIds ids;
  ids.uid = mail::Uid{3};
  ids.guid = "1.a";
  EXPECT_TRUE(text.add(ids, "1.a"));
  ids.uid = mail::Uid{5};
  ids.pop3_uidl = "2.b";
  ids.pop3_order = 4;
  ids.list_fields = " Xy";
  EXPECT_TRUE(text.add(ids, "2.b"));
  ids = {};
  ids.uid = mail::Uid{6};
  ids.pop3_uidl = "old one";
  EXPECT_TRUE(text.add(ids, "3.c d"));
  EXPECT_EQ(text.values_left_out(), 1U);
  EXPECT_EQ(text.finish({{77}, {2}, guid, " Z1"}), std::string("3 V77 N7 G") + guid +
                                                       " Z1\n"
                                                       "3 :1.a\n"
                                                       "5 G1.a P O4 Xy :2.b\n"
                                                       "6 :3.c d\n");
}

TEST(UidListText, RefusesWhatWouldBreakTheList) {
  UidListText text;
  const auto add = [&](std::uint32_t uid, std::string_view key) {
    mail::ServerIds ids;
    ids.uid = mail::Uid{uid};
    return text.add(ids, key);
  };
  EXPECT_TRUE(add(5, "a"));
  EXPECT_FALSE(add(5, "b"));
  EXPECT_FALSE(add(4, "b"));
  EXPECT_FALSE(add(4294967295U, "b"));
  EXPECT_FALSE(add(4294967294U, "b")) << "no room for the next message";
  EXPECT_FALSE(add(mail::largest_next_uid.value, "b"));
  for (const char* key : {"", "a/b", "a:2,S", "a\nb", "a\rb"}) EXPECT_FALSE(add(6, key)) << key;
  EXPECT_FALSE(text.add({}, "b"));
  EXPECT_TRUE(add(mail::largest_next_uid.value - 1, "b"));
  EXPECT_EQ(text.finish({{1}, {9}, "", ""}), "3 V1 N4293918719\n5 :a\n4293918718 :b\n");
}

TEST(UidListText, WhatIsWrittenIsReadAgain) {
  UidListText text;
  text.add_record({{2}, "W3 Gx  ", "n"});
  text.add_record({{3}, "", "m n"});
  EXPECT_EQ(read_list(text.finish({{1}, {9}, "", ""})).records, (Records{"2 [W3 Gx] n", "3 [] m n"}));
}

}  // namespace mailhaul::formats::maildir
