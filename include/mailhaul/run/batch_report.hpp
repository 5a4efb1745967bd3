#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/run/batch_job.hpp"
#include "mailhaul/run/batch_list.hpp"

namespace mailhaul::run {

/// One row of the report of a batch, a pair.
struct ReportRow {
  std::size_t line = 0;  ///< of the report it was read from, from 1
  std::string source{};
  std::string target{};
  std::vector<std::string> options{};
  int status = 0;
  std::string verdict{};
  std::uint64_t copied = 0;
  std::uint64_t failed = 0;
  std::chrono::milliseconds took{0};
  std::string reason{};
};

[[nodiscard]] ReportRow row_of(const BatchPair& pair, const PairResult& result);

/// What report files begin with.
[[nodiscard]] std::string report_header();

/// CSV with `;`: source;target;options;status;verdict;copied;failed;seconds;reason. Texts of the last run are escaped
/// as for a terminal (S14), the others hold no control octet.
[[nodiscard]] std::string to_csv(const std::vector<ReportRow>& rows);

/// Reads what to_csv() wrote. Error(usage) with the line of whatever is something else.
[[nodiscard]] std::vector<ReportRow> parse_report(std::string_view text, const std::string& file);

/// Whether that pair is run again: not where all mail is there and only settings are left to the operator, which would
/// never end.
[[nodiscard]] bool is_to_be_retried(const ReportRow& row);

}  // namespace mailhaul::run
