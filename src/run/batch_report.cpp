#include "mailhaul/run/batch_report.hpp"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "mailhaul/base/csv.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/base/shell_words.hpp"

namespace mailhaul::run {
namespace {

constexpr char separator = ';';
constexpr std::array columns{"source", "target", "options", "status", "verdict",
                             "copied", "failed", "seconds", "reason"};

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

std::string seconds(std::chrono::milliseconds took) {
  return fmt::format("{:.1f}", static_cast<double>(took.count()) / 1000);
}

ReportRow row_in(const CsvRow& row, const std::string& file) {
  const std::string place = fmt::format("{}:{}", file, row.line);
  if (row.cells.size() != columns.size())
    throw bad_line(place, fmt::format("it has {} cells and not {}, so it is no line of a report", row.cells.size(),
                                      columns.size()));
  const auto status = number_in<int>(row.cells[3]);
  const auto copied = number_in<std::uint64_t>(row.cells[5]);
  const auto failed = number_in<std::uint64_t>(row.cells[6]);
  const auto took = number_in<double>(row.cells[7]);
  constexpr double longest = 1e9;
  if (!status || !copied || !failed || !took || !(*took >= 0 && *took <= longest))
    throw bad_line(place, "its status, counts or seconds are no numbers, so it is no line of a report");
  const ListedPair pair = parse_pair(place, {row.cells.begin(), row.cells.begin() + 3});
  return {row.line,     pair.source, pair.target,
          pair.options, *status,     row.cells[4],
          *copied,      *failed,     std::chrono::milliseconds{static_cast<std::int64_t>(*took * 1000)},
          row.cells[8]};
}

/// Names of customers are in it: neither a terminal nor a spreadsheet may do what they say (S14).
std::string as_plain_text(const std::string& text) {
  std::string plain = escape_for_terminal(text);
  if (!plain.empty() && std::string_view("=+-@").find(plain.front()) != std::string_view::npos)
    plain.insert(0, 1, '\'');
  return plain;
}

}  // namespace

ReportRow row_of(const BatchPair& pair, const PairResult& result) {
  return {0,
          pair.source,
          pair.target,
          pair.options,
          static_cast<int>(result.status),
          as_plain_text(result.verdict),
          result.copied,
          result.failed,
          result.took,
          as_plain_text(result.reason)};
}

std::string report_header() { return csv_row({columns.begin(), columns.end()}, separator); }

std::string to_csv(const std::vector<ReportRow>& rows) {
  std::string text = report_header();
  for (const ReportRow& row : rows)
    text += csv_row({row.source, row.target, join_words(row.options), std::to_string(row.status), row.verdict,
                     std::to_string(row.copied), std::to_string(row.failed), seconds(row.took), row.reason},
                    separator);
  return text;
}

std::vector<ReportRow> parse_report(std::string_view text, const std::string& file) {
  const Csv csv = parse_csv(text, separator);
  if (csv.problem) throw bad_line(fmt::format("{}:{}", file, csv.problem->line), csv.problem->what);
  if (csv.rows.empty() || csv.rows.front().cells != std::vector<std::string>(columns.begin(), columns.end()))
    throw bad_line(file, "its first line is not that of a report of mailhaul batch");
  std::vector<ReportRow> rows;
  for (const CsvRow& row : csv.rows)
    if (&row != &csv.rows.front() && !row.cells.empty()) rows.push_back(row_in(row, file));
  return rows;
}

bool is_to_be_retried(const ReportRow& row) {
  return row.status != static_cast<int>(ExitStatus::ok) && row.status != static_cast<int>(ExitStatus::settings_missing);
}

}  // namespace mailhaul::run
