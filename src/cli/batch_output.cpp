// What is said of many pairs, and of accounts that could be pairs, to people and to programs.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_lines.hpp"
#include "json_output.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/run/wording.hpp"
#include "table.hpp"
#include "text_output.hpp"

namespace mailhaul::cli {
namespace {

using nlohmann::ordered_json;
using run::with_groups;

double seconds(std::chrono::milliseconds took) { return static_cast<double>(took.count()) / 1000; }

std::string name_of(const run::BatchPair& pair) {
  return escape_for_terminal(pair.source) + " -> " + escape_for_terminal(pair.target);
}

/// Why its status is not 0, in one line.
std::string why(const run::PairResult& result) {
  return escape_for_terminal(result.reason.empty() ? result.verdict : result.reason);
}

struct Sums {
  std::uint64_t copied = 0, removed = 0, failed = 0, settings_left = 0;
};

Sums sums_of(const run::BatchReport& report) {
  Sums sums;
  for (const run::PairResult& result : report.results) {
    sums.copied += result.copied;
    sums.removed += result.removed;
    sums.failed += result.failed;
    sums.settings_left += result.settings_left;
  }
  return sums;
}

}  // namespace

void TextOutput::pair_begins(std::size_t number, const run::BatchPair& pair) {
  progress_.show(fmt::format("pair {}: {}", number + 1, name_of(pair)));
}

void TextOutput::pair_ended(std::size_t number, const run::BatchPair& pair, const run::PairResult& result) {
  if (saying_.verbose == 0 || saying_.quiet) return;
  say(fmt::format("pair {}: {}: status {}, {:.1f} s: {}", number + 1, name_of(pair), static_cast<int>(result.status),
                  seconds(result.took), escape_for_terminal(result.verdict)));
  std::fflush(out_);
}

void TextOutput::report(const std::vector<run::BatchPair>& pairs, const run::BatchReport& report) {
  Table table({"Pair", "Status", "Copied", "Removed", "Failed", "Settings left", "Seconds"});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const run::PairResult& result = report.results[i];
    table.add({name_of(pairs[i]), std::to_string(static_cast<int>(result.status)), with_groups(result.copied),
               with_groups(result.removed), with_groups(result.failed), with_groups(result.settings_left),
               fmt::format("{:.1f}", seconds(result.took))});
  }
  const std::vector<std::string> lines = table.lines();
  if (!saying_.quiet) say(lines.front());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool is_good = report.results[i].status == run::ExitStatus::ok;
    if (saying_.quiet && is_good) continue;
    const auto tell = [this](const std::string& line) { saying_.quiet ? complain(line) : say(line); };
    tell(lines[i + 1]);
    if (!is_good) tell("    " + why(report.results[i]));
  }
  const Sums sums = sums_of(report);
  if (!saying_.quiet)
    say(fmt::format("\nCopied {}, removed {}, failed {}, settings left to you {}.", with_groups(sums.copied),
                    with_groups(sums.removed), with_groups(sums.failed), with_groups(sums.settings_left)));
  conclude(report.status, escape_for_terminal(report.verdict));
}

void TextOutput::report(const run::AccountList& list, const run::FindingLog& findings, run::ExitStatus /*status*/) {
  Table table({"User", "Domain", "Account", "Note"}, {0, 1, 2, 3});
  for (const run::ListedAccount& account : list.accounts)
    table.add({escape_for_terminal(account.user), escape_for_terminal(account.domain),
               escape_for_terminal(account.source), escape_for_terminal(account.note)});
  for (const std::string& line : table.lines()) say(line);
  const auto older = static_cast<std::size_t>(
      std::count_if(list.accounts.begin(), list.accounts.end(), [](const auto& account) { return account.is_older; }));
  say(fmt::format("\n{} in {}{}", run::counted(list.accounts.size() - older, "account"),
                  escape_for_terminal(list.place),
                  older == 0 ? "" : fmt::format(", and {}", run::counted(older, "older archive"))));
  say_findings(findings);
  std::fflush(out_);
}

void TextOutput::lines(const std::string& text, const run::FindingLog& findings) {
  (void)std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
  const bool was_quiet = std::exchange(saying_.quiet, true);  // findings go to where they are no line of a list
  say_findings(findings);
  saying_.quiet = was_quiet;
}

void JsonOutput::pair_ended(std::size_t number, const run::BatchPair& pair, const run::PairResult& result) {
  ordered_json options = ordered_json::array();
  for (const std::string& option : pair.options) options.push_back(json_text(option));
  print_json(out_, {{"event", "pair"},
                    {"number", number + 1},
                    {"source", json_text(pair.source)},
                    {"target", json_text(pair.target)},
                    {"options", std::move(options)},
                    {"status", static_cast<int>(result.status)},
                    {"copied", result.copied},
                    {"removed", result.removed},
                    {"failed", result.failed},
                    {"settings_left", result.settings_left},
                    {"seconds", seconds(result.took)},
                    {"verdict", json_text(result.verdict)},
                    {"reason", json_text(result.reason)}});
  std::fflush(out_);
}

void JsonOutput::report(const std::vector<run::BatchPair>& pairs, const run::BatchReport& report) {
  const Sums sums = sums_of(report);
  std::uint64_t done = 0;
  for (const run::PairResult& result : report.results) done += result.status == run::ExitStatus::ok ? 1U : 0U;
  print_summary(out_, "batch", report.status,
                {{"pairs", pairs.size()},
                 {"done", done},
                 {"copied", sums.copied},
                 {"removed", sums.removed},
                 {"failed", sums.failed},
                 {"settings_left", sums.settings_left},
                 {"verdict", json_text(report.verdict)}});
}

void JsonOutput::report(const run::AccountList& list, const run::FindingLog& findings, run::ExitStatus status) {
  for (const run::ListedAccount& account : list.accounts)
    print_json(out_, {{"event", "account"},
                      {"user", json_text(account.user)},
                      {"domain", json_text(account.domain)},
                      {"source", json_text(account.source)},
                      {"older", account.is_older},
                      {"note", json_text(account.note)}});
  print_summary(out_, "scan", status,
                {{"place", json_text(list.place)},
                 {"accounts", list.accounts.size()},
                 {"findings_failed", findings.count(Weight::failed)}});
}

void JsonOutput::lines(const std::string& text, const run::FindingLog& /*findings*/) {
  (void)std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

}  // namespace mailhaul::cli
