#include <fmt/format.h>

#include "account_source.hpp"
#include "job_context.hpp"
#include "mailhaul/run/wording.hpp"
#include "pair_ledger.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {

VerifyReport run_verify(const Machine& machine, const Request& request, const Location& source, const Location& target,
                        FindingLog& findings, sync::Observer& observer) {
  JobContext job(machine, request, findings);
  VerifyReport report;
  report.source = detect(job.source(), source, Side::source);
  report.target = detect(job.target(), target, Side::target);
  const fs::Status source_root = existing_root(job.source(), report.source, Side::source);
  const fs::Status target_root = existing_root(job.target(), report.target, Side::target);
  refuse_same_store(source_root, target_root, target);
  const OwnershipOptions ownership = with_usual_profile(request.ownership, report.target);
  const fs::Birth birth = decide_birth(look_at_roots(job.target(), source_root, report.target, target_root, ownership),
                                       ownership, machine.runner);
  const auto from =
      choose_mailboxes(open_source(job.source(), report.source, request.open, more_source_owners(ownership, birth)),
                       report.source, report.target, request.mailboxes,
                       own_domains(machine, request, report.source, source.server_root, report.target), findings);
  const auto to = read_target(job.target(), report.target, request.open, birth);
  auto ledger = find_ledger(machine, request, pair_of(machine, request, report.source, report.target));
  const auto secrets = ledger ? ledger->secrets() : mail::KeySecrets::make(machine.entropy);
  report.sandbox = confine(
      machine, request,
      {{report.source, Landlock::Access::read, Side::source}, {report.target, Landlock::Access::read, Side::target}},
      {own_directory(machine, request)});
  report.result = sync::verify(*from, *to, abilities_of(report.target), secrets, ledger ? &*ledger : nullptr,
                               request.options, observer, machine.stop);

  std::uint64_t wanted = 0;
  std::uint64_t found = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  std::uint64_t folders_unread = 0;
  const Error* given_up = nullptr;
  bool stable = true;
  for (const sync::VerifiedFolder& folder : report.result.folders) {
    wanted += folder.source_messages - folder.left_out - folder.removed;
    removed += folder.removed;
    found += folder.found;
    changed += folder.changed;
    stable = stable && folder.stable;
    if (!folder.error) continue;
    ++folders_unread;
    if (given_up == nullptr) given_up = &*folder.error;
  }
  // A file of the source that could not be read as a message is not proven to be at the target.
  const std::uint64_t unread = findings.count(Weight::failed);
  const std::uint64_t missing = wanted - found;
  if (report.result.error) {
    report.status = exit_status_of(*report.result.error);
    report.verdict = "Not finished: nothing is proven.";
  } else if (given_up != nullptr) {
    report.status = exit_status_of_folder(*given_up);
    report.verdict =
        fmt::format("Not proven: {} could not be read. Of the others {} of {} are at the target.",
                    counted(folders_unread, "folder"), with_groups(found), counted(wanted, "source message"));
  } else if (missing > changed || unread > 0) {
    report.status = ExitStatus::some_failed;
    report.verdict = fmt::format("Missing {} of {}.", with_groups(missing), counted(wanted, "source message"));
    if (unread > 0)
      report.verdict += fmt::format(" Not read: {} of the source, listed above.", counted(unread, "odd file"));
  } else if (!stable) {
    report.status = ExitStatus::run_again;
    report.verdict = "A folder changed while it was read: run the same command again.";
  } else if (wanted == 0) {
    report.verdict = "Nothing to prove: the source has no messages, or your filters select none.";
  } else {
    report.verdict =
        fmt::format("All {} source message{} at the target.", with_groups(wanted), wanted == 1 ? " is" : "s are");
  }
  if (removed > 0)
    report.verdict +=
        fmt::format(" {} removed at the target by their user since, listed above.", counted(removed, "source message"));
  return report;
}

}  // namespace mailhaul::run
