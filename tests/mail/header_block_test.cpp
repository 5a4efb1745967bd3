#include "mailhaul/mail/header_block.hpp"

#include <gtest/gtest.h>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

TEST(HeaderEnd, IsBehindTheFirstEmptyLine) {
  struct Row {
    std::string_view text;
    std::optional<std::size_t> end;
  };
  for (const Row& row :
       {Row{"A: b\n\nbody", 6}, Row{"A: b\r\n\r\nbody", 8}, Row{"A: b\n\r\nbody", 7}, Row{"\nbody", 1},
        Row{"\r\nbody", 2}, Row{"A: b\n", std::nullopt}, Row{"A: b\n\r", std::nullopt}, Row{"", std::nullopt},
        Row{"\r", std::nullopt}, Row{"A\n\rB\n\n", 6}, Row{"A\n\r\r\n\n", 6}, Row{"A\n \n\n", 5}})
    EXPECT_EQ(find_header_end(row.text).end, row.end) << row.text;
}

TEST(HeaderEnd, IsTheSameHoweverTheTextGrows) {
  test::Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = test::text_of(random, {"\n", "\r", "\r\n", "A: b", " "}, 8);
    const HeaderEnd whole = find_header_end(text);
    HeaderEnd grown;
    for (std::size_t size = 0; !grown.end && size < text.size();) {
      size += test::piece_length(random, text.size() - size);
      grown = find_header_end(std::string(text, 0, size), grown.scanned);
      ASSERT_LE(grown.scanned, size);
    }
    ASSERT_EQ(grown.end, whole.end) << text;
  }
}

TEST(HeaderEnd, LooksAtNoOctetOfALongLineTwice) {
  const HeaderEnd first = find_header_end("A: looooooong");
  EXPECT_EQ(first.scanned, 13U);
}

TEST(SplitHeader, HasFieldsWithTheirFoldsInOrder) {
  const auto fields = split_header("Subject: a\r\n b\r\n\tc\r\nFrom x\nTo :y\n\nbody: no\n");
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0].name, "Subject");
  EXPECT_EQ(fields[0].body, " a\r\n b\r\n\tc\r\n");
  EXPECT_EQ(fields[0].whole, "Subject: a\r\n b\r\n\tc\r\n");
  EXPECT_EQ(fields[1].name, "");
  EXPECT_EQ(fields[1].whole, "From x\n");
  EXPECT_EQ(fields[2].name, "To");
  EXPECT_EQ(fields[2].body, "y\n");
}

TEST(SplitHeader, KnowsWhatIsNoField) {
  for (const std::string_view junk : {"From a@b Thu Nov 29 22:33:52 2001", ">From x: y", "no colon", ": no name",
                                      " a: b", "\xc3\xbc: b", "a\tb: c", "\r: b", "a\rb: c"}) {
    const auto fields = split_header(junk);
    ASSERT_EQ(fields.size(), 1U) << junk;
    EXPECT_EQ(fields[0].name, "") << junk;
    EXPECT_EQ(fields[0].whole, junk);
  }
}

TEST(SplitHeader, AllowsOnlySoManyBlanksBeforeTheColon) {
  EXPECT_EQ(split_header("A" + std::string(blanks_before_colon_limit, ' ') + ":")[0].whole.size(),
            blanks_before_colon_limit + 2);
  const std::string good = "A" + std::string(blanks_before_colon_limit, ' ') + ": b";
  const std::string bad = "A" + std::string(blanks_before_colon_limit + 1, '\t') + ": b";
  EXPECT_EQ(split_header(good)[0].name, "A");
  EXPECT_EQ(split_header(bad)[0].name, "");
}

TEST(SplitHeader, LosesNoOctetOfAnyJunk) {
  test::Random random(5);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = test::text_of(
        random, {"\n", "\r\n", "\r", " ", "\t", "A", ":", "Status: ", std::string_view("\0", 1), "\xff"}, 12);
    std::string joined;
    for (const HeaderField& field : split_header(text)) {
      ASSERT_FALSE(field.whole.empty());
      joined += field.whole;
    }
    const std::string_view rest = std::string_view(text).substr(joined.size());
    ASSERT_EQ(joined, text.substr(0, joined.size()));
    ASSERT_TRUE(rest.empty() || rest.substr(0, 1) == "\n" || rest.substr(0, 2) == "\r\n") << text;
  }
}

TEST(HeaderValue, IsTheFirstOfThatNameUnfolded) {
  const std::string_view block = "X: 1\nSubject:  a\r\n\tb  \r\nsubject: c\n\nX-Body: d\n";
  EXPECT_EQ(header_value(block, "SUBJECT"), "a\tb");
  EXPECT_EQ(header_value(block, "X"), "1");
  EXPECT_EQ(header_value(block, "X-Body"), std::nullopt);
  EXPECT_EQ(header_value("Empty:\n", "Empty"), "");
  EXPECT_EQ(header_value("no field", ""), std::nullopt);
}

TEST(Unfold, TakesLineEndsOutAndBlanksOffTheEnds) {
  EXPECT_EQ(unfold(" a\n b\r\n\tc \n"), "a b\tc");
  EXPECT_EQ(unfold("  \n \r\n"), "");
  EXPECT_EQ(unfold("a\rb"), "a\rb");
}

TEST(HeaderLine, LooksLikeOne) {
  for (const std::string_view good : {"A: b", "A:", "X-y!#:z", "a:b:c"})
    EXPECT_TRUE(looks_like_header_line(good)) << good;
  for (const std::string_view bad : {"", ":", "A", "A b: c", " A: b", "\xc3\xbc: x", "A\t:", "\n"})
    EXPECT_FALSE(looks_like_header_line(bad)) << bad;
}

}  // namespace
}  // namespace mailhaul::mail
