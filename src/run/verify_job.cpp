#include <fmt/format.h>

#include "job_context.hpp"
#include "mailhaul/run/wording.hpp"

namespace mailhaul::run {

VerifyReport run_verify(const Machine& machine, const Request& request, const Location& source, const Location& target,
                        FindingLog& findings, sync::Observer& observer) {
  JobContext job(machine, request, findings);
  VerifyReport report;
  report.source = detect(job.source(), source, Side::source);
  report.target = detect(job.target(), target, Side::target);
  const fs::Status source_root = existing_root(job.source(), report.source, Side::source);
  refuse_same_store(source_root, existing_root(job.target(), report.target, Side::target), target);
  const auto from = open_source(job.source(), report.source, request.open);
  const auto to = open_for_reading(job.target(), report.target, request.open, Side::target);
  const auto secrets = mail::KeySecrets::make(machine.entropy);
  report.result =
      sync::verify(*from, *to, abilities_of(report.target.format), secrets, request.options, observer, machine.stop);

  std::uint64_t wanted = 0;
  std::uint64_t found = 0;
  std::uint64_t unread = 0;
  const Error* given_up = nullptr;
  bool stable = true;
  for (const sync::VerifiedFolder& folder : report.result.folders) {
    wanted += folder.source_messages - folder.left_out;
    found += folder.found;
    stable = stable && folder.stable;
    if (!folder.error) continue;
    ++unread;
    if (given_up == nullptr) given_up = &*folder.error;
  }
  // A file of the source that could not be read as a message is not proven to be at the target.
  const std::uint64_t missing = wanted - found + findings.count(Weight::failed);
  if (report.result.error) {
    report.status = exit_status_of(*report.result.error);
    report.verdict = "Not finished: nothing is proven.";
  } else if (given_up != nullptr) {
    report.status = exit_status_of_folder(*given_up);
    report.verdict = fmt::format("Not proven: {} could not be read. Of the others {} of {} are at the target.",
                                 counted(unread, "folder"), with_groups(found), counted(wanted, "source message"));
  } else if (missing > 0) {
    report.status = ExitStatus::some_failed;
    report.verdict = fmt::format("Missing {} of {}.", with_groups(missing), counted(wanted, "source message"));
  } else if (!stable) {
    report.status = ExitStatus::run_again;
    report.verdict = "A folder changed while it was read: run the same command again.";
  } else {
    report.verdict =
        fmt::format("All {} source message{} at the target.", with_groups(wanted), wanted == 1 ? " is" : "s are");
  }
  return report;
}

}  // namespace mailhaul::run
