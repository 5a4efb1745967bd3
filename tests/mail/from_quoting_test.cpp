#include "mailhaul/mail/from_quoting.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "mail/pieces.hpp"

namespace mailhaul::mail {
namespace {

struct Result {
  std::string text;
  std::uint64_t lines = 0;
  bool operator==(const Result&) const = default;
};

Result unquoted(std::string_view text, FromQuoting quoting) {
  io::MemorySource memory(as_bytes(text));
  UnquotingSource source(memory, quoting);
  const std::string all = test::read_all(source);
  return {all, source.lines_changed()};
}

Result quoted(std::string_view text, FromQuoting quoting) {
  io::StringSink out;
  QuotingSink sink(out, quoting);
  sink.write(as_bytes(text));
  sink.finish();
  return {out.take(), sink.lines_changed()};
}

/// Line by line, as mbox.md section 1 says it.
std::string slowly_changed(std::string_view text, FromQuoting quoting, bool quote) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string line(text.substr(0, newline == std::string_view::npos ? newline : newline + 1));
    text.remove_prefix(line.size());
    const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    const bool is_from = line.compare(quotes, 5, "From ") == 0;
    const std::size_t least = quote ? 0 : 1;
    const bool change =
        is_from && quotes >= least && (quoting == FromQuoting::rd || (quoting == FromQuoting::o && quotes == least));
    if (change && quote) line.insert(0, ">");
    if (change && !quote) line.erase(0, 1);
    out += line;
  }
  return out;
}

TEST(Unquoting, TakesOneOffWhereItMay) {
  EXPECT_EQ(unquoted("a\n>From b\n", FromQuoting::rd), (Result{"a\nFrom b\n", 1}));
  EXPECT_EQ(unquoted(">From b\n>>From c\n>>>From d", FromQuoting::rd), (Result{"From b\n>From c\n>>From d", 3}));
  EXPECT_EQ(unquoted(">From b\n>>From c\n>>>From d", FromQuoting::o), (Result{"From b\n>>From c\n>>>From d", 1}));
  EXPECT_EQ(unquoted(">From b\n", FromQuoting::none), (Result{">From b\n", 0}));
}

TEST(Unquoting, LeavesEverythingElse) {
  for (const std::string_view text : {"", ">", ">>", ">Fro", ">From", ">from x", "From x", " >From x", "a >From x",
                                      "> From x", ">From\tx", "a\r>From x"})
    for (const FromQuoting quoting : {FromQuoting::rd, FromQuoting::o})
      EXPECT_EQ(unquoted(text, quoting), (Result{std::string(text), 0})) << text;
}

TEST(Quoting, AddsOneWhereItMust) {
  EXPECT_EQ(quoted("From b\n>From c\nFrom d", FromQuoting::rd), (Result{">From b\n>>From c\n>From d", 3}));
  EXPECT_EQ(quoted("From b\n>From c\nFrom d", FromQuoting::o), (Result{">From b\n>From c\n>From d", 2}));
  EXPECT_EQ(quoted("From b\n", FromQuoting::none), (Result{"From b\n", 0}));
  EXPECT_EQ(quoted("From", FromQuoting::rd), (Result{"From", 0}));
  EXPECT_EQ(quoted("a\nFromage\n> From\n>>Fro", FromQuoting::rd), (Result{"a\nFromage\n> From\n>>Fro", 0}));
}

TEST(Quoting, CanStartAnewAfterFinish) {
  io::StringSink out;
  QuotingSink sink(out, FromQuoting::rd);
  sink.write(as_bytes("a\nFro"));
  sink.finish();
  sink.write(as_bytes("m x From "));
  sink.finish();
  sink.write(as_bytes("From x"));
  sink.finish();
  EXPECT_EQ(out.text(), "a\nFrom x From >From x");
}

TEST(Unquoting, DoesNotHoldARunOfAnyLength) {
  const std::string run(std::size_t{3} << 20, '>');
  const std::string text = "a\n" + run + "From b\n" + run + "rom c\n";
  io::MemorySource memory(as_bytes(text), 4096);
  UnquotingSource source(memory, FromQuoting::rd);
  EXPECT_EQ(test::read_all(source), "a\n" + run.substr(1) + "From b\n" + run + "rom c\n");
  EXPECT_EQ(source.lines_changed(), 1U);
}

TEST(Unquoting, HandsOnThePiecesOfTheInnerSource) {
  const std::string text = "a\n>From b\n" + std::string(1000, 'x');
  io::MemorySource memory(as_bytes(text));
  UnquotingSource source(memory, FromQuoting::rd);
  const Bytes first = source.read();
  EXPECT_EQ(as_text(first).data(), text.data());
  const Bytes second = source.read();
  EXPECT_EQ(as_text(second).data(), text.data() + 3);
  EXPECT_EQ(second.size(), text.size() - 3);
  EXPECT_TRUE(source.read().empty());
  EXPECT_TRUE(source.read().empty());
}

TEST(FromQuoting, IsWhatTheRuleSaysHoweverItIsCut) {
  test::Random random(17);
  for (int i = 0; i < 30000; ++i) {
    const std::string text =
        test::text_of(random,
                      {"\n", "\n>", "\nFrom ", "\n>From ", ">", "From ", "F", "rom ", "Fro", "m ", "x", "\r\n",
                       "a longer line that is longer than one block of sixty-four octets, so that blocks are used"},
                      12);
    for (const FromQuoting quoting : {FromQuoting::rd, FromQuoting::o, FromQuoting::none}) {
      test::CutSource cut(text, random);
      UnquotingSource source(cut, quoting);
      const Result read{test::read_all(source), source.lines_changed()};
      ASSERT_EQ(read.text, slowly_changed(text, quoting, false)) << text;
      ASSERT_EQ(read.lines, text.size() - read.text.size());

      io::StringSink out;
      QuotingSink sink(out, quoting);
      test::write_cut(sink, text, random);
      sink.finish();
      ASSERT_EQ(out.text(), slowly_changed(text, quoting, true)) << text;
      ASSERT_EQ(sink.lines_changed(), out.text().size() - text.size());
    }
    ASSERT_EQ(unquoted(quoted(text, FromQuoting::rd).text, FromQuoting::rd).text, text);
  }
}

}  // namespace
}  // namespace mailhaul::mail
