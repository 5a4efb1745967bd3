#include "job_context.hpp"
#include "mailhaul/io/pump.hpp"
#include "sandbox.hpp"

namespace mailhaul::run {
namespace {

FolderCount count_folder(store::MessageSource& source, const store::FolderRef& folder, const StopRequest& stop,
                         Findings& findings) {
  FolderCount count;
  count.folder = folder;
  const std::vector<store::FolderSince> folders{{folder, std::nullopt}};
  const auto cursor = source.walk(folders);
  for (;;) {
    stop.check();
    try {
      if (!cursor->next()) break;
      ++count.messages;
      if (!cursor->info().flags.has(mail::Flag::seen)) ++count.unseen;
      io::Source& content = cursor->content();
      if (const auto& from = cursor->info().date_source) ++count.dates[*from];
      const auto& size = cursor->info().size_octets;
      count.octets += size ? *size : io::drain(content);
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      ++count.failed;
      findings.add({error.cause() == Cause::source_changed ? FindingKind::changed : FindingKind::unreadable,
                    Weight::failed, folder.display(), error.place(), error.what(), 1});
    }
  }
  count.stable = cursor->end(folder).stable;
  return count;
}

}  // namespace

ScanReport run_scan(const Machine& machine, const Request& request, const std::vector<Location>& locations,
                    FindingLog& findings, sync::Observer& observer) {
  JobContext job(machine, request, findings);
  formats::Context& context = job.source();
  ScanReport report;
  bool stable = true;
  const Error* given_up = nullptr;
  for (const Location& location : locations) {
    ScannedStore scanned;
    scanned.store = detect(context, location, Side::source);
    report.stores.push_back(std::move(scanned));
  }
  std::vector<Reach> reached;
  for (const ScannedStore& scanned : report.stores) reached.push_back({scanned.store});
  report.sandbox = confine(machine, request, reached);
  for (ScannedStore& scanned : report.stores) {
    const auto source = open_source(context, scanned.store, request.open);
    const auto mailboxes = source->mailboxes();
    std::size_t folders = 0;
    for (const store::Mailbox& mailbox : mailboxes) folders += mailbox.folders.size();
    observer.begin(folders, std::nullopt);
    for (const store::Mailbox& mailbox : mailboxes) {
      for (const mail::FolderName& name : mailbox.folders) {
        const store::FolderRef folder{mailbox.name, name};
        if (!request.options.folders.selects(name)) continue;
        observer.folder_begins(folder);
        FolderCount count;
        try {
          count = count_folder(*source, folder, machine.stop, findings);
        } catch (const Error& error) {
          if (error.scope() != Scope::folder) throw;
          count.folder = folder;
          count.error = error;
        }
        stable = stable && count.stable;
        scanned.folders.push_back(std::move(count));
      }
    }
  }
  for (const ScannedStore& scanned : report.stores)
    for (const FolderCount& count : scanned.folders)
      if (count.error && given_up == nullptr) given_up = &*count.error;
  if (given_up != nullptr)
    report.status = exit_status_of_folder(*given_up);
  else if (findings.count(Weight::failed) > 0)
    report.status = ExitStatus::some_failed;
  else if (!stable)
    report.status = ExitStatus::run_again;
  return report;
}

}  // namespace mailhaul::run
