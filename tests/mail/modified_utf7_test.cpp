#include "mailhaul/mail/modified_utf7.hpp"

#include <gtest/gtest.h>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

struct Row {
  std::string_view utf8;
  std::string_view encoded;
};

class ModifiedUtf7 : public testing::TestWithParam<Row> {};

TEST_P(ModifiedUtf7, GoesBothWays) {
  EXPECT_EQ(to_modified_utf7(GetParam().utf8), GetParam().encoded);
  EXPECT_EQ(from_modified_utf7(GetParam().encoded), GetParam().utf8);
}

INSTANTIATE_TEST_SUITE_P(
    Names, ModifiedUtf7,
    testing::Values(Row{"", ""}, Row{"INBOX", "INBOX"}, Row{"R&D", "R&-D"}, Row{"&&", "&-&-"},
                    Row{"Gr\xc3\xbc\xc3\x9f"
                        "e",
                        "Gr&APwA3w-e"},
                    Row{"\xc3\x9cn\xc3\xaf", "&ANw-n&AO8-"},  // both from maildir.md section 9
                    Row{"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
                        "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},  // RFC 3501 5.1.3
                    Row{"\xf0\x9f\x93\xa7", "&2D3c5w-"},     // a surrogate pair
                    Row{"a\tb", "a&AAk-b"}, Row{std::string_view("\0", 1), "&AAA-"}, Row{"\x7f", "&AH8-"}));

TEST(ModifiedUtf7Decoder, TakesOnlyTheCanonicalSpelling) {
  for (const std::string_view bad : {
           "bad&utf",             // never closed
           "bad&AOk",             // the same with a whole character
           "&AGE-",               // "a" needs no base64
           "&ACY-",               // nor '&'
           "&AOk-&AOk-",          // two runs side by side are one
           "&AO8AG-",             // stray bits
           "&AP-",                // half a character
           "&APx-",               // bits that are not 0
           "&2D0-",               // lone high surrogate
           "&3Oc-",               // lone low surrogate
           "&2D3YPdzn-",          // high, high, low
           "&AO/-",               // base64 of plain UTF-7
           "&A Ok-",              // blank inside
           "Gr\xc3\xbc\xc3\x9f",  // raw UTF-8
           "a\tb",                // a control that has to be encoded
           "R&D-x",
           "&",
       })
    EXPECT_EQ(from_modified_utf7(bad), std::nullopt) << bad;
}

TEST(ModifiedUtf7Encoder, RefusesWhatIsNoUtf8) {
  for (const std::string_view bad : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80"})
    EXPECT_EQ(to_modified_utf7(bad), std::nullopt);
}

TEST(ModifiedUtf7Decoder, AcceptsNothingThatWouldBeSpelledOtherwise) {
  test::Random random(7);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = test::text_of(random, {"&", "-", "A", "AOk", "2D3c5w", "x", "/", ",", "&APw-", "&-"}, 6);
    const auto utf8 = from_modified_utf7(text);
    if (!utf8) continue;
    ++accepted;
    ASSERT_EQ(to_modified_utf7(*utf8), text);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace mailhaul::mail
