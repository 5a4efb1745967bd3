#include "mailhaul/run/fix_job.hpp"

#include <fmt/format.h>

#include "job_context.hpp"
#include "mailhaul/run/wording.hpp"
#include "run_lock.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {
namespace {

/// Counts what is told, hands it on, and ends the walk when the program is asked to stop.
class Counting final : public store::RepairObserver {
 public:
  Counting(FixReport& report, store::RepairObserver& next, const StopRequest& stop)
      : report_(report), next_(next), stop_(stop) {}

  void repair(const store::Repair& repair, store::RepairOutcome outcome, const std::string& why) override {
    FixReport::Count& count = report_.counts[repair.kind];
    const bool is_refused = outcome == store::RepairOutcome::refused;
    ++(is_refused ? count.refused : count.mended);
    ++(is_refused ? report_.refused : report_.mended);
    next_.repair(repair, outcome, why);
    stop_.check();
  }
  void looked_at_one() override { stop_.check(); }

 private:
  FixReport& report_;
  store::RepairObserver& next_;
  const StopRequest& stop_;
};

/// S7: whose everything shall be, and whom it may be taken from: that is the owner of the root, and who is named.
formats::RepairOptions repair_options(const Machine& machine, const Request& request, const FixOptions& options,
                                      const fs::Status& root, bool trusts_root) {
  formats::RepairOptions out;
  const OwnershipOptions& ownership = request.ownership;
  out.adoption.owner = decide_birth({root, root, {}}, ownership, machine.runner).owner;
  out.adoption.from = options.from_owners;
  if (trusts_root) out.adoption.from.push_back(root.owner.uid);
  if (ownership.profile != nullptr) {
    out.adoption.file_mode = ownership.profile->file_mode;
    out.adoption.directory_mode = ownership.profile->directory_mode;
  }
  if (ownership.file_mode) out.adoption.file_mode = ownership.file_mode;
  if (ownership.directory_mode) out.adoption.directory_mode = ownership.directory_mode;
  out.drop_indexes = options.drop_indexes;
  return out;
}

std::string verdict_of(const FixReport& report) {
  if (report.error) return "Not all of it was looked at.";
  if (report.refused > 0) return fmt::format("{} could not be mended.", counted(report.refused, "thing"));
  if (report.mended == 0) return "Nothing to mend.";
  return report.dry_run ? "All of it can be mended." : "All of it is mended.";
}

}  // namespace

FixReport run_fix(const Machine& machine, const Request& request, const FixOptions& options, const Location& location,
                  FindingLog& findings, store::RepairObserver& observer) {
  JobContext job(machine, request, findings);
  formats::Context& context = job.source();  // what is told of the store is told as it is
  FixReport report;
  report.dry_run = request.dry_run;
  report.store = detect(context, location, fs::Rules{.side = Side::source, .as_runner = true});
  if (options.drop_indexes && report.store.format != Format::maildir)
    throw Error(Cause::usage, Scope::run, "reading --drop-indexes")
        .at(report.store.path)
        .because("it is about the indexes of a Maildir, and this is none");
  static_cast<void>(existing_root(context, report.store, Side::source));
  std::optional<RunLock> lock;
  if (!request.dry_run) lock.emplace(take_run_lock(machine, context, report.store, request));
  Counting counting(report, observer, machine.stop);
  try {
    std::vector<std::unique_ptr<store::Repairs>> opened;
    for (const Store& part : parts_of(report.store)) {
      const auto root = root_status(context, part, Side::source);
      if (!root) continue;
      opened.push_back(
          open_repairs(context, part, request.open,
                       repair_options(machine, request, options, *root, is_its_owners(context, part, *root))));
    }
    std::vector<AllowedPlace> places;
    if (!request.dry_run) places.push_back(own_directory(machine, request));
    report.sandbox = confine(machine, request, {{report.store, access_of_writer(request), Side::source}}, places);
    for (const auto& repairs : opened)
      repairs->mend(request.dry_run ? store::Preview::yes : store::Preview::no, counting);
  } catch (const Error& error) {
    if (error.cause() == Cause::usage) throw;
    report.error = error;
  }
  if (report.error)
    report.status = exit_status_of(*report.error);
  else if (report.refused > 0)
    report.status = ExitStatus::some_failed;
  report.verdict = verdict_of(report);
  return report;
}

}  // namespace mailhaul::run
