#include "mailhaul/base/csv.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace mailhaul {
namespace {

using namespace std::string_view_literals;
using Cells = std::vector<std::string>;

std::vector<Cells> cells_of(const Csv& csv) {
  std::vector<Cells> rows;
  for (const CsvRow& row : csv.rows) rows.push_back(row.cells);
  return rows;
}

struct Row {
  const char* what;
  std::string_view in;
  std::vector<Cells> out;
};

const std::vector<Row> good_rows{
    {"nothing", ""sv, {}},
    {"one cell", "a"sv, {{"a"}}},
    {"cells and rows", "a;b\nc;d\n"sv, {{"a", "b"}, {"c", "d"}}},
    {"no line end at the end", "a;b\nc;d"sv, {{"a", "b"}, {"c", "d"}}},
    {"CRLF", "a;b\r\nc\r\n"sv, {{"a", "b"}, {"c"}}},
    {"a lone CR is text", "a\rb;c"sv, {{"a\rb", "c"}}},
    {"an empty line", "a\n\nb\n"sv, {{"a"}, {}, {"b"}}},
    {"empty cells", ";;\n"sv, {{"", "", ""}}},
    {"the other separator is text", "a,b;c"sv, {{"a,b", "c"}}},
    {"spaces stay", " a ; b "sv, {{" a ", " b "}}},
    {"quoted", "\"a\";\"b\"\n"sv, {{"a", "b"}}},
    {"an empty one quoted", "\"\""sv, {{""}}},
    {"separator, line end and quote in quotes", "\"a;b\nc\r\n\"\"d\"\"\";e"sv, {{"a;b\nc\r\n\"d\"", "e"}}},
    {"only a doubled quote", "\"\"\"\""sv, {{"\""}}},
    {"a quote inside a cell is text", "a\"b\";c"sv, {{"a\"b\"", "c"}}},
    {"a quote behind a space is text", " \"a;b\""sv, {{" \"a", "b\""}}},
    {"NUL and octets that are no UTF-8", "a\0\xff;b"sv, {{std::string("a\0\xff", 3), "b"}}},
};

TEST(Csv, ReadsAsPythonDoes) {
  for (const Row& row : good_rows) {
    SCOPED_TRACE(row.what);
    const Csv csv = parse_csv(row.in, ';');
    EXPECT_FALSE(csv.problem.has_value());
    EXPECT_EQ(cells_of(csv), row.out);
  }
}

TEST(Csv, CountsLinesThroughQuotedOnes) {
  const Csv csv = parse_csv("a\n\"b\nc\"\r\n\nd", ';');
  ASSERT_EQ(csv.rows.size(), 4U);
  EXPECT_EQ(csv.rows[0].line, 1U);
  EXPECT_EQ(csv.rows[1].line, 2U);
  EXPECT_EQ(csv.rows[2].line, 4U);
  EXPECT_EQ(csv.rows[3].line, 5U);
}

TEST(Csv, SaysWhereAQuoteIsNeverClosed) {
  const Csv csv = parse_csv("a\nb;\"c\nd\n", ';');
  ASSERT_TRUE(csv.problem.has_value());
  EXPECT_EQ(csv.problem->line, 2U);
  EXPECT_EQ(csv.problem->what, "a quote is never closed");
  EXPECT_EQ(cells_of(csv), (std::vector<Cells>{{"a"}}));
}

TEST(Csv, RefusesTextBehindAClosingQuote) {
  for (const std::string_view text : {"\"a\"b;c"sv, "\"a\" ;c"sv, "\"a\"\r;c"sv}) {
    const Csv csv = parse_csv(text, ';');
    ASSERT_TRUE(csv.problem.has_value()) << text;
    EXPECT_EQ(csv.problem->line, 1U);
    EXPECT_TRUE(csv.rows.empty());
  }
}

TEST(Csv, QuotesOnlyWhatMustBe) {
  EXPECT_EQ(csv_cell("a b,c", ';'), "a b,c");
  EXPECT_EQ(csv_cell("a,b", ','), "\"a,b\"");
  EXPECT_EQ(csv_cell("a\"b", ';'), "\"a\"\"b\"");
  EXPECT_EQ(csv_cell("a\nb", ';'), "\"a\nb\"");
  EXPECT_EQ(csv_cell("a\rb", ';'), "\"a\rb\"");
  EXPECT_EQ(csv_cell("", ';'), "\"\"");
  EXPECT_EQ(csv_row({"a", "", "c;d"}, ';'), "a;;\"c;d\"\n");
}

TEST(Csv, WhatIsWrittenReadsBack) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same rows each time
  constexpr std::string_view octets = "ab;,\"\n\r \0\xff"sv;
  const auto below = [&random](std::size_t end) { return random() % end; };
  for (int i = 0; i < 5000; ++i) {
    std::vector<Cells> rows(below(4));
    std::string text;
    for (Cells& row : rows) {
      row.resize(1 + below(4));
      for (std::string& cell : row)
        for (std::size_t left = below(6); left > 0; --left) cell += octets[below(octets.size())];
      text += csv_row(row, ';');
    }
    const Csv csv = parse_csv(text, ';');
    ASSERT_FALSE(csv.problem.has_value()) << text;
    ASSERT_EQ(cells_of(csv), rows) << text;
  }
}

}  // namespace
}  // namespace mailhaul
