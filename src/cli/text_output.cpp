#include "text_output.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "mailhaul/base/escape.hpp"
#include "mailhaul/run/wording.hpp"
#include "print.hpp"
#include "process.hpp"
#include "table.hpp"

namespace mailhaul::cli {
namespace {

using run::with_groups;

std::string signed_number(std::uint64_t a, std::uint64_t b) {
  if (a == b) return "0";
  return a > b ? "+" + with_groups(a - b) : "-" + with_groups(b - a);
}

std::string safe(const store::FolderRef& folder) { return escape_for_terminal(folder.display()); }

/// Where the dates of a store come from: "file time 40, Received 5".
std::string dates_of(const run::ScannedStore& scanned) {
  std::map<store::DateSource, std::uint64_t> sum;
  for (const auto& count : scanned.folders)
    for (const auto& [from, messages] : count.dates) sum[from] += messages;
  std::string text;
  for (const auto& [from, messages] : sum)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(from), with_groups(messages));
  return text;
}

std::string date_of(const store::MessageInfo& info) {
  return info.internal_date ? mail::to_iso(*info.internal_date) : "no date";
}

/// A message that is not at the target, with what a person needs to find it.
std::string line_of(const sync::MissingMessage& missing) {
  return fmt::format("    {}  {}  {}  \"{}\"  {}: {}", safe(missing.folder), date_of(missing.info),
                     missing.message_id.empty() ? "no Message-ID" : escape_for_terminal(missing.message_id),
                     escape_for_terminal(missing.subject), escape_for_terminal(missing.info.handle.token),
                     escape_for_terminal(missing.reason));
}

}  // namespace

TextOutput::TextOutput(const Saying& saying, std::FILE* out, std::FILE* diagnostics, std::FILE* progress)
    : saying_(saying),
      out_(out),
      diagnostics_(diagnostics),
      progress_(progress),
      started_(std::chrono::steady_clock::now()) {}

void TextOutput::say(const std::string& line) {
  progress_.clear();
  print_line(out_, line);
}

void TextOutput::complain(const std::string& line) {
  progress_.clear();
  std::fflush(out_);
  print_line(diagnostics_, line);
}

void TextOutput::begin(std::size_t folders, std::optional<std::uint64_t> octets) {
  const std::lock_guard guard(mutex_);
  progress_.begin(folders, octets);
}

void TextOutput::folder_begins(const store::FolderRef& /*source*/) {
  const std::lock_guard guard(mutex_);
  progress_.folder();
}

void TextOutput::octets(std::uint64_t more) {
  const std::lock_guard guard(mutex_);
  progress_.octets(more);
}

void TextOutput::message(const sync::MessageEvent& event) {
  const std::lock_guard guard(mutex_);
  progress_.message();
  const auto where = [&event] { return escape_for_terminal(event.info.handle.token); };
  if (event.action == sync::Action::failed) {
    ++failed_;
    const std::string reason = event.error == nullptr ? "" : escape_for_terminal(event.error->what());
    if (failures_.size() < listed_failures)
      failures_.push_back(fmt::format("{}  {}  {}  {}", safe(event.source), date_of(event.info), where(), reason));
    return;
  }
  const bool change = event.action != sync::Action::adopted && event.action != sync::Action::left_out;
  if (!saying_.itemize || (!change && saying_.verbose == 0)) return;
  say(fmt::format("{:<13}  {}  {}{}", to_string(event.action), safe(event.target), where(),
                  event.action == sync::Action::copied ? "  " + std::to_string(event.octets) : ""));
}

bool TextOutput::is_told_at_once(FindingKind kind) const {
  return saying_.verbose > 0 || (saying_.audit && kind == FindingKind::odd_postmark);
}

void TextOutput::add(const Finding& finding) {
  if (!is_told_at_once(finding.kind) || saying_.quiet) return;
  const std::lock_guard guard(mutex_);
  say(fmt::format("{}: {}: {}{}{}{}", to_string(finding.weight), to_string(finding.kind),
                  escape_for_terminal(finding.folder), finding.where.empty() ? "" : "  ",
                  escape_for_terminal(finding.where),
                  finding.text.empty() ? "" : "  " + escape_for_terminal(finding.text)));
}

void TextOutput::say_stores(const run::Store& source, const run::Store& target) {
  if (saying_.quiet) return;
  say(fmt::format("From {}  ({})", escape_for_terminal(display(source)), escape_for_terminal(source.evidence)));
  say(fmt::format("To   {}\n", escape_for_terminal(display(target))));
}

void TextOutput::say_findings(const run::FindingLog& findings) {
  static constexpr std::size_t samples = 3;
  const auto tell = [&](const std::string& line) { saying_.quiet ? complain(line) : say(line); };
  for (const auto& [key, group] : findings.groups()) {
    const auto& [weight, kind] = key;
    if (saying_.quiet && weight == Weight::note) continue;
    tell(fmt::format("{} x {} ({})", with_groups(group.count), to_string(kind), to_string(weight)));
    if (is_told_at_once(kind)) continue;  // each was told when it was found
    const std::size_t shown = weight == Weight::failed ? group.kept.size() : std::min(samples, group.kept.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const Finding& one = group.kept[i];
      tell(fmt::format("    {}{}{}  {}", escape_for_terminal(one.folder), one.where.empty() ? "" : "  ",
                       escape_for_terminal(one.where), escape_for_terminal(one.text)));
    }
    if (shown < group.kept.size())
      tell(fmt::format("    … and {} more; -v lists them", with_groups(group.kept.size() - shown)));
  }
}

void TextOutput::say_failures() {
  if (failed_ == 0) return;
  complain(fmt::format("Failed {}:", with_groups(failed_)));
  for (const std::string& line : failures_) complain("    " + line);
  if (failures_.size() < failed_) complain(fmt::format("    … and {} more", with_groups(failed_ - failures_.size())));
}

void TextOutput::say_stats(std::uint64_t octets) {
  if (!saying_.stats || saying_.quiet) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  const auto rate = static_cast<std::uint64_t>(seconds > 0 ? static_cast<double>(octets) / seconds : 0);
  say(fmt::format("{:.2f} s, {}/s, peak memory {}", seconds, run::readable_octets(rate),
                  run::readable_octets(peak_memory_octets())));
}

void TextOutput::say_sandbox(const std::string& got) {
  if (saying_.verbose > 0 && !saying_.quiet && !got.empty()) say("sandbox: " + escape_for_terminal(got));
}

void TextOutput::conclude(run::ExitStatus status, const std::string& verdict) {
  if (status != run::ExitStatus::ok)
    complain(verdict);
  else if (!saying_.quiet)
    say(verdict);
  std::fflush(out_);
}

void TextOutput::error(const Error& error) {
  const std::lock_guard guard(mutex_);
  complain("mailhaul: " + escape_for_terminal(error.what()));
}

void TextOutput::report(const run::SyncReport& report, const run::FindingLog& findings) {
  const sync::FolderOutcome sums = sync::total(report.outcome.folders);
  std::map<store::FolderRef, std::uint64_t> copied_into;
  for (const auto& folder : report.outcome.folders) copied_into[folder.target] += folder.copied;
  if (!saying_.quiet) {
    say_stores(report.source, report.target);
    Table table({"Folder", "Source", "Target", "Difference"});
    for (const auto& folder : report.outcome.folders) {
      const std::uint64_t at_target = folder.target_before + copied_into[folder.target];
      const bool renamed = folder.source != folder.target;
      table.add({safe(folder.source) + (renamed ? " -> " + safe(folder.target) : ""),
                 with_groups(folder.source_messages), with_groups(at_target),
                 signed_number(at_target, folder.source_messages)});
    }
    for (const std::string& line : table.lines()) say(line);
    say(fmt::format("\n{} {} ({}), already there {}, flags {} {}, left out {}, failed {}.",
                    report.dry_run ? "Would copy" : "Copied", with_groups(sums.copied),
                    run::readable_octets(sums.octets_copied), with_groups(sums.adopted),
                    report.dry_run ? "to change" : "changed", with_groups(sums.flags_changed),
                    with_groups(sums.left_out), with_groups(failed_)));
    if (sums.moved > 0)
      say(fmt::format("{} {} as at the source.", report.dry_run ? "Would move" : "Moved",
                      run::counted(sums.moved, "message")));
    if (sums.removed > 0)
      say(fmt::format("{} removed by their user at the target since an earlier run: they stay removed.",
                      run::counted(sums.removed, "source message")));
    if (sums.deleted > 0)
      say(fmt::format("{} at the target that {} gone at the source.",
                      std::string(report.dry_run ? "Would remove " : "Removed ") +
                          run::counted(sums.deleted, "message"),
                      sums.deleted == 1 ? "is" : "are"));
    if (report.outcome.settings.subscriptions + report.outcome.settings.acls > 0)
      say(fmt::format("{} {}, {}.", report.dry_run ? "Would add" : "Added",
                      run::counted(report.outcome.settings.subscriptions, "subscription"),
                      run::counted(report.outcome.settings.acls, "access list")));
  }
  say_stats(sums.octets_copied);
  say_sandbox(report.sandbox);
  say_findings(findings);
  say_failures();
  say_settings(report.settings, report.dry_run);
  for (const auto& folder : report.outcome.folders)
    if (folder.error && folder.error->scope() == Scope::folder) error(*folder.error);
  if (report.outcome.settings.error) error(*report.outcome.settings.error);
  if (report.outcome.error) error(*report.outcome.error);
  conclude(report.status, report.verdict);
}

void TextOutput::report(const run::VerifyReport& report, const run::FindingLog& findings) {
  if (!saying_.quiet) {
    say_stores(report.source, report.target);
    Table table({"Folder", "Source", "Target", "Proven", "Missing"});
    for (const auto& folder : report.result.folders)
      table.add({safe(folder.source) + (folder.source != folder.target ? " -> " + safe(folder.target) : ""),
                 with_groups(folder.source_messages), with_groups(folder.target_messages), with_groups(folder.found),
                 with_groups(folder.missing)});
    for (const std::string& line : table.lines()) say(line);
    say("");
  }
  say_stats(0);
  say_sandbox(report.sandbox);
  say_findings(findings);
  if (!report.result.missing.empty()) complain(fmt::format("Missing {}:", with_groups(report.result.missing.size())));
  for (const sync::MissingMessage& missing : report.result.missing) complain(line_of(missing));
  if (!saying_.quiet && !report.result.removed.empty()) {
    say(fmt::format("Removed at the target by their user {}:", with_groups(report.result.removed.size())));
    for (const sync::MissingMessage& removed : report.result.removed) say(line_of(removed));
  }
  for (const auto& folder : report.result.folders)
    if (folder.error) error(*folder.error);
  if (report.result.error) error(*report.result.error);
  conclude(report.status, report.verdict);
}

void TextOutput::report(const run::ScanReport& report, const run::FindingLog& findings) {
  if (!saying_.quiet) {
    for (const auto& scanned : report.stores)
      say(fmt::format("{}  ({})", escape_for_terminal(display(scanned.store)),
                      escape_for_terminal(scanned.store.evidence)));
    say("");
    if (report.stores.size() == 1) {
      Table table({"Folder", "Messages", "Unseen", "Octets", "Failed"});
      run::FolderCount sum;
      for (const auto& count : report.stores[0].folders) {
        table.add({safe(count.folder), with_groups(count.messages), with_groups(count.unseen),
                   with_groups(count.octets), with_groups(count.failed)});
        sum.messages += count.messages;
        sum.unseen += count.unseen;
        sum.octets += count.octets;
        sum.failed += count.failed;
      }
      table.add({"All", with_groups(sum.messages), with_groups(sum.unseen), with_groups(sum.octets),
                 with_groups(sum.failed)});
      for (const std::string& line : table.lines()) say(line);
    } else {
      struct Pair {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
      };
      std::map<store::FolderRef, Pair> by_folder;
      for (const auto& count : report.stores[0].folders) by_folder[count.folder].first = count.messages;
      for (const auto& count : report.stores[1].folders) by_folder[count.folder].second = count.messages;
      Table table({"Folder", "First", "Second", "Difference"});
      Pair sum;
      for (const auto& [folder, pair] : by_folder) {
        table.add(
            {safe(folder), with_groups(pair.first), with_groups(pair.second), signed_number(pair.second, pair.first)});
        sum.first += pair.first;
        sum.second += pair.second;
      }
      table.add({"All", with_groups(sum.first), with_groups(sum.second), signed_number(sum.second, sum.first)});
      for (const std::string& line : table.lines()) say(line);
    }
  }
  if (!saying_.quiet) {
    for (const auto& scanned : report.stores) {
      const std::string dates = dates_of(scanned);
      if (!dates.empty()) say(fmt::format("{}Dates from: {}", &scanned == &report.stores.front() ? "\n" : "", dates));
    }
  }
  say_sandbox(report.sandbox);
  say_findings(findings);
  for (const auto& scanned : report.stores)
    for (const auto& count : scanned.folders)
      if (count.error) error(*count.error);
  if (report.status == run::ExitStatus::run_again)
    complain("A folder changed while it was read: the counts may be off.");
  std::fflush(out_);
}

void TextOutput::report(const run::RunsReport& report) {
  if (report.pairs.empty() && report.unread.empty()) say("No runs are known.");
  for (const run::PairRuns& pair : report.pairs) {
    say(fmt::format("{} -> {}", escape_for_terminal(pair.source), escape_for_terminal(pair.target)));
    say(fmt::format("    known {}, removed at the target {}, gone at the source {}, only at the target {}",
                    with_groups(pair.counts.known), with_groups(pair.counts.removed_at_target),
                    with_groups(pair.counts.removed_at_source), with_groups(pair.counts.only_at_target)));
    for (const ledger::Run& one : pair.runs) {
      const auto seconds = one.ended ? fmt::format("{} s", (*one.ended - one.began).count()) : std::string("not ended");
      say(fmt::format(
          "    {}  {}, status {}: source {}, copied {} ({}), there {}, flags {}, moved {}, removed {}, failed "
          "{}.  {}",
          mail::to_iso(one.began), seconds, one.status, with_groups(one.source_messages), with_groups(one.copied),
          run::readable_octets(one.octets_copied), with_groups(one.adopted), with_groups(one.flags_changed),
          with_groups(one.moved), with_groups(one.removed), with_groups(one.failed), escape_for_terminal(one.verdict)));
      for (const std::string& failure : one.failures) say("        " + escape_for_terminal(failure));
    }
  }
  for (const Error& one : report.unread) error(one);
  std::fflush(out_);
}

}  // namespace mailhaul::cli
