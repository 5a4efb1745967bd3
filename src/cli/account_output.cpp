// What is said of the settings beside the mail of an account, to people and to programs.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_lines.hpp"
#include "json_output.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/run/unified_diff.hpp"
#include "mailhaul/run/wording.hpp"
#include "text_output.hpp"

namespace mailhaul::cli {
namespace {

using nlohmann::ordered_json;
using Outcome = sync::SettingReport::Outcome;

/// "forwarder example.com info@example.com", "password bob@example.com", "spam of the account".
std::string name_of(const store::SettingId& id) {
  std::string name(to_string(id.kind));
  name += id.owner.empty() ? " of the account" : " " + escape_for_terminal(id.owner);
  if (!id.name.empty()) name += " " + escape_for_terminal(id.name);
  return name;
}

/// A list may have thousands of addresses: who wants all of them says --json.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 400;
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + " ...";
}

/// What was done as wanted is told only to who asks.
bool is_routine(Outcome outcome) {
  return outcome == Outcome::written || outcome == Outcome::removed || outcome == Outcome::kept_gone;
}

/// A difference line by line: what a customer named must not reach the terminal raw, but line ends are ours.
std::vector<std::string> escaped_lines(const std::string& diff) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < diff.size();) {
    const std::size_t end = std::min(diff.find('\n', begin), diff.size());
    lines.push_back(escape_for_terminal(diff.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

void TextOutput::say_settings(const std::vector<run::SettingsOutcome>& outcomes, bool dry_run) {
  for (const run::SettingsOutcome& outcome : outcomes) {
    if (!outcome.place.empty() && !saying_.quiet) say(fmt::format("\n{}", escape_for_terminal(outcome.place)));
    say_account(outcome.outcome, dry_run);
    if (outcome.outcome.error) error(*outcome.outcome.error);
    if (saying_.quiet || outcome.after_steps.empty()) continue;
    say("Then, on the target:");
    for (const std::string& step : outcome.after_steps) say("    " + escape_for_terminal(step));
  }
}

void TextOutput::say_account(const sync::AccountOutcome& account, bool dry_run) {
  const auto tell = [this](const std::string& line, bool is_wanted) {
    if (is_wanted && !saying_.quiet) say(line);
  };
  std::map<Outcome, std::uint64_t> counts;
  for (const sync::SettingReport& report : account.reports) ++counts[report.outcome];
  std::string sums = fmt::format("Settings: {} at the source, {} as they were", run::with_groups(account.settings),
                                 run::with_groups(account.unchanged));
  for (const auto& [outcome, count] : counts)
    sums += fmt::format(", {} {}", to_string(outcome), run::with_groups(count));
  tell(sums + (dry_run ? " (nothing was written)." : "."), true);
  const bool wants_all = saying_.itemize || saying_.verbose > 0 || dry_run;
  for (const sync::SettingReport& report : account.reports) {
    std::string line = fmt::format("    {:<18}  {}", to_string(report.outcome), name_of(report.id));
    if (!report.text.empty()) line += ": " + escape_for_terminal(shortened(report.text));
    if (!report.what_to_do.empty()) line += " (" + escape_for_terminal(report.what_to_do) + ")";
    if (report.outcome == Outcome::not_carried && saying_.quiet)
      complain(line);
    else
      tell(line, !is_routine(report.outcome) || wants_all);
  }
  if (!account.renames.empty()) tell(fmt::format("Renamed: {}", run::counted(account.renames.size(), "place")), true);
  for (const std::string& rename : account.renames) tell("    " + escape_for_terminal(rename), wants_all);
  if (!dry_run) return;
  for (const store::FileChange& file : account.files) {
    if (file.is_secret) {
      tell(fmt::format("--- {}\n+++ {}\n(it holds passwords: not shown)", escape_for_terminal(file.path),
                       escape_for_terminal(file.path)),
           true);
      continue;
    }
    for (const std::string& line : escaped_lines(run::unified_diff(file.path, file.before, file.after)))
      tell(line, true);
  }
}

void TextOutput::report(const run::SettingsReport& report, const run::FindingLog& findings) {
  if (!saying_.quiet) {
    say(fmt::format("{}  ({})\n", escape_for_terminal(report.store), escape_for_terminal(report.evidence)));
    std::string owner = "\n";  // nobody's
    for (const store::Setting& setting : report.settings) {
      if (setting.id.owner != owner) {
        owner = setting.id.owner;
        say(owner.empty() ? "The account" : escape_for_terminal(owner));
      }
      say(fmt::format("    {:<16}  {}{}{}", to_string(setting.id.kind), escape_for_terminal(setting.id.name),
                      setting.id.name.empty() ? "" : "  ", escape_for_terminal(summary(setting.value))));
    }
    say("");
  }
  say_settings(report.outcomes, report.dry_run);
  say_sandbox(report.sandbox);
  say_findings(findings);
  conclude(report.status, report.verdict);
}

void JsonOutput::say_settings(const std::vector<run::SettingsOutcome>& outcomes) {
  for (const run::SettingsOutcome& outcome : outcomes) {
    if (!outcome.place.empty()) print_json(out_, {{"event", "place"}, {"place", json_text(outcome.place)}});
    say_account(outcome.outcome);
    for (const std::string& step : outcome.after_steps)
      print_json(out_, {{"event", "after_step"}, {"text", json_text(step)}});
  }
}

void JsonOutput::say_account(const sync::AccountOutcome& account) {
  for (const sync::SettingReport& report : account.reports)
    print_json(out_, {{"event", "setting"},
                      {"outcome", to_string(report.outcome)},
                      {"owner", json_text(report.id.owner)},
                      {"kind", to_string(report.id.kind)},
                      {"name", json_text(report.id.name)},
                      {"text", json_text(report.text)},
                      {"what_to_do", json_text(report.what_to_do)}});
  for (const std::string& rename : account.renames)
    print_json(out_, {{"event", "renamed"}, {"text", json_text(rename)}});
  for (const store::FileChange& file : account.files)
    print_json(out_, {{"event", "file"},
                      {"path", json_text(file.path)},
                      {"diff", file.is_secret
                                   ? ordered_json()
                                   : ordered_json(json_text(run::unified_diff(file.path, file.before, file.after)))}});
  if (account.error) error(*account.error);
}

void JsonOutput::report(const run::SettingsReport& report, const run::FindingLog& findings) {
  for (const store::Setting& setting : report.settings)
    print_json(out_, {{"event", "setting"},
                      {"owner", json_text(setting.id.owner)},
                      {"kind", to_string(setting.id.kind)},
                      {"name", json_text(setting.id.name)},
                      {"text", json_text(summary(setting.value))}});
  say_settings(report.outcomes);
  print_summary(
      out_, "settings", report.status,
      {{"store",
        {{"format", report.format}, {"path", json_text(report.path)}, {"evidence", json_text(report.evidence)}}},
       {"settings", report.settings.size()},
       {"findings_lost", findings.count(Weight::lost)},
       {"sandbox", json_text(report.sandbox)},
       {"verdict", report.verdict}});
}

}  // namespace mailhaul::cli
