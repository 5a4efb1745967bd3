#include <fmt/format.h>

#include "account_job.hpp"
#include "job_context.hpp"
#include "mailhaul/run/wording.hpp"
#include "pair_ledger.hpp"
#include "run_lock.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {
namespace {

/// The error that decides: what ended the run, else the first folder that was given up.
const Error* deciding_error(const sync::Outcome& outcome) {
  if (outcome.error) return &*outcome.error;
  for (const sync::FolderOutcome& folder : outcome.folders)
    if (folder.error) return &*folder.error;
  return nullptr;
}

/// What lies beside the mail.
void judge_settings(const FindingLog& findings, SyncReport& report) {
  const Error* error = nullptr;
  bool is_whole = report.settings.empty() || findings.count(Weight::lost, FindingKind::setting) == 0;
  for (const SettingsOutcome& settings : report.settings) {
    is_whole = is_whole && settings.outcome.is_complete;
    if (error == nullptr && settings.outcome.error) error = &*settings.outcome.error;
  }
  if (is_whole && !report.outcome.settings.error) return;
  if (report.status == ExitStatus::ok)
    report.status = error != nullptr ? exit_status_of(*error) : ExitStatus::settings_missing;
  report.verdict += " Not all settings beside the mail are.";
}

void judge(const Request& request, const FindingLog& findings, SyncReport& report) {
  const sync::FolderOutcome sums = sync::total(report.outcome.folders);
  const std::uint64_t at_target = sums.copied + sums.adopted + sums.moved;
  // What may lie in a folder that can't be listed was counted message by message.
  const std::uint64_t unread = findings.count(Weight::failed) - findings.count(Weight::failed, FindingKind::unlisted);
  // What its user removed at the target is where it belongs.
  const std::uint64_t wanted = sums.source_messages - sums.left_out - sums.removed;
  if (const Error* error = deciding_error(report.outcome)) {
    report.status = report.outcome.error ? exit_status_of(*error) : exit_status_of_folder(*error);
    report.verdict = fmt::format("Not finished: {} so far.", counted(at_target, "source message") +
                                                                 (at_target == 1 ? " is" : " are") + " at the target");
    return;
  }
  const std::string selected = sums.left_out == 0 ? "" : "selected ";
  const std::string left_out =
      sums.left_out == 0 ? "" : fmt::format(" {} left out by your filters.", with_groups(sums.left_out));
  // What only changed under us needs nothing but a second run; neither does one that a second try no longer found.
  const bool run_again = !sums.stable || at_target + sums.failed != wanted;
  if (sums.failed > sums.changed || unread > 0) {
    report.status = ExitStatus::some_failed;
    const std::string there = counted(at_target, selected + "source message");
    report.verdict = sums.failed == 0 ? fmt::format("At the target: {}.", there)
                                      : fmt::format("Missing {}: the others, {}, are at the target.",
                                                    with_groups(sums.failed), there);
    if (unread > 0)
      report.verdict += fmt::format(" Not read: {} of the source, listed above.", counted(unread, "odd file"));
    report.verdict += left_out;
  } else if (run_again) {
    report.status = ExitStatus::run_again;
    const bool is_damaged = report.source.packed && report.source.packed->damage();
    report.verdict = fmt::format("{}. {} at the target.{}",
                                 is_damaged ? "The archive could not be read to its end: make or fetch it again, and "
                                              "run the same command"
                                            : "The source changed while it was read: run the same command again",
                                 counted(at_target, "source message"), left_out);
  } else if (request.dry_run) {
    report.verdict = fmt::format("Dry run, nothing was changed: {} would be copied, {} already at the target.{}",
                                 counted(sums.copied, "message"), with_groups(at_target - sums.copied), left_out);
  } else {
    report.verdict =
        fmt::format("{}ll {} {}source message{} at the target.{}", sums.copied == 0 ? "Nothing to copy: a" : "A",
                    with_groups(wanted), selected, wanted == 1 ? " is" : "s are", left_out);
  }
  judge_settings(findings, report);
  if (request.open.durability == fs::Durability::none && sums.copied > 0)
    report.verdict += " Not synced to disk (--fsync=none): a power cut now may lose some of them.";
}

/// Only root can give files away; who is not, keeps no owner but himself.
void tell_of_lost_owner(const fs::Status& source_root, const fs::Birth& birth, fs::Owner runner, Findings& findings) {
  if (runner.uid == 0 || source_root.owner.uid == runner.uid) return;
  findings.add({FindingKind::owner, Weight::note, "", "",
                fmt::format("not run by root: what is made belongs to uid {}, and not to uid {}, who owns the source",
                            birth.owner.uid, source_root.owner.uid),
                1});
}

/// For `mailhaul runs`.
void note_run(const SyncReport& report, ledger::Run& run) {
  constexpr std::size_t most_failures = 100;
  const sync::FolderOutcome sums = sync::total(report.outcome.folders);
  run.source_messages = sums.source_messages;
  run.copied = sums.copied;
  run.adopted = sums.adopted;
  run.flags_changed = sums.flags_changed;
  run.moved = sums.moved;
  run.removed = sums.deleted;
  run.failed = sums.failed;
  run.octets_copied = sums.octets_copied;
  for (const sync::FolderOutcome& folder : report.outcome.folders)
    if (folder.error && run.failures.size() < most_failures) run.failures.emplace_back(folder.error->what());
  if (report.outcome.error) run.failures.emplace_back(report.outcome.error->what());
  run.status = static_cast<int>(report.status);
  run.verdict = report.verdict;
}

}  // namespace

SyncReport run_sync(const Machine& machine, const Request& request, const Location& source, const Location& target,
                    FindingLog& findings, sync::Observer& observer) {
  JobContext job(machine, request, findings);
  SyncReport report;
  report.dry_run = request.dry_run;
  report.source = detect(job.source(), source, Side::source);
  if (!request.settings.empty() && !has_settings(report.source))
    throw Error(Cause::usage, Scope::run, "reading --settings")
        .at(display(request.settings.front()))
        .because("the source is mail alone, without settings")
        .hint("name the account as SRC: cpanel:HOME, cpanel:USER or cpmove:FILE");
  report.target = detect(job.target(), target, Side::target);
  const fs::Status source_root = existing_root(job.source(), report.source, Side::source);
  const auto target_root = root_status(job.target(), report.target, Side::target);
  refuse_compressing(request.open, report.target);
  std::vector<std::pair<Store, std::optional<fs::Status>>> targets;
  for (Store& to : parts_of(report.target)) {
    const auto to_root = targets.empty() ? target_root : root_status(job.target(), to, Side::target);
    targets.emplace_back(std::move(to), to_root);
  }
  bool is_first = true;  // of a store's parts the first is itself
  for (const Store& from : parts_of(report.source)) {
    const auto from_root = std::exchange(is_first, false) ? source_root : root_status(job.source(), from, Side::source);
    if (!from_root) continue;
    refuse_planted_source(job.source(), from, *from_root);
    for (const auto& [to, to_root] : targets) {
      refuse_same_store(from_root, to_root, target);
      refuse_nested_stores(job.target(), from, *from_root, to, to_root);
    }
  }
  for (const auto& [to, to_root] : targets)
    refuse_foreign_mbox(job.target(), source_root, to, to_root, request.ownership);
  const OwnershipOptions ownership = with_usual_profile(request.ownership, report.target);
  const fs::Birth birth = decide_birth(look_at_roots(job.target(), source_root, report.target, target_root, ownership),
                                       ownership, machine.runner);
  tell_of_lost_owner(source_root, birth, machine.runner, findings);

  const auto from =
      choose_mailboxes(open_source(job.source(), report.source, request.open, more_source_owners(ownership, birth)),
                       report.source, report.target, request.mailboxes,
                       own_domains(machine, request, report.source, source.server_root, report.target), findings);
  // Before anything is made at the target: what can't be planned must leave no trace.
  (void)sync::plan_folders(*from, abilities_of(report.target), request.options);
  const auto secrets = mail::KeySecrets::make(machine.entropy);
  const auto to = request.dry_run ? open_preview(job.target(), report.target, request.open, birth)
                                  : open_target(job.target(), report.target, request.open, birth);
  std::optional<RunLock> lock;
  if (!request.dry_run) lock.emplace(take_run_lock(machine, job.target(), report.target, request));
  ledger::Pair pair = pair_of(machine, request, report.source, report.target);
  pair.source_id = from->identity();
  pair.target_id = to->identity();
  PairLedger memory = open_ledger(machine, request, pair, findings);
  if (!target_root && !memory.ledger.is_new()) {
    // It was removed. What was made just now may have its inode, and to the next run it would be the same: so that this
    // is forgotten only by a run that ends well.
    memory.ledger.renew_identity(Side::target, {});
    memory.ledger.commit();
    memory.target_replaced = true;
  }
  const bool is_unsynced = request.open.durability == fs::Durability::none;
  if (is_unsynced) memory.ledger.sync_less();
  sync::Options options = request.options;
  // D4: after a power cut the ledger may know more than what is there; nothing is called removed by its user then.
  const std::string unsynced = memory.ledger.unsynced_boot();
  const bool was_cut = !unsynced.empty() && unsynced != machine.boot;
  if (is_unsynced && !was_cut) memory.ledger.set_unsynced_boot(machine.boot);
  if (was_cut && options.missing == sync::Missing::ask) {
    options.missing = sync::Missing::restore;
    findings.add(
        {FindingKind::durability, Weight::note, "", "",
         "the machine was started since a run with --fsync=none: what is missing at the target is copied again", 1});
  }
  std::unique_ptr<store::MessageStore> quarantine;
  if (options.removal == sync::Removal::quarantine && !abilities_of(report.target).folders) {
    Store beside = report.target;  // it holds one folder, so what is removed needs a file of its own (R3)
    beside.path += ".mailhaul-removed";
    quarantine = request.dry_run ? open_preview(job.target(), beside, request.open, birth)
                                 : open_target(job.target(), beside, request.open, birth);
    options.quarantine = quarantine.get();
  }
  std::optional<AccountJob> account;
  const bool wants_settings = !request.mail_only && has_settings(report.source);
  const bool to_account = wants_settings && has_settings(report.target);
  if (to_account || (wants_settings && !request.settings.empty())) {
    account.emplace(machine, request, job, report.source, source.server_root);
    if (to_account) account->add_account(report.target, target.server_root, birth);
    account->add_places(&report.target, birth);
  } else if (wants_settings) {
    findings.add(
        {FindingKind::setting, Weight::note, "", "",
         "only the mail goes there: passwords, forwarders, filters and the like stay behind (mailhaul settings "
         "lists them, --settings takes them along)",
         1});
  }
  std::vector<AllowedPlace> places = account ? account->places() : std::vector<AllowedPlace>{};
  places.push_back(own_directory(machine, request));
  report.sandbox = confine(
      machine, request,
      {{report.source, Landlock::Access::read, Side::source}, {report.target, access_of_writer(request), Side::target}},
      places);
  ledger::Run run;
  run.began = std::chrono::floor<std::chrono::seconds>(machine.clock.now());
  run.id = memory.ledger.begin_run(run.began);
  report.outcome =
      sync::copy(*from, *to, {memory.ledger, secrets, run.id, memory.source_replaced, memory.target_replaced}, options,
                 findings, observer, machine.stop);
  if (account && !report.outcome.error) report.settings = account->run(&memory.ledger);
  judge(request, findings, report);
  if (!report.outcome.error) {
    if (was_cut) memory.ledger.set_unsynced_boot(is_unsynced ? machine.boot : "");
    if (memory.source_replaced) memory.ledger.renew_identity(Side::source, pair.source_id);
    if (memory.target_replaced) memory.ledger.renew_identity(Side::target, pair.target_id);
  }
  run.ended = std::chrono::floor<std::chrono::seconds>(machine.clock.now());
  note_run(report, run);
  memory.ledger.end_run(run);
  memory.ledger.commit();
  return report;
}

}  // namespace mailhaul::run
