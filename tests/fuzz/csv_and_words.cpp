#include "mailhaul/base/csv.hpp"
#include "mailhaul/base/shell_words.hpp"

#include "fuzz/fuzz_input.hpp"

namespace {

using namespace mailhaul;

void check_csv(std::string_view text, char separator) {
  const Csv csv = parse_csv(text, separator);
  std::string again;
  std::size_t line = 0;
  for (const CsvRow& row : csv.rows) {
    fuzz::require(row.line > line, "rows are in order, one a line or more");
    line = row.line;
    again += row.cells.empty() ? "\n" : csv_row(row.cells, separator);
  }
  if (csv.problem) fuzz::require(csv.problem->line > line, "a problem is behind the rows that were read");
  const Csv reread = parse_csv(again, separator);
  fuzz::require(!reread.problem && reread.rows.size() == csv.rows.size(), "what is written is read");
  for (std::size_t i = 0; i < csv.rows.size(); ++i)
    fuzz::require(reread.rows[i].cells == csv.rows[i].cells, "cells come back as they were");
}

void check_words(std::string_view text) {
  const auto words = split_words(text);
  if (!words) return;
  const auto again = split_words(join_words(*words));
  fuzz::require(again == words, "words come back as they were");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size,
                          {";", ",", "\"", "\"\"", "\r\n", "\n", "'", "\\", " ", "--delete", "$HOME", "\t"});
  check_csv(input.text, ';');
  check_csv(input.text, ',');
  check_words(input.text);
  return 0;
}
