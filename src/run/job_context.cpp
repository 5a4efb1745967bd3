#include "job_context.hpp"

namespace mailhaul::run {

JobContext::JobContext(const Machine& machine, const Request& request, Findings& findings)
    : target_findings_(findings),
      instants_(machine.clock.now()),
      source_{machine.kernel, machine.entropy, machine.clock,   findings,
              instants_,      machine.host,    machine.process, request.lock_wait},
      target_{machine.kernel, machine.entropy, machine.clock,   target_findings_,
              instants_,      machine.host,    machine.process, request.lock_wait} {}

void TargetFindings::add(const Finding& finding) {
  Finding at_target = finding;
  at_target.text = "at the target: " + finding.text;
  if (at_target.weight == Weight::failed) at_target.weight = Weight::note;
  findings_.add(at_target);
}

void refuse_same_store(const std::optional<fs::Status>& source, const std::optional<fs::Status>& target,
                       const Location& location) {
  if (source && target && source->id == target->id)
    throw Error(Cause::usage, Scope::run, "comparing source and target")
        .at(location.path)
        .because("both are the same store");
}

fs::Status existing_root(formats::Context& context, const Store& store, Side side) {
  if (const auto status = root_status(context, store, side)) return *status;
  throw Error(side == Side::source ? Cause::not_found : Cause::not_a_store, Scope::run, "opening a store")
      .at(store.path)
      .because("no such file or directory")
      .on(side);
}

}  // namespace mailhaul::run
