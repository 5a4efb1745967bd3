#include "json_output.hpp"

#include <nlohmann/json.hpp>

#include "json_lines.hpp"

namespace mailhaul::cli {
namespace {

using nlohmann::ordered_json;

ordered_json date(const store::MessageInfo& info) {
  return info.internal_date ? ordered_json(mail::to_iso(*info.internal_date)) : ordered_json();
}

}  // namespace

void JsonOutput::message(const sync::MessageEvent& event) {
  const bool change = event.action != sync::Action::adopted && event.action != sync::Action::left_out &&
                      event.action != sync::Action::failed;
  const bool wanted = event.action == sync::Action::failed || (saying_.itemize && (change || saying_.verbose > 0));
  if (!wanted) return;
  ordered_json line{{"event", "message"},
                    {"action", to_string(event.action)},
                    {"source", json_text(event.source.display())},
                    {"target", json_text(event.target.display())},
                    {"handle", json_text(event.info.handle.token)},
                    {"octets", event.octets},
                    {"date", date(event.info)}};
  if (event.error != nullptr) line["error"] = json_text(event.error->what());
  const std::lock_guard guard(mutex_);
  print_json(out_, line);
}

void JsonOutput::add(const Finding& finding) {
  const std::lock_guard guard(mutex_);
  print_json(out_, {{"event", "finding"},
                    {"weight", to_string(finding.weight)},
                    {"kind", to_string(finding.kind)},
                    {"folder", json_text(finding.folder)},
                    {"where", json_text(finding.where)},
                    {"text", json_text(finding.text)},
                    {"count", finding.count}});
}

void JsonOutput::error(const Error& error) {
  const std::lock_guard guard(mutex_);
  print_json(out_, {{"event", "error"}, {"folder", json_text(error.folder())}, {"text", json_text(error.what())}});
}

void JsonOutput::ended_early(run::ExitStatus status) {
  print_json(out_, {{"event", "summary"}, {"status", static_cast<int>(status)}, {"verdict", "Not finished."}});
  std::fflush(out_);
}

void JsonOutput::report(const run::SyncReport& report, const run::FindingLog& findings) {
  for (const auto& folder : report.outcome.folders) {
    print_json(out_, {{"event", "folder"},
                      {"source", json_text(folder.source.display())},
                      {"target", json_text(folder.target.display())},
                      {"source_messages", folder.source_messages},
                      {"target_before", folder.target_before},
                      {"copied", folder.copied},
                      {"already_there", folder.adopted},
                      {"moved", folder.moved},
                      {"removed_at_target", folder.removed},
                      {"deleted", folder.deleted},
                      {"flags_changed", folder.flags_changed},
                      {"left_out", folder.left_out},
                      {"failed", folder.failed},
                      {"octets_copied", folder.octets_copied},
                      {"stable", folder.stable}});
    if (folder.error && folder.error->scope() == Scope::folder) error(*folder.error);
  }
  if (report.outcome.settings.error) error(*report.outcome.settings.error);
  if (report.outcome.error) error(*report.outcome.error);
  say_settings(report.settings);
  print_summary(out_, "sync", report.status,
                {{"source", json_location(report.source)},
                 {"target", json_location(report.target)},
                 {"subscriptions_added", report.outcome.settings.subscriptions},
                 {"access_lists_added", report.outcome.settings.acls},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", json_text(report.sandbox)},
                 {"dry_run", report.dry_run},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::VerifyReport& report, const run::FindingLog& findings) {
  for (const auto& folder : report.result.folders) {
    print_json(out_, {{"event", "folder"},
                      {"source", json_text(folder.source.display())},
                      {"target", json_text(folder.target.display())},
                      {"source_messages", folder.source_messages},
                      {"target_messages", folder.target_messages},
                      {"proven", folder.found},
                      {"left_out", folder.left_out},
                      {"missing", folder.missing},
                      {"removed_at_target", folder.removed},
                      {"stable", folder.stable}});
    if (folder.error) error(*folder.error);
  }
  const auto tell = [this](const char* event, const sync::MissingMessage& message) {
    print_json(out_, {{"event", event},
                      {"folder", json_text(message.folder.display())},
                      {"date", date(message.info)},
                      {"message_id", json_text(message.message_id)},
                      {"subject", json_text(message.subject)},
                      {"handle", json_text(message.info.handle.token)},
                      {"reason", json_text(message.reason)}});
  };
  for (const auto& missing : report.result.missing) tell("missing", missing);
  for (const auto& removed : report.result.removed) tell("removed", removed);
  if (report.result.error) error(*report.result.error);
  print_summary(out_, "verify", report.status,
                {{"source", json_location(report.source)},
                 {"target", json_location(report.target)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", json_text(report.sandbox)},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::ScanReport& report, const run::FindingLog& findings) {
  ordered_json stores = ordered_json::array();
  for (const auto& scanned : report.stores) {
    for (const auto& count : scanned.folders) {
      ordered_json dates = ordered_json::object();
      for (const auto& [from, messages] : count.dates) dates[std::string(to_string(from))] = messages;
      print_json(out_, {{"event", "folder"},
                        {"path", json_text(scanned.store.path)},
                        {"folder", json_text(count.folder.display())},
                        {"messages", count.messages},
                        {"unseen", count.unseen},
                        {"octets", count.octets},
                        {"failed", count.failed},
                        {"dates", std::move(dates)},
                        {"stable", count.stable}});
      if (count.error) error(*count.error);
    }
    stores.push_back(json_location(scanned.store));
  }
  print_summary(out_, "scan", report.status,
                {{"stores", std::move(stores)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", json_text(report.sandbox)}});
}

void JsonOutput::repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) {
  if (outcome == store::RepairOutcome::done && !saying_.itemize && saying_.verbose == 0) return;
  const std::lock_guard guard(mutex_);
  print_json(out_, {{"event", "repair"},
                    {"kind", to_string(repair.kind)},
                    {"outcome", to_string(outcome)},
                    {"folder", json_text(repair.folder)},
                    {"where", json_text(repair.where)},
                    {"was", json_text(repair.was)},
                    {"becomes", json_text(repair.becomes)},
                    {"reason", json_text(repair.reason)},
                    {"why", json_text(why)}});
}

void JsonOutput::report(const run::FixReport& report, const run::FindingLog& findings) {
  if (report.error) error(*report.error);
  ordered_json kinds = ordered_json::object();
  for (const auto& [kind, count] : report.counts)
    kinds[to_string(kind)] = {{"mended", count.mended}, {"refused", count.refused}};
  print_summary(out_, "fix", report.status,
                {{"store", json_location(report.store)},
                 {"dry_run", report.dry_run},
                 {"mended", report.mended},
                 {"refused", report.refused},
                 {"kinds", std::move(kinds)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", json_text(report.sandbox)},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::RunsReport& report) {
  for (const run::PairRuns& pair : report.pairs)
    for (const ledger::Run& one : pair.runs) {
      ordered_json failures = ordered_json::array();
      for (const std::string& failure : one.failures) failures.push_back(json_text(failure));
      print_json(out_, {{"event", "run"},
                        {"source", json_text(pair.source)},
                        {"target", json_text(pair.target)},
                        {"began", mail::to_iso(one.began)},
                        {"ended", one.ended ? ordered_json(mail::to_iso(*one.ended)) : ordered_json()},
                        {"source_messages", one.source_messages},
                        {"copied", one.copied},
                        {"octets_copied", one.octets_copied},
                        {"already_there", one.adopted},
                        {"flags_changed", one.flags_changed},
                        {"moved", one.moved},
                        {"deleted", one.removed},
                        {"failed", one.failed},
                        {"status", one.status},
                        {"verdict", json_text(one.verdict)},
                        {"failures", failures}});
    }
  for (const Error& one : report.unread) error(one);
  print_summary(out_, "runs", report.status, {{"pairs", report.pairs.size()}});
}

}  // namespace mailhaul::cli
