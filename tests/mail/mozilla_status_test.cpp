#include "mailhaul/mail/mozilla_status.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mailhaul::mail {
namespace {

struct Row {
  const char* what;
  std::string header;
  FlagSet flags;
  KeywordSet keywords;
  bool expunged;
};

// mbox.md section 6, bit by bit.
const std::vector<Row> rows{
    {"nothing", "X-Mozilla-Status: 0000\n", {}, {}, false},
    {"read", "X-Mozilla-Status: 0001\n", {Flag::seen}, {}, false},
    {"replied", "X-Mozilla-Status: 0002\n", {Flag::answered}, {}, false},
    {"starred", "X-Mozilla-Status: 0004\n", {Flag::flagged}, {}, false},
    {"expunged is not deleted", "X-Mozilla-Status: 0008\n", {}, {}, true},
    {"trap: read and expunged", "X-Mozilla-Status: 0009\n", {Flag::seen}, {}, true},
    {"has Re:, which is no flag", "X-Mozilla-Status: 0010\n", {}, {}, false},
    {"forwarded", "X-Mozilla-Status: 1000\n", {Flag::passed}, {"$Forwarded"}, false},
    {"priority", "X-Mozilla-Status: e000\n", {}, {}, false},
    {"deleted on the server", "X-Mozilla-Status2: 00200000\n", {Flag::deleted}, {}, false},
    {"label 1", "X-Mozilla-Status2: 02000000\n", {}, {"$Label1"}, false},
    {"label 5", "X-Mozilla-Status2: 0a000000\n", {}, {"$Label5"}, false},
    {"label 7 is none", "X-Mozilla-Status2: 0e000000\n", {}, {}, false},
    {"a receipt was sent", "X-Mozilla-Status2: 00800000\n", {}, {"$MDNSent"}, false},
    {"an attachment and a receipt wanted", "X-Mozilla-Status2: 10400000\n", {}, {}, false},
    {"keys, padded", "X-Mozilla-Keys: $label4 work          \n", {}, {"$label4", "work"}, false},
    {"blank keys", "X-Mozilla-Keys:        \n", {}, {}, false},
    {"a label and its key are one", "X-Mozilla-Status2: 02000000\nX-Mozilla-Keys: $label1\n", {}, {"$Label1"}, false},
    {"CRLF and any case", "x-mozilla-status: 0005\r\nX-MOZILLA-KEYS: a\r\n", {Flag::seen, Flag::flagged}, {"a"}, false},
    {"the first counts", "X-Mozilla-Status: 0001\nX-Mozilla-Status: 0008\n", {Flag::seen}, {}, false},
    {"no number", "X-Mozilla-Status: 00x8\n", {}, {}, false},
    {"too large a number", "X-Mozilla-Status: 000000000000000008888888888\n", {}, {}, false},
    {"empty", "X-Mozilla-Status:\n", {}, {}, false},
    {"below the lines of POP3 accounts and of other stores",
     "X-Account-Key: account2\nX-UIDL: a1\nStatus: RO\nX-Mozilla-Status: 0008\nReceived: x\n",
     {},
     {},
     true},
    {"below a header that came with the message: its sender's", "Received: x\nX-Mozilla-Status: 0009\n", {}, {}, false},
    {"below a line that is no header", "junk\nX-Mozilla-Status: 0009\n", {}, {}, false},
    {"no header block", "", {}, {}, false},
};

TEST(MozillaStatus, IsReadBitByBit) {
  for (const Row& row : rows) {
    const MozillaStatus status = parse_mozilla_status(row.header + "Subject: x\n\n");
    EXPECT_EQ(status.flags, row.flags) << row.what;
    EXPECT_TRUE(status.keywords == row.keywords) << row.what;
    EXPECT_EQ(status.expunged, row.expunged) << row.what;
  }
}

TEST(MozillaStatus, SaysWhetherItIsThereAndWhetherTheMessageIsNew) {
  EXPECT_FALSE(parse_mozilla_status("Subject: x\n\n").present);
  EXPECT_FALSE(parse_mozilla_status("X-Mozilla-Keys: a\n\n").present);
  EXPECT_TRUE(parse_mozilla_status("X-Mozilla-Status: 0000\n\n").present);
  EXPECT_FALSE(parse_mozilla_status("X-Mozilla-Status: 0000\n\n").is_new);
  EXPECT_TRUE(parse_mozilla_status("X-Mozilla-Status2: 00010000\n\n").is_new);
}

TEST(MozillaStatus, IsLookedForByName) {
  EXPECT_FALSE(may_have_mozilla_status(""));
  EXPECT_FALSE(may_have_mozilla_status("Subject: x\n\n"));
  EXPECT_TRUE(may_have_mozilla_status("A: b\nX-Mozilla-Status: 0001\n\n"));
}

TEST(MozillaStatus, AMillionKeysCostNoMoreThanTen) {
  std::string header = "X-Mozilla-Keys:";
  for (int i = 0; i < 100'000; ++i) header += " k" + std::to_string(i);
  EXPECT_LE(parse_mozilla_status(header + "\n\n").keywords.size(), 100U);
}

}  // namespace
}  // namespace mailhaul::mail
