#include "mailhaul/sync/settings.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace mailhaul::sync {
namespace {

/// Kinds of settings in the ledger.
constexpr std::string_view subscription = "subscription";
constexpr std::string_view access_list = "acl";

class SettingsCopy {
 public:
  SettingsCopy(store::MessageSource& source, store::MessageStore& target, ledger::Ledger& ledger,
               const Options& options, Findings& findings)
      : source_(*source.settings()),
        there_(target.settings()),
        target_(target.settings_target()),
        abilities_(target.capabilities()),
        ledger_(ledger),
        options_(options),
        findings_(findings) {}

  SettingsOutcome copy(const std::vector<FolderTask>& plan) {
    std::set<std::string> mailboxes;
    for (const FolderTask& task : plan) mailboxes.insert(task.target.mailbox);
    for (const std::string& mailbox : mailboxes)
      if (!guarded([&] { subscribe(mailbox, plan); })) return outcome_;
    for (const FolderTask& task : plan)
      if (!guarded([&] { give_acl(task); })) break;
    return outcome_;
  }

 private:
  /// False: nothing more can be done.
  bool guarded(const std::function<void()>& step) {
    try {
      step();
    } catch (const Error& error) {
      if (!outcome_.error) outcome_.error = error;
      return error.scope() != Scope::run;
    }
    return true;
  }

  void subscribe(const std::string& mailbox, const std::vector<FolderTask>& plan) {
    std::map<mail::FolderName, mail::FolderName> held_as;
    for (const FolderTask& task : plan)
      if (task.target.mailbox == mailbox) held_as.emplace(task.wanted.folder, task.target.folder);
    store::Subscriptions wanted;
    for (const mail::FolderName& folder : source_.subscriptions(mailbox)) {
      if (!options_.folders.selects(folder)) continue;
      const mail::FolderName mapped = options_.map.map(folder);
      const auto known = held_as.find(mapped);
      if (known != held_as.end())
        wanted.insert(known->second);
      else  // a folder that is not there (any more): its user sees it in the list all the same
        wanted.insert(abilities_.fitting_name ? abilities_.fitting_name(mapped) : mapped);
    }
    for (auto it = wanted.begin(); it != wanted.end();)
      it = ledger_.has_setting(subscription, {mailbox, *it}) ? wanted.erase(it) : std::next(it);
    if (wanted.empty()) return;
    if (!abilities_.keeps_subscriptions)
      return tell_lost("", "subscriptions: the target has no place for them", wanted.size());
    const store::Subscriptions brought = wanted;
    if (there_ != nullptr)
      for (const mail::FolderName& folder : there_->subscriptions(mailbox)) wanted.erase(folder);
    if (!wanted.empty()) target_->subscribe(mailbox, wanted);
    outcome_.subscriptions += wanted.size();
    for (const mail::FolderName& folder : brought) ledger_.add_setting(subscription, {mailbox, folder});
  }

  void give_acl(const FolderTask& task) {
    store::Acl acl;
    for (const store::FolderRef& from : task.sources) {
      store::Acl more = source_.acl(from);
      std::sort(more.begin(), more.end());
      if (acl.empty())
        acl = std::move(more);
      else if (!more.empty() && more != acl)
        tell_lost(from.display(), "access list: another folder that goes to the same place has one too", 1);
    }
    if (acl.empty() || ledger_.has_setting(access_list, task.target)) return;
    const std::string folder = task.target.display();
    if (!abilities_.keeps_acls) return tell_lost(folder, "access list: the target has no place for it", 1);
    store::Acl present = there_ != nullptr ? there_->acl(task.target) : store::Acl{};
    if (present.empty() && target_->set_acl(task.target, acl)) {
      ++outcome_.acls;
      ledger_.add_setting(access_list, task.target);
      return;
    }
    std::sort(present.begin(), present.end());
    if (present == acl)
      ledger_.add_setting(access_list, task.target);
    else
      tell_lost(folder, "access list: the target's own differs, and stays", 1);
  }

  void tell_lost(const std::string& folder, const std::string& text, std::uint64_t count) {
    findings_.add({FindingKind::setting, Weight::lost, folder, "", text, count});
  }

  store::SettingsSource& source_;
  store::SettingsSource* there_;
  store::SettingsTarget* target_;
  store::Capabilities abilities_;
  ledger::Ledger& ledger_;
  const Options& options_;
  Findings& findings_;
  SettingsOutcome outcome_;
};

}  // namespace

SettingsOutcome copy_settings(store::MessageSource& source, store::MessageStore& target, ledger::Ledger& ledger,
                              const std::vector<FolderTask>& plan, const Options& options, Findings& findings) {
  if (source.settings() == nullptr) return {};
  return SettingsCopy(source, target, ledger, options, findings).copy(plan);
}

}  // namespace mailhaul::sync
