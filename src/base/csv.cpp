#include "mailhaul/base/csv.hpp"

#include <algorithm>

namespace mailhaul {
namespace {

constexpr char quote = '"';

/// Walks the text once; each function begins where the one before it ended.
class Reader {
 public:
  Reader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] Csv read() {
    Csv csv;
    while (!at_end() && !problem_) {
      CsvRow row = read_row();
      if (!problem_) csv.rows.push_back(std::move(row));
    }
    csv.problem = problem_;
    return csv;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] bool is_next(char c) const { return !at_end() && text_[at_] == c; }

  /// Octets of the line end here; 0: none. A lone CR is text.
  [[nodiscard]] std::size_t line_end() const {
    if (is_next('\n')) return 1;
    return text_.substr(at_, 2) == "\r\n" ? 2 : 0;
  }

  [[nodiscard]] bool take_line_end() {
    const std::size_t octets = line_end();
    at_ += octets;
    if (octets > 0) ++line_;
    return octets > 0;
  }

  [[nodiscard]] CsvRow read_row() {
    CsvRow row{line_, {}};
    if (take_line_end()) return row;
    do row.cells.push_back(read_cell());
    while (!problem_ && take_separator());
    if (!problem_ && !at_end()) (void)take_line_end();
    return row;
  }

  [[nodiscard]] bool take_separator() {
    if (!is_next(separator_)) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] std::string read_cell() {
    if (is_next(quote)) return read_quoted();
    const std::size_t begin = at_;
    while (!at_end() && !is_next(separator_) && line_end() == 0) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  [[nodiscard]] std::string read_quoted() {
    const std::size_t begun = line_;
    std::string cell;
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == quote && text_.substr(at_ + 1, 1) != std::string_view(&quote, 1)) {
        ++at_;
        if (!at_end() && !is_next(separator_) && line_end() == 0)
          problem_ = CsvProblem{line_, "there is text behind a closing quote"};
        return cell;
      }
      if (c == quote) ++at_;
      if (c == '\n') ++line_;
      cell += c;
    }
    problem_ = CsvProblem{begun, "a quote is never closed"};
    return cell;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::optional<CsvProblem> problem_{};
};

}  // namespace

Csv parse_csv(std::string_view text, char separator) { return Reader(text, separator).read(); }

std::string csv_cell(std::string_view text, char separator) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [separator](char c) {
    return c != quote && c != separator && c != '\n' && c != '\r';
  });
  if (is_plain) return std::string(text);
  std::string cell(1, quote);
  for (const char c : text) cell.append(c == quote ? 2 : 1, c);
  return cell + quote;
}

std::string csv_row(const std::vector<std::string>& cells, char separator) {
  std::string row;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) row += separator;
    // Only a row that is nothing but one empty cell would read as an empty line.
    if (!cell.empty() || cells.size() == 1) row += csv_cell(cell, separator);
  }
  return row + '\n';
}

}  // namespace mailhaul
