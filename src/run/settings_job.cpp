#include "account_job.hpp"
#include "job_context.hpp"
#include "mailhaul/run/wording.hpp"

namespace mailhaul::run {
namespace {

/// Whether all of it is where it was to go; says so where it is not.
void judge_places(SettingsReport& report) {
  for (const SettingsOutcome& outcome : report.outcomes) {
    if (outcome.outcome.is_complete) continue;
    const bool has_failed = outcome.outcome.error.has_value();
    if (report.status == ExitStatus::ok || has_failed)
      report.status = has_failed ? exit_status_of(*outcome.outcome.error) : ExitStatus::settings_missing;
  }
  if (report.status != ExitStatus::ok && !report.outcomes.empty()) report.verdict += " Not all could be carried.";
}

}  // namespace

SettingsReport run_settings(const Machine& machine, const Request& request, const Location& location,
                            FindingLog& findings) {
  JobContext job(machine, request, findings);
  SettingsReport report;
  report.dry_run = request.dry_run;
  const Store store = detect(job.source(), location, Side::source);
  report.store = display(store);
  report.format = to_string(store.format);
  report.path = store.path;
  report.evidence = store.evidence;
  if (!has_settings(store))
    throw Error(Cause::usage, Scope::run, "reading settings")
        .at(store.path)
        .because("it is mail alone, and no account")
        .hint("name the account: cpanel:HOME, cpanel:USER or cpmove:FILE; or files with settings: json:FILE and the "
              "like");
  (void)existing_root(job.source(), store, Side::source);
  AccountJob account(machine, request, job, store, location.server_root);
  account.add_places(nullptr, {});
  std::vector<AllowedPlace> places = account.places();
  if (!request.settings.empty()) places.push_back(own_directory(machine, request));
  report.sandbox = confine(machine, request, {{store, Landlock::Access::read, Side::source}}, places);
  report.settings = account.source().read();
  report.verdict = counted(report.settings.size(), "setting") + ".";
  if (!account.source_is_complete() || findings.count(Weight::lost) > 0) {
    report.status = ExitStatus::settings_missing;
    report.verdict += " Not all could be read: see above.";
  }
  if (!request.settings.empty()) report.outcomes = account.run(nullptr);
  judge_places(report);
  return report;
}

SettingsReport run_settings(const Machine& machine, const Request& request, const SettingsPlace& place,
                            FindingLog& findings) {
  JobContext job(machine, request, findings);
  SettingsReport report;
  report.store = display(place);
  report.format = to_string(place.kind);
  report.path = place.path;
  report.evidence = "the location says " + report.format;
  if (!request.settings.empty())
    throw Error(Cause::usage, Scope::run, "reading settings")
        .at(report.store)
        .because("settings go from an account to such files, not from there to others")
        .hint("name the account as SRC");
  const auto opened = open_settings_place(machine, job, place);
  report.sandbox = confine(machine, request, {}, {{directory_of(place), Landlock::Access::read, Side::target}});
  report.settings = opened->read();
  report.verdict = counted(report.settings.size(), "setting") + ".";
  return report;
}

}  // namespace mailhaul::run
