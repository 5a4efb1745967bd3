#include "json_output.hpp"

#include <nlohmann/json.hpp>

#include "mailhaul/base/escape.hpp"
#include "print.hpp"

namespace mailhaul::cli {
namespace {

using nlohmann::ordered_json;

std::string text(const std::string& raw) { return replace_invalid_utf8(raw); }

ordered_json location(const run::Store& store) {
  return {{"format", to_string(store.format)}, {"path", text(store.path)}, {"evidence", text(store.evidence)}};
}

ordered_json date(const store::MessageInfo& info) {
  return info.internal_date ? ordered_json(mail::to_iso(*info.internal_date)) : ordered_json();
}

void print(std::FILE* out, const ordered_json& object) {
  // S14: DEL, C1 and bidi controls are legal in JSON text, and a terminal would obey them all the same.
  constexpr bool ascii_only = true;
  print_line(out, object.dump(-1, ' ', ascii_only, ordered_json::error_handler_t::replace));
}

void print_summary(std::FILE* out, const char* command, run::ExitStatus status, ordered_json more) {
  ordered_json summary{{"event", "summary"}, {"command", command}, {"status", static_cast<int>(status)}};
  summary.update(more);
  print(out, summary);
  std::fflush(out);
}

}  // namespace

void JsonOutput::message(const sync::MessageEvent& event) {
  const bool change = event.action != sync::Action::adopted && event.action != sync::Action::left_out &&
                      event.action != sync::Action::failed;
  const bool wanted = event.action == sync::Action::failed || (saying_.itemize && (change || saying_.verbose > 0));
  if (!wanted) return;
  ordered_json line{{"event", "message"},
                    {"action", to_string(event.action)},
                    {"source", text(event.source.display())},
                    {"target", text(event.target.display())},
                    {"handle", text(event.info.handle.token)},
                    {"octets", event.octets},
                    {"date", date(event.info)}};
  if (event.error != nullptr) line["error"] = text(event.error->what());
  const std::lock_guard guard(mutex_);
  print(out_, line);
}

void JsonOutput::add(const Finding& finding) {
  const std::lock_guard guard(mutex_);
  print(out_, {{"event", "finding"},
               {"weight", to_string(finding.weight)},
               {"kind", to_string(finding.kind)},
               {"folder", text(finding.folder)},
               {"where", text(finding.where)},
               {"text", text(finding.text)},
               {"count", finding.count}});
}

void JsonOutput::error(const Error& error) {
  const std::lock_guard guard(mutex_);
  print(out_, {{"event", "error"}, {"folder", text(error.folder())}, {"text", text(error.what())}});
}

void JsonOutput::ended_early(run::ExitStatus status) {
  print(out_, {{"event", "summary"}, {"status", static_cast<int>(status)}, {"verdict", "Not finished."}});
  std::fflush(out_);
}

void JsonOutput::report(const run::SyncReport& report, const run::FindingLog& findings) {
  for (const auto& folder : report.outcome.folders) {
    print(out_, {{"event", "folder"},
                 {"source", text(folder.source.display())},
                 {"target", text(folder.target.display())},
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
  print_summary(out_, "sync", report.status,
                {{"source", location(report.source)},
                 {"target", location(report.target)},
                 {"subscriptions_added", report.outcome.settings.subscriptions},
                 {"access_lists_added", report.outcome.settings.acls},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", text(report.sandbox)},
                 {"dry_run", report.dry_run},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::VerifyReport& report, const run::FindingLog& findings) {
  for (const auto& folder : report.result.folders) {
    print(out_, {{"event", "folder"},
                 {"source", text(folder.source.display())},
                 {"target", text(folder.target.display())},
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
    print(out_, {{"event", event},
                 {"folder", text(message.folder.display())},
                 {"date", date(message.info)},
                 {"message_id", text(message.message_id)},
                 {"subject", text(message.subject)},
                 {"handle", text(message.info.handle.token)},
                 {"reason", text(message.reason)}});
  };
  for (const auto& missing : report.result.missing) tell("missing", missing);
  for (const auto& removed : report.result.removed) tell("removed", removed);
  if (report.result.error) error(*report.result.error);
  print_summary(out_, "verify", report.status,
                {{"source", location(report.source)},
                 {"target", location(report.target)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", text(report.sandbox)},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::ScanReport& report, const run::FindingLog& findings) {
  ordered_json stores = ordered_json::array();
  for (const auto& scanned : report.stores) {
    for (const auto& count : scanned.folders) {
      ordered_json dates = ordered_json::object();
      for (const auto& [from, messages] : count.dates) dates[std::string(to_string(from))] = messages;
      print(out_, {{"event", "folder"},
                   {"path", text(scanned.store.path)},
                   {"folder", text(count.folder.display())},
                   {"messages", count.messages},
                   {"unseen", count.unseen},
                   {"octets", count.octets},
                   {"failed", count.failed},
                   {"dates", std::move(dates)},
                   {"stable", count.stable}});
      if (count.error) error(*count.error);
    }
    stores.push_back(location(scanned.store));
  }
  print_summary(out_, "scan", report.status,
                {{"stores", std::move(stores)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"sandbox", text(report.sandbox)}});
}

void JsonOutput::repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) {
  if (outcome == store::RepairOutcome::done && !saying_.itemize && saying_.verbose == 0) return;
  const std::lock_guard guard(mutex_);
  print(out_, {{"event", "repair"},
               {"kind", to_string(repair.kind)},
               {"outcome", to_string(outcome)},
               {"folder", text(repair.folder)},
               {"where", text(repair.where)},
               {"was", text(repair.was)},
               {"becomes", text(repair.becomes)},
               {"reason", text(repair.reason)},
               {"why", text(why)}});
}

void JsonOutput::report(const run::FixReport& report, const run::FindingLog& findings) {
  if (report.error) error(*report.error);
  ordered_json kinds = ordered_json::object();
  for (const auto& [kind, count] : report.counts)
    kinds[to_string(kind)] = {{"mended", count.mended}, {"refused", count.refused}};
  print_summary(out_, "fix", report.status,
                {{"store", location(report.store)},
                 {"dry_run", report.dry_run},
                 {"mended", report.mended},
                 {"refused", report.refused},
                 {"kinds", std::move(kinds)},
                 {"findings_failed", findings.count(Weight::failed)},
                 {"verdict", report.verdict}});
}

void JsonOutput::report(const run::RunsReport& report) {
  for (const run::PairRuns& pair : report.pairs)
    for (const ledger::Run& one : pair.runs) {
      ordered_json failures = ordered_json::array();
      for (const std::string& failure : one.failures) failures.push_back(text(failure));
      print(out_, {{"event", "run"},
                   {"source", text(pair.source)},
                   {"target", text(pair.target)},
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
                   {"verdict", text(one.verdict)},
                   {"failures", failures}});
    }
  for (const Error& one : report.unread) error(one);
  print_summary(out_, "runs", report.status, {{"pairs", report.pairs.size()}});
}

}  // namespace mailhaul::cli
