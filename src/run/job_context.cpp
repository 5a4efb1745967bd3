#include "job_context.hpp"

#include <algorithm>

namespace mailhaul::run {

JobContext::JobContext(const Machine& machine, const Request& request, Findings& findings)
    : target_findings_(findings),
      clock_(machine.clock, machine.stop),
      source_clock_(clock_, request.source_zone),
      instants_(machine.clock.now()),
      source_{machine.kernel, machine.entropy, source_clock_,   findings,
              instants_,      machine.host,    machine.process, request.lock_wait},
      target_{machine.kernel, machine.entropy, clock_,          target_findings_,
              instants_,      machine.host,    machine.process, source_.lock_wait} {}

void StoppableClock::sleep(std::chrono::milliseconds time) const {
  stop_.check();
  clock_.sleep(time);
  stop_.check();
}

void TargetFindings::add(const Finding& finding) {
  Finding at_target = finding;
  at_target.text = "at the target: " + finding.text;
  if (at_target.weight == Weight::failed) at_target.weight = Weight::note;
  // What can't be read of the target's own settings is nothing that the source lacks there.
  if (at_target.weight == Weight::lost && at_target.kind == FindingKind::setting) at_target.weight = Weight::note;
  findings_.add(at_target);
}

void refuse_same_store(const std::optional<fs::Status>& source, const std::optional<fs::Status>& target,
                       const Location& location) {
  if (source && target && source->id == target->id)
    throw Error(Cause::usage, Scope::run, "comparing source and target")
        .at(location.path)
        .because("both are the same store");
}

void refuse_compressing(const OpenOptions& options, const Store& target) {
  using formats::maildir::Compress;
  if (options.compress.value_or(Compress::none) == Compress::none || abilities_of(target).compresses) return;
  throw Error(Cause::usage, Scope::run, "reading --compress")
      .at(target.path)
      .because("messages of that format can't be compressed one by one")
      .hint("leave the option out, or say --compress=none");
}

namespace {

/// Whether the directory `path`, or one above it, is `wanted`.
bool lies_below(formats::Context& context, const std::string& path, const fs::FileId& wanted) {
  const auto lineage = fs::lineage_of(context.kernel, path);
  return std::find(lineage.begin(), lineage.end(), wanted) != lineage.end();
}

/// The directory that a store is, or that its one file is in.
std::string directory_of(const Store& store, const std::optional<fs::Status>& root) {
  const bool is_directory = root && root->kind == fs::EntryKind::directory;
  return is_directory ? store.path : fs::split_operator_path(store.path).parent;
}

/// fstat of the directory that a store lies in.
std::optional<fs::Status> status_around(formats::Context& context, const Store& store, Side side) {
  fs::Rules rules;
  rules.side = side;
  const std::string parent = fs::split_operator_path(store.path).parent;
  const auto directory = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
  return directory ? std::optional(directory->opened_as()) : std::nullopt;
}

bool anybody_may_write(const std::optional<fs::Status>& around) {
  constexpr mode_t writable_by_others = 02;
  return around && (around->permissions & writable_by_others) != 0;
}

}  // namespace

void refuse_nested_stores(formats::Context& context, const Store& source, const fs::Status& source_root,
                          const Store& target, const std::optional<fs::Status>& target_root) {
  const auto refuse = [&](std::string_view reason) {
    throw Error(Cause::usage, Scope::run, "comparing source and target").at(target.path).because(reason);
  };
  if (lies_below(context, directory_of(target, target_root), source_root.id))
    refuse("the target lies inside the source, which is never written to");
  // A Maildir may well hold an mbox of another program; in a tree of mboxes every file is a folder.
  const bool could_be_its_folder = source_root.kind == fs::EntryKind::directory || target.format == Format::mboxdir;
  const bool target_is_tree = target_root && target_root->kind == fs::EntryKind::directory;
  if (could_be_its_folder && target_is_tree && lies_below(context, directory_of(source, source_root), target_root->id))
    refuse("the source lies inside the target: its folder could be written to");
}

void refuse_planted_source(formats::Context& context, const Store& source, const fs::Status& source_root) {
  if (source_root.kind != fs::EntryKind::regular || source_root.links < 2) return;
  if (!anybody_may_write(status_around(context, source, Side::source))) return;
  throw Error(Cause::refused, Scope::run, source.packed ? "opening an archive" : "opening an mbox")
      .at(source.path)
      .because("it has a second name, in a directory where anybody can have linked what is somebody else's")
      .hint("copy it to a directory of your own and read it there, if it is the right one")
      .on(Side::source);
}

bool is_its_owners(formats::Context& context, const Store& store, const fs::Status& root) {
  constexpr mode_t writable_by_more = 022;
  const auto around = status_around(context, store, Side::source);
  if (!around) return false;
  const bool is_roots_place = around->owner.uid == 0 && (around->permissions & writable_by_more) == 0;
  if (root.owner.uid == 0) return is_roots_place;
  return root.kind == fs::EntryKind::directory || !anybody_may_write(around);
}

void refuse_foreign_mbox(formats::Context& context, const fs::Status& source_root, const Store& target,
                         const std::optional<fs::Status>& target_root, const OwnershipOptions& options) {
  if (!target_root || target_root->kind != fs::EntryKind::regular) return;
  const auto named = named_owner(source_root, options);
  const auto around = status_around(context, target, Side::target);
  const bool is_customers = around && around->owner.uid != 0 && around->owner.uid != context.kernel.user();
  if (!named && !is_customers && !anybody_may_write(around)) return;
  const uid_t wanted = named ? named->uid : is_customers ? around->owner.uid : source_root.owner.uid;
  if (target_root->owner.uid == wanted) return;
  throw Error(Cause::refused, Scope::run, "opening an mbox to write to")
      .at(target.path)
      .because("it belongs to uid " + std::to_string(target_root->owner.uid) + ", not to uid " + std::to_string(wanted))
      .hint("make it theirs first, or name the right owner with --chown")
      .on(Side::target);
}

OwnershipOptions with_usual_profile(const OwnershipOptions& options, const Store& target) {
  OwnershipOptions with = options;
  if (with.profile == nullptr) with.profile = usual_profile(target.format);
  return with;
}

Roots look_at_roots(formats::Context& context, const fs::Status& source_root, const Store& target,
                    const std::optional<fs::Status>& target_root, const OwnershipOptions& options) {
  Roots roots{source_root, target_root, std::nullopt};
  if (options.profile != nullptr) roots.home = status_around(context, target, Side::target);
  return roots;
}

fs::Status existing_root(formats::Context& context, const Store& store, Side side) {
  if (const auto status = root_status(context, store, side)) return *status;
  throw Error(side == Side::source ? Cause::not_found : Cause::not_a_store, Scope::run, "opening a store")
      .at(store.path)
      .because("no such file or directory")
      .on(side);
}

}  // namespace mailhaul::run
