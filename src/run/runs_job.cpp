#include <algorithm>

#include "job_context.hpp"
#include "pair_ledger.hpp"

namespace mailhaul::run {
namespace {

PairRuns runs_of(ledger::Ledger ledger) {
  PairRuns pair;
  pair.source = ledger.pair().source;
  pair.target = ledger.pair().target;
  pair.counts = ledger.counts();
  pair.runs = ledger.runs();
  return pair;
}

}  // namespace

RunsReport list_runs(const Machine& machine, const Request& request) {
  RunsReport report;
  for (const std::string& path : ledgers_of(machine, request)) {
    try {
      report.pairs.push_back(runs_of(ledger::Ledger::open_to_read(path)));
    } catch (const Error& error) {
      // One that is in use, or damaged, must not hide the others.
      report.unread.push_back(error);
      if (report.status == ExitStatus::ok) report.status = exit_status_of(error);
    }
  }
  return report;
}

RunsReport show_runs(const Machine& machine, const Request& request, const Location& source, const Location& target,
                     Findings& findings) {
  JobContext job(machine, request, findings);
  const Store from = detect(job.source(), source, Side::source);
  const Store to = detect(job.target(), target, Side::target);
  const ledger::Pair pair = pair_of(machine, request, from, to);
  auto ledger = find_ledger(machine, request, pair);
  if (!ledger)
    throw Error(Cause::not_found, Scope::run, "looking for the runs of a pair")
        .at(pair.source + " -> " + pair.target)
        .because("no run of it is known")
        .hint("mailhaul runs list shows those that are; --state names another directory");
  RunsReport report;
  report.pairs.push_back(runs_of(std::move(*ledger)));
  return report;
}

}  // namespace mailhaul::run
