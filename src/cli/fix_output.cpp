// What `mailhaul fix` says to people.

#include <fmt/format.h>

#include "mailhaul/base/escape.hpp"
#include "mailhaul/run/wording.hpp"
#include "text_output.hpp"

namespace mailhaul::cli {
namespace {

using run::with_groups;

/// "owner         cur/1631.M2P7.mx1:2,S  1001:1001 0644 -> 2001:2001 0600"
std::string line_of(const store::Repair& repair) {
  std::string line =
      fmt::format("{:<12}  {}", to_string(repair.kind), repair.where.empty() ? "." : escape_for_terminal(repair.where));
  if (!repair.was.empty()) line += "  " + escape_for_terminal(repair.was);
  if (!repair.becomes.empty())
    line += (repair.was.empty() ? "  " : " -> ") + escape_for_terminal(repair.becomes);
  else if (repair.kind == store::RepairKind::index_file || repair.kind == store::RepairKind::left_over)
    line += " -> removed";
  if (!repair.reason.empty()) line += "  (" + escape_for_terminal(repair.reason) + ")";
  return line;
}

}  // namespace

void TextOutput::repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) {
  const std::lock_guard guard(mutex_);
  if (outcome == store::RepairOutcome::refused) {
    ++failed_;
    if (failures_.size() < listed_failures)
      failures_.push_back(fmt::format("{}  {}", line_of(repair), escape_for_terminal(why)));
    return;
  }
  const bool is_wanted = outcome == store::RepairOutcome::proposed || saying_.itemize || saying_.verbose > 0;
  if (is_wanted && !saying_.quiet) say(line_of(repair));
}

void TextOutput::report(const run::FixReport& report, const run::FindingLog& findings) {
  if (!saying_.quiet) {
    say(fmt::format("{}  ({})", escape_for_terminal(display(report.store)),
                    escape_for_terminal(report.store.evidence)));
    std::string counts;
    for (const auto& [kind, count] : report.counts)
      if (count.mended > 0)
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", to_string(kind), with_groups(count.mended));
    say(fmt::format("{} {}{}{}.", report.dry_run ? "Would mend" : "Mended", with_groups(report.mended),
                    counts.empty() ? "" : ": ", counts));
  }
  say_sandbox(report.sandbox);
  say_findings(findings);
  say_failures();
  if (report.error) error(*report.error);
  conclude(report.status, report.verdict);
}

}  // namespace mailhaul::cli
