#include "mailhaul/sync/copier.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::sync {

namespace {

/// Gives each task a target folder that the target can hold. Names that it can hold stay; of others that would become
/// one, or one that stays, each gets a mark made of itself: folders are never merged unasked, and which name one gets
/// depends neither on how many others there are nor (`left_out`) on which of them take part in this run.
void fit_names(std::vector<FolderTask>& tasks, const std::set<store::FolderRef>& left_out,
               const store::Capabilities& target, ledger::Ledger* ledger) {
  if (!target.fitting_name) return;
  const auto fitted = [&target](const store::FolderRef& wanted) {
    return store::FolderRef{wanted.mailbox, target.fitting_name(wanted.folder)};
  };
  std::set<store::FolderRef> all = left_out;
  for (const FolderTask& task : tasks) all.insert(task.wanted);
  std::map<store::FolderRef, std::size_t> claims;
  for (const store::FolderRef& wanted : all) ++claims[fitted(wanted)];

  std::set<store::FolderRef> taken;
  for (const auto& claim : claims) taken.insert(claim.first);
  const auto given_before = [ledger](const FolderTask& task) -> std::optional<store::FolderRef> {
    if (ledger == nullptr) return std::nullopt;
    const auto known = ledger->find_folder(Side::source, task.sources.front());
    return known && known->state.wanted == task.wanted ? known->state.given : std::nullopt;
  };
  for (FolderTask& task : tasks)
    if (const auto given = given_before(task)) taken.insert(*given);
  for (FolderTask& task : tasks) {
    if (const auto given = given_before(task)) {
      task.target = *given;
      continue;
    }
    task.target = fitted(task.wanted);
    if (task.target == task.wanted || claims[task.target] == 1) continue;
    const std::vector<std::string> parts = task.target.folder.parts();
    unsigned attempt = 0;
    do {
      std::vector<std::string> marked = parts;
      marked.back() += mail::name_mark(task.wanted.folder, attempt++);
      task.target.folder = target.fitting_name(mail::FolderName(std::move(marked)));
    } while (!taken.insert(task.target).second);
  }
}

/// Nothing: all folders take part.
std::optional<store::Subscriptions> subscriptions_of(store::MessageSource& source, const std::string& mailbox,
                                                     const Options& options) {
  if (!options.only_subscribed) return std::nullopt;
  store::SettingsSource* settings = source.settings();
  if (settings == nullptr)
    throw Error(Cause::usage, Scope::run, "reading --subscribed")
        .because("the source has no list of subscriptions")
        .hint("choose folders with --include");
  store::Subscriptions list = settings->subscriptions(mailbox);
  if (list.empty())
    throw Error(Cause::usage, Scope::run, "reading --subscribed")
        .because("nothing is subscribed at the source, or its list is missing")
        .hint("choose folders with --include");
  return list;
}

}  // namespace

std::vector<FolderTask> plan_folders(store::MessageSource& source, const store::Capabilities& target,
                                     const Options& options, ledger::Ledger* ledger) {
  std::vector<FolderTask> tasks;
  std::map<store::FolderRef, std::size_t> task_of;
  std::set<store::FolderRef> left_out;
  std::size_t folders = 0;
  for (const store::Mailbox& mailbox : source.mailboxes()) {
    const auto subscribed = subscriptions_of(source, mailbox.name, options);
    for (const mail::FolderName& folder : mailbox.folders) {
      ++folders;
      const store::FolderRef from{mailbox.name, folder};
      const store::FolderRef to{mailbox.name, options.map.map(folder)};
      const bool is_unsubscribed = subscribed && !folder.is_inbox() && subscribed->count(folder) == 0;
      if (!options.folders.selects(folder) || is_unsubscribed) {
        left_out.insert(to);
        continue;
      }
      if (!target.folders && !to.folder.is_inbox())
        throw Error(Cause::usage, Scope::run, "planning the run")
            .in(from.display())
            .because("the target is one file and holds one folder, INBOX")
            .hint("choose one folder with --include NAME --map-folder NAME=INBOX, or put all of them into it with "
                  "--map-folder '*=INBOX'");
      const auto [same, is_new] = task_of.try_emplace(to, tasks.size());
      if (is_new)
        tasks.push_back({to, to, {from}});
      else
        tasks[same->second].sources.push_back(from);
    }
  }
  // A typo must not read as success.
  if (tasks.empty() && folders > 0)
    throw Error(Cause::usage, Scope::run, "choosing folders")
        .because("--include and --exclude select none of the source's folders")
        .hint("mailhaul scan lists them; globs are exact about case");
  fit_names(tasks, left_out, target, ledger);
  return tasks;
}

std::optional<std::uint64_t> octets_of(store::MessageSource& source, const store::FolderRef& folder) {
  try {
    return source.folder(folder).octets;
  } catch (const Error& error) {
    // Its own turn will tell; the other folders go on.
    if (error.scope() != Scope::folder && error.scope() != Scope::message) throw;
    return std::nullopt;
  }
}

void announce(store::MessageSource& source, const std::vector<FolderTask>& plan, Observer& observer) {
  std::size_t folders = 0;
  std::optional<std::uint64_t> octets{0};
  for (const FolderTask& task : plan) {
    folders += task.sources.size();
    for (const store::FolderRef& folder : task.sources) {
      const auto more = octets_of(source, folder);
      octets = octets && more ? std::optional(*octets + *more) : std::nullopt;
    }
  }
  observer.begin(folders, octets);
}

}  // namespace mailhaul::sync
