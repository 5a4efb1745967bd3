#include "job_context.hpp"

namespace mailhaul::run {

JobContext::JobContext(const Machine& machine, const Request& request, Findings& findings)
    : target_findings_(findings),
      clock_(machine.clock, machine.stop),
      instants_(machine.clock.now()),
      source_{machine.kernel, machine.entropy, clock_,          findings,
              instants_,      machine.host,    machine.process, request.lock_wait},
      target_{machine.kernel, machine.entropy, clock_,          target_findings_,
              instants_,      machine.host,    machine.process, request.lock_wait} {}

void StoppableClock::sleep(std::chrono::milliseconds time) const {
  stop_.check();
  clock_.sleep(time);
  stop_.check();
}

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

void refuse_target_inside_source(formats::Context& context, const fs::Status& source_root, const Store& target) {
  constexpr int deepest = 256;
  fs::Rules rules;
  rules.side = Side::target;
  std::string path = fs::split_operator_path(target.path).parent;
  std::optional<fs::FileId> below;
  for (int i = 0; i < deepest; ++i, path += "/..") {
    std::optional<fs::Directory> directory;
    try {
      directory = fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    } catch (const Error&) {
      return;  // a directory that we may not look into is none that we read mail from
    }
    if (!directory || directory->opened_as().id == below) return;  // above "/" is "/"
    below = directory->opened_as().id;
    if (below == source_root.id)
      throw Error(Cause::usage, Scope::run, "comparing source and target")
          .at(target.path)
          .because("the target lies inside the source, which is never written to");
  }
}

void refuse_foreign_mbox(formats::Context& context, const fs::Status& source_root, const Store& target,
                         const std::optional<fs::Status>& target_root, const OwnershipOptions& options) {
  if (!target_root || target_root->kind != fs::EntryKind::regular) return;
  fs::Rules rules;
  rules.side = Side::target;
  const std::string parent = fs::split_operator_path(target.path).parent;
  const auto spool = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
  constexpr mode_t writable_by_others = 02;
  const bool anybody_writes = spool && (spool->opened_as().permissions & writable_by_others) != 0;
  if (!options.owner && !anybody_writes) return;
  const uid_t wanted = options.owner ? options.owner->uid : source_root.owner.uid;
  if (target_root->owner.uid == wanted) return;
  throw Error(Cause::refused, Scope::run, "opening an mbox to write to")
      .at(target.path)
      .because("it belongs to uid " + std::to_string(target_root->owner.uid) + ", not to uid " + std::to_string(wanted))
      .hint("make it theirs first, or name the right owner with --chown")
      .on(Side::target);
}

fs::Status existing_root(formats::Context& context, const Store& store, Side side) {
  if (const auto status = root_status(context, store, side)) return *status;
  throw Error(side == Side::source ? Cause::not_found : Cause::not_a_store, Scope::run, "opening a store")
      .at(store.path)
      .because("no such file or directory")
      .on(side);
}

}  // namespace mailhaul::run
