#include "account_job.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "mailhaul/account/address.hpp"
#include "mailhaul/account/cpanel/server_users.hpp"

namespace mailhaul::run {
namespace {

using account::cpanel::below_root;

/// Whether it is a setting of that mailbox, or an alias of its name; "" is every mailbox.
bool is_about(const store::SettingId& id, const std::string& mailbox) {
  const bool is_its_key = mailbox.find('@') != std::string::npos && id.name == mailbox;
  return mailbox.empty() || id.owner == mailbox || is_its_key;
}

/// A user who is an address elsewhere is one there.
void lead_to_addresses(store::Setting& setting) {
  auto* const forwarder = std::get_if<store::Forwarder>(&setting.value);
  if (forwarder == nullptr) return;
  for (store::Destination& to : forwarder->to)
    if (to.kind == store::Destination::Kind::user && to.text.find('@') != std::string::npos)
      to.kind = store::Destination::Kind::address;
}

}  // namespace

AccountJob::AccountJob(const Machine& machine, const Request& request, JobContext& job, const Store& source,
                       const std::string& source_root)
    : machine_(machine),
      request_(request),
      job_(job),
      store_(source),
      from_(machine, request, job.source(), source, source_root) {
  for (const auto& [old_name, new_name] : request.mailboxes.domains)
    names_.domains.emplace(account::lower_case(old_name), account::lower_case(new_name));
  for (const auto& [old_name, new_name] : request.mailboxes.users) {
    const bool is_mailbox = old_name.find('@') != std::string::npos;
    if (!is_mailbox)
      names_.users.emplace(old_name, new_name);
    else if (new_name.find('@') != std::string::npos)
      names_.mailboxes.emplace(account::lower_case(old_name), new_name);
    else
      job.source().findings.add({FindingKind::setting, Weight::lost, "", old_name,
                                 "only its mail gets another name: password, quota and the like are those of " +
                                     old_name + " at the target too",
                                 1});
  }
  if (!source.packed)
    for (const char* const part : {"/etc", "/var/cpanel"})
      places_.push_back({below_root(source_root, part), Landlock::Access::read, Side::source});
}

void AccountJob::add_account(const Store& target, const std::string& target_root, const fs::Birth& birth) {
  const auto to = open_live_account(machine_, request_, job_.target(), target, target_root, Side::target);
  renaming_ = names_;
  if (from_.user() != to.user) renaming_.users.emplace(from_.user(), to.user);
  const std::vector<std::string> homes = from_.homes();
  if (homes != std::vector<std::string>{to.home_path}) {
    renaming_.old_homes = homes;
    renaming_.new_home = to.home_path;
  }
  for (const char* const part : {"/etc", "/var/cpanel"})
    places_.push_back({below_root(target_root, part), Landlock::Access::read, Side::target});
  // Derived links are made anew there (fs/: below the root alone, and downwards).
  if (!request_.dry_run) places_.push_back({target.path, Landlock::Access::write_and_link, Side::target});
  if (!request_.dry_run)
    for (const char* const part : {"/etc/valiases", "/etc/vdomainaliases", "/etc/vfilters"})
      places_.push_back({below_root(target_root, part), Landlock::Access::write, Side::target});
  const gid_t mail_group =
      account::cpanel::group_of_server(job_.target(), "mail", target_root, Side::target).value_or(birth.owner.gid);
  account_ = account::cpanel::open_settings_target(job_.target(), to, birth.owner, mail_group, request_.dry_run);
}

void AccountJob::add_places(const Store* mail, const fs::Birth& birth) {
  std::optional<account::sieve::ScriptPlaces> homes;
  if (mail != nullptr && mail->format == Format::vmail) {
    fs::Rules rules;
    rules.side = Side::target;
    rules.durability = request_.open.durability;
    rules.more_owners = {birth.owner.uid};
    homes.emplace();
    homes->root = fs::Directory::find_root(job_.target().kernel, job_.target().entropy, mail->path, rules);
    homes->path = absolute_path(machine_, mail->path);
    homes->birth = birth;
    // What each mailbox's home gets goes only to those that take part.
    const std::string only = store::renamed_mailbox(request_.mailboxes.mailbox, names_);
    homes->home = [store = *mail, only](const std::string& address) {
      return only.empty() || address == only ? home_of_mailbox(store, address) : std::string();
    };
    if (has_maildirs_as_homes(*mail)) homes->preferences = "spamassassin";
    // Which script is run is said by a link (fs/: below the root alone, and downwards).
    if (!request_.dry_run && !request_.settings.empty())
      places_.push_back({mail->path, Landlock::Access::write_and_link, Side::target});
  }
  // Of an autoresponder in Chinese or Japanese the C library loads the tables when they are needed.
  if (!request_.settings.empty())
    for (const char* const tables :
         {"/usr/lib/x86_64-linux-gnu/gconv", "/usr/lib/aarch64-linux-gnu/gconv", "/usr/lib64/gconv"})
      places_.push_back({tables, Landlock::Access::read, Side::none});
  const std::string source = pair_of(machine_, request_, store_, store_).source;
  for (const SettingsPlace& place : request_.settings) {
    destinations_.emplace_back(machine_, request_, job_, place, source, homes);
    places_.push_back(destinations_.back().allowed());
  }
  source_ = std::make_unique<ReadOnce>(from_.open(job_.source(), account_ ? &renaming_ : &names_));
}

sync::AccountOptions AccountJob::options(const store::Renaming& renaming) const {
  sync::AccountOptions options;
  options.take_away = request_.options.removal != sync::Removal::none;
  options.missing = request_.options.missing;
  options.most_taken_away = request_.options.max_removals;
  const std::string& only = request_.mailboxes.mailbox;
  options.rename = [&only, &renaming](const store::Setting& setting, std::vector<std::string>& changes) {
    return is_about(setting.id, only) ? std::optional(store::renamed(setting, renaming, changes)) : std::nullopt;
  };
  options.concerns = [there = store::renamed_mailbox(only, renaming)](const store::SettingId& id) {
    return is_about(id, there);
  };
  options.source_is_complete = [this] { return source_is_complete(); };
  return options;
}

bool AccountJob::is_foreign(const store::SettingId& id) {
  const std::set<std::string>& own = source_->served();
  if (own.empty() || id.owner.empty()) return false;
  const auto address = account::split_address(id.owner);
  const std::string domain = account::lower_case(address ? address->domain : id.owner);
  // Whatever has no dot is the account's user.
  return domain.find('.') != std::string::npos && own.count(domain) == 0;
}

SettingsOutcome AccountJob::left_behind() {
  SettingsOutcome out;
  out.place = "left behind";
  const auto tell = [&out](const store::Setting& setting, std::string why, std::string what_to_do) {
    ++out.outcome.settings;
    out.outcome.is_complete = false;
    out.outcome.reports.push_back(
        {setting.id, sync::SettingReport::Outcome::not_carried, std::move(why), std::move(what_to_do)});
  };
  std::map<store::SettingKind, bool> is_taken;
  for (const store::Setting& setting : source_->read()) {
    const store::SettingKind kind = setting.id.kind;
    if (is_foreign(setting.id)) {
      tell(setting, "only a directory in the home says that its domain is the account's: the server does not",
           "if it is, make it so on the old server, and run the same command again");
      continue;
    }
    if (is_taken.count(kind) == 0)
      is_taken[kind] = std::any_of(destinations_.begin(), destinations_.end(),
                                   [kind](const SettingsDestination& to) { return to.concerns(kind); });
    if (is_taken[kind]) continue;
    const auto* const note = std::get_if<store::Note>(&setting.value);
    tell(setting, note != nullptr ? note->text : store::summary(setting.value),
         note != nullptr ? note->what_to_do : "none of the places of this run takes such");
  }
  return out;
}

std::vector<SettingsOutcome> AccountJob::run(ledger::Ledger* ledger) {
  std::vector<SettingsOutcome> outcomes;
  if (account_ && ledger != nullptr)
    outcomes.push_back({"", sync::merge_account(*source_, *account_, *ledger, options(renaming_)), {}});
  if (destinations_.empty()) return outcomes;
  const auto named = [this](const store::Setting& setting,
                            std::vector<std::string>& changes) -> std::optional<store::Setting> {
    if (is_foreign(setting.id)) return std::nullopt;
    store::Setting there = store::renamed(setting, names_, changes);
    lead_to_addresses(there);
    return there;
  };
  // All of the account, whatever of it takes part: what becomes of an alias depends on the others.
  std::vector<store::Setting> all;
  std::vector<std::string> told_elsewhere;
  for (const store::Setting& setting : source_->read())
    if (auto there = named(setting, told_elsewhere)) all.push_back(*std::move(there));
  sync::AccountOptions to_files = options(names_);
  to_files.rename = [&](const store::Setting& setting, std::vector<std::string>& changes) {
    return is_about(setting.id, request_.mailboxes.mailbox) ? named(setting, changes) : std::nullopt;
  };
  const auto user = names_.users.find(from_.user());
  const account::AccountFacts facts = account::facts_of(all, user == names_.users.end() ? from_.user() : user->second);
  for (SettingsDestination& destination : destinations_)
    outcomes.push_back(destination.merge(*source_, facts, to_files));
  if (!account_) {
    SettingsOutcome left = left_behind();
    if (!left.outcome.reports.empty()) outcomes.push_back(std::move(left));
  }
  return outcomes;
}

}  // namespace mailhaul::run
