#include "mailhaul/mail/folding.hpp"

#include <gtest/gtest.h>

#include "mail/pieces.hpp"
#include "mail/slow_folding.hpp"
#include "mailhaul/mail/from_quoting.hpp"

namespace mailhaul::mail {
namespace {

std::string folded(std::string_view text, std::size_t piece_octets = 0) {
  io::StringSink out;
  FoldingSink sink(out);
  io::MemorySource source(as_bytes(text), piece_octets);
  io::copy(source, sink);
  sink.finish();
  return out.take();
}

struct Row {
  std::string_view special;
  std::string_view text;
  std::string_view expected;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.special; }

class FoldingTable : public testing::TestWithParam<Row> {};

TEST_P(FoldingTable, GivesWhatTheKeySees) {
  EXPECT_EQ(folded(GetParam().text), GetParam().expected);
  EXPECT_EQ(folded(GetParam().text, 1), GetParam().expected);
  EXPECT_EQ(test::slowly_folded(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FoldingTable,
    testing::Values(Row{"nothing", "", ""}, Row{"line ends only", "\n\r\n\r\n", ""},
                    Row{"no line end", "A: b\n\nc", "A: b\n\nc"}, Row{"CRLF", "A: b\r\n\r\nc\r\nd\r\n", "A: b\n\nc\nd"},
                    Row{"many line ends", "A: b\n\nc\n\n\r\n\n", "A: b\n\nc"},
                    Row{"blanks at the end stay", "A: b\n\nc\n \n", "A: b\n\nc\n "},
                    Row{"lone CR inside", "A: b\n\nc\rd\r\re\r\r\nf", "A: b\n\nc\rd\r\re\r\nf"},
                    Row{"lone CR at the end", "A: b\n\nc\r\n\r", "A: b\n\nc"},
                    Row{"NUL", std::string_view("A: b\n\nc\0d\n\0", 11), std::string_view("A: b\n\nc\0d\n\0", 11)},
                    Row{"quoted", "A: b\n\n>From x\n>>>From y\n", "A: b\n\nFrom x\nFrom y"},
                    Row{"quoted at the start", ">From x\nA: b\n\n", "From x\nA: b"},
                    Row{"quoted in the header", "A: b\n>>From x\n\nc", "A: b\nFrom x\n\nc"},
                    Row{"nearly quoted", "A: b\n\n>>from x\n> From y\n>From", "A: b\n\n>>from x\n> From y\n>From"},
                    Row{"quoted behind a lone CR", "A: b\n\nc\n\r>From x", "A: b\n\nc\n\r>From x"},
                    Row{"seven headers",
                        "Content-Length: 1\nA: b\nStatus: RO\nX-IMAP: 1 2\nX-IMAPbase: 1 2\nX-Keywords: k\nX-Status: "
                        "A\nX-UID: 3\n\nc",
                        "A: b\n\nc"},
                    Row{"any case, blanks before the colon", "STATUS:\nx-uId \t: 5\ncontent-length:7\n\nc", "\nc"},
                    Row{"any case, behind a line that stays",
                        "A: b\nstatus: R\nB: c\nx-uid: 5\nC: d\ncontent-length:7\nD: e\nSTATUS: R\nE: f\nX-UID: 1\nF: "
                        "g\nCONTENT-LENGTH: 1\n",
                        "A: b\nB: c\nC: d\nD: e\nE: f\nF: g"},
                    Row{"folded lines of theirs", "X-Keywords: a\n\tb\r\n c\nA: b\n d\n\ne", "A: b\n d\n\ne"},
                    Row{"folded lines at the start", " Status: R\nStatus: R\n\nx", " Status: R\n\nx"},
                    Row{"not quite them",
                        "X-UIDL: a\nXStatus: b\nStatus\nStatu: c\n>Status: d\nX-IMAPbases: e\nStatus x: f\n\ng",
                        "X-UIDL: a\nXStatus: b\nStatus\nStatu: c\n>Status: d\nX-IMAPbases: e\nStatus x: f\n\ng"},
                    Row{"in the body", "A: b\n\nStatus: R\nX-UID: 5\n", "A: b\n\nStatus: R\nX-UID: 5"},
                    Row{"in the body of a message without header", "\nStatus: R\n", "\nStatus: R"},
                    Row{"the same with CRLF", "\r\nStatus: R\r\n", "\nStatus: R"},
                    Row{"nothing but them", "Status: R\nX-UID: 5\n\n", ""},
                    Row{"line end before a dropped one is the last", "A: b\nStatus: R", "A: b"},
                    Row{"two CRs are no empty line", "A: b\n\r\r\nStatus: R\nc", "A: b\n\r\nc"},
                    Row{"CR first in a header line", "Status: R\n\rStatus: S\n T\n\nc", "\rStatus: S\n T\n\nc"},
                    Row{"a name that ends early", "Content-Len", "Content-Len"},
                    Row{"a name without colon", "X-UID  ", "X-UID  "},
                    Row{"dropped without line end", "A: b\n\tc\nX-UID: 5\r", "A: b\n\tc"}));

TEST(Folding, MakesFormatsEqual) {
  const std::string_view plain = "Subject: x\n\n>From a\n\nb\n";
  EXPECT_EQ(folded("Subject: x\r\n\r\n>From a\r\n\r\nb\r\n"), folded(plain));  // line ends
  EXPECT_EQ(folded("Subject: x\n\n>>From a\n\nb\n"), folded(plain));           // quoting
  EXPECT_EQ(folded("Subject: x\n\n>From a\n\nb"), folded(plain));              // no final line end
  EXPECT_EQ(folded("Status: R\nSubject: x\nX-UID: 9\n\n>From a\n\nb\n"), folded(plain));
  EXPECT_NE(folded("Subject: x\n\n>From a\nb\n"), folded(plain));
}

TEST(Folding, AllowsOnlySoManyBlanksBeforeTheColon) {
  const std::string good = "Status" + std::string(blanks_before_colon_limit, '\t') + ": R";
  const std::string bad = "Status" + std::string(blanks_before_colon_limit + 1, '\t') + ": R";
  EXPECT_EQ(folded(good), "");
  EXPECT_EQ(folded(good, 7), "");
  EXPECT_EQ(folded(bad), bad);
  EXPECT_EQ(folded(bad, 7), bad);
}

TEST(Folding, CountsRunsOfAnyLength) {
  const std::string quotes(100000, '>');
  const std::string newlines(100000, '\n');
  const std::string returns(100000, '\r');
  EXPECT_EQ(folded("A: b\n\n" + quotes + "From x"), "A: b\n\nFrom x");
  EXPECT_EQ(folded("A: b\n\n" + quotes + "x", 4096), "A: b\n\n" + quotes + "x");
  EXPECT_EQ(folded("A: b\n\nc" + newlines + "d" + newlines), "A: b\n\nc" + newlines + "d");
  EXPECT_EQ(folded("A: b\n\nc" + returns + "d" + returns), "A: b\n\nc" + returns + "d");
}

TEST(Folding, HoldsSoManyRunsOfLineEndsAndNoMore) {
  const auto runs = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "\n\r\r";
    return text;
  };
  EXPECT_EQ(folded("A: b\n\nc" + runs(FoldingSink::line_end_runs_limit)), "A: b\n\nc");
  EXPECT_NE(folded("A: b\n\nc" + runs(FoldingSink::line_end_runs_limit + 1)), "A: b\n\nc");
  EXPECT_EQ(folded("A: b\n\nc" + runs(10000) + "d"), test::slowly_folded("A: b\n\nc" + runs(10000) + "d"));
  const std::string endless = folded("A: b\n\nc" + runs(10000));
  EXPECT_EQ(folded("A: b\n\nc" + runs(10000), 3), endless);
  EXPECT_GT(endless.size(), 1000U);
}

TEST(Folding, IsAsNewAfterFinish) {
  io::StringSink out;
  FoldingSink sink(out);
  for (const std::string_view text : {"A: b\n\nStatus: R\n\n", "Status: R\n", "X-U", "Status: R\nA: c\r",
                                      "Status: R\n\n>From x\r", "\nStatus: S", "From x"}) {
    sink.write(as_bytes(text));
    sink.finish();
  }
  EXPECT_EQ(out.text(), "A: b\n\nStatus: RX-UA: c\nFrom x\nStatus: SFrom x");
}

TEST(Folding, IsWhatItsDefinitionSaysHoweverItIsCut) {
  test::Random random(19);
  const std::string line(90, 'y');
  const std::string block(3000, 'z');
  for (int i = 0; i < 40000; ++i) {
    std::string text = test::text_of(random,
                                     {"\n", "\r\n", "\r", ">", "From ", "Fro", "m ", "Status", "sTatus: R\n", "X-UID",
                                      ":", " ", "\t", "X-IMAP", "base", "A: b\n", "X-Keywords : k\n\tl\n", line},
                                     16);
    if (i % 50 == 0) text += "\n\n" + block + "\n" + block + "\r\n>From " + block + "\n\n";
    io::StringSink out;
    FoldingSink sink(out);
    test::write_cut(sink, text, random);
    sink.finish();
    ASSERT_EQ(out.text(), test::slowly_folded(text)) << testing::PrintToString(text);
    ASSERT_EQ(folded(text), out.text());
  }
}

TEST(Folding, DoesNotSeeQuoting) {
  test::Random random(23);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = test::text_of(random, {"\n", "\r\n", ">", "From ", "x", "A: b\n", "Status: R\n"}, 12);
    for (const FromQuoting quoting : {FromQuoting::rd, FromQuoting::o}) {
      io::StringSink out;
      FoldingSink sink(out);
      QuotingSink quote(sink, quoting);
      test::write_cut(quote, text, random);
      quote.finish();
      sink.finish();
      ASSERT_EQ(out.text(), folded(text)) << testing::PrintToString(text);
    }
  }
}

}  // namespace
}  // namespace mailhaul::mail
