#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul {

/// One row of a CSV file: its cells as written between separators, quotes undone.
struct CsvRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells{};
};

/// What no program reads in the same way as another one does.
struct CsvProblem {
  std::size_t line = 0;
  std::string_view what{};
};

struct Csv {
  std::vector<CsvRow> rows{};
  std::optional<CsvProblem> problem{};  ///< with one, `rows` are those before it
};

/// Reads CSV as Python's csv module does (RFC 4180, and any separator): a quote counts only as the first octet of a
/// cell, doubled it stands for itself, between quotes separators and line ends are text; LF or CRLF ends a row. An
/// empty line is a row without cells. Octets are taken as they are: no trimming, no encoding.
///
/// Stricter in what Python guesses at: a quote that is never closed, and text behind a closing quote.
[[nodiscard]] Csv parse_csv(std::string_view text, char separator);

/// `text` as a cell: quoted where it must be. Reads back as it was, in a row of one cell too.
[[nodiscard]] std::string csv_cell(std::string_view text, char separator);

/// A row and its line end (LF).
[[nodiscard]] std::string csv_row(const std::vector<std::string>& cells, char separator);

}  // namespace mailhaul
