#include "settings_destination.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "mailhaul/account/address.hpp"
#include "mailhaul/account/cpanel/server_users.hpp"
#include "mailhaul/account/dovecot/users.hpp"
#include "mailhaul/store/joined_target.hpp"
#include "ours_alone.hpp"

namespace mailhaul::run {
namespace {

/// Where its files lie, and the name of the one that it is.
struct PlaceParts {
  std::string directory;
  std::string file;
};

PlaceParts parts_of(const SettingsPlace& place) {
  if (!is_one_file(place.kind)) return {place.path, ""};
  const fs::ParentAndName parts = fs::split_operator_path(place.path);
  return {parts.parent, parts.name};
}

fs::Rules rules_of(const Request& request) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = request.open.durability;
  return rules;
}

/// Passwords go there: whoever else may write in it could put a file of his own in the place of ours (S15).
void refuse_others_place(const Machine& machine, const std::optional<fs::Directory>& directory,
                         const std::string& path) {
  if (!directory) return;
  const fs::Status& status = directory->opened_as();
  constexpr mode_t sticky = 01000;  // everybody may write there, and take away only what is his
  const bool is_sticky = is_ours(status, machine.runner) && (status.permissions & sticky) != 0;
  if (is_sticky || is_ours_alone(status, machine.runner)) return;
  throw Error(Cause::permission, Scope::run, "opening a place of settings")
      .at(path)
      .because("somebody else may write there, and passwords go into it")
      .hint("name a directory of root's")
      .on(Side::target);
}

account::TextPlace open_place(const Machine& machine, const Request& request, formats::Context& context,
                              const SettingsPlace& place) {
  const std::string path = parts_of(place).directory;
  const fs::Rules rules = rules_of(request);
  constexpr mode_t open_to_all = 0755;
  const fs::Birth birth{machine.runner, 0600, open_to_all};
  account::TextPlace opened{request.dry_run
                                ? fs::Directory::find_root(context.kernel, context.entropy, path, rules)
                                : fs::Directory::make_root(context.kernel, context.entropy, path, rules, birth),
                            path};
  refuse_others_place(machine, opened.directory, path);
  return opened;
}

/// By which Dovecot reads its users.
fs::Owner reader_of_users(const Machine& machine, formats::Context& context) {
  if (machine.runner.uid != 0) return machine.runner;
  const auto group = account::cpanel::group_of_server(context, "dovecot", "/", Side::target);
  return {machine.runner.uid, group.value_or(machine.runner.gid)};
}

/// Whether such a server runs the Sieve scripts of its mailboxes.
bool runs_scripts(SettingsKind kind) { return kind == SettingsKind::dovecot || kind == SettingsKind::modoboa; }

/// As settings name folders.
std::string dotted(const mail::FolderName& folder) {
  std::string name;
  for (const std::string& part : folder.parts()) name += (name.empty() ? "" : ".") + part;
  return name;
}

/// `users` says of all kinds who owns the files, and whether anything is written.
std::unique_ptr<store::AccountTarget> open_files(SettingsKind kind, const account::TextPlace& place,
                                                 const std::string& file, account::AccountFacts facts,
                                                 account::dovecot::UsersOptions users) {
  const account::TextTargetOptions options{users.is_dry, users.owner};
  switch (kind) {
  case SettingsKind::dovecot: return account::dovecot::open_users(place, std::move(facts), std::move(users));
  case SettingsKind::postfix: return account::open_postfix_target(place, std::move(facts), options);
  case SettingsKind::modoboa: return account::open_modoboa_target(place, file, std::move(facts), options);
  case SettingsKind::json: break;
  }
  return account::open_json_target(place, file, std::move(facts), options);
}

}  // namespace

SettingsDestination::SettingsDestination(const Machine& machine, const Request& request, JobContext& job,
                                         const SettingsPlace& place, const std::string& source,
                                         std::optional<account::sieve::ScriptPlaces> mail)
    : request_(&request),
      job_(&job),
      place_(place),
      mail_(std::move(mail)),
      now_(std::chrono::floor<std::chrono::seconds>(machine.clock.now()).time_since_epoch().count()),
      text_place_(open_place(machine, request, job.target(), place)),
      file_(parts_of(place).file),
      file_owner_(place.kind == SettingsKind::dovecot ? reader_of_users(machine, job.target()) : machine.runner),
      lock_(machine, request, text_place_.directory),
      memory_(open_ledger(machine, request, {source, display({place.kind, absolute_path(machine, place.path)}), {}, {}},
                          job.target().findings)) {}

AllowedPlace SettingsDestination::allowed() const {
  if (request_->dry_run) return {text_place_.path, Landlock::Access::read, Side::target};
  // Where no mail goes to homes in this run they are made here, and which script of each is run is said by a link.
  const bool has_homes = place_.kind == SettingsKind::dovecot && !mail_;
  return {text_place_.path, has_homes ? Landlock::Access::write_and_link : Landlock::Access::write, Side::target};
}

std::unique_ptr<store::AccountTarget> SettingsDestination::target_for(account::AccountFacts facts) const {
  account::dovecot::UsersOptions users;
  users.version = request_->dovecot;
  if (mail_) users.mail_owner = mail_->birth.owner;
  users.owner = file_owner_;
  users.is_dry = request_->dry_run;
  if (mail_)
    users.home = [mail = *mail_](const std::string& address) {
      const std::string home = mail.home(address);
      return home.empty() ? std::string() : mail.path + '/' + home;
    };
  auto files = open_files(place_.kind, text_place_, file_, facts, std::move(users));
  if (!runs_scripts(place_.kind) || (place_.kind == SettingsKind::modoboa && !mail_)) return files;
  std::vector<std::unique_ptr<store::AccountTarget>> both;
  both.push_back(std::move(files));
  both.push_back(open_scripts(std::move(facts)));
  return std::make_unique<store::JoinedTarget>(std::move(both));
}

std::unique_ptr<store::AccountTarget> SettingsDestination::open_scripts(account::AccountFacts facts) const {
  account::sieve::Options options;
  options.now = now_;
  options.has_vacation_seconds = request_->vacation_seconds;
  // Modoboa's installer switches on a script of all users that files spam into Junk (targets.md 1.2). Whoever else of
  // this run writes the same scripts must not undo what it does.
  options.has_global_spam_rule =
      std::any_of(request_->settings.begin(), request_->settings.end(),
                  [](const SettingsPlace& place) { return place.kind == SettingsKind::modoboa; });
  // Modoboa's scanners know no such files (targets.md 1.2).
  options.has_spam_preferences = place_.kind == SettingsKind::dovecot;
  for (const auto& [from, to] : request_->options.map.special_uses()) options.folders.emplace(dotted(from), dotted(to));
  account::sieve::ScriptPlaces places;
  if (mail_) {
    places = *mail_;
  } else {
    // No mail goes to homes in this run: there to be copied to them.
    places.root = text_place_.directory;
    places.path = text_place_.path;
    places.birth = {file_owner_, 0600, 0700};
    places.home = [](const std::string& mailbox) {
      const auto address = account::split_address(mailbox);
      const bool is_safe =
          address && account::is_safe_local_part(address->local_part) && account::is_safe_domain(address->domain);
      return is_safe ? "homes/" + address->domain + '/' + address->local_part : std::string();
    };
  }
  return account::sieve::open_scripts(std::move(places), std::move(facts), std::move(options), request_->dry_run);
}

bool SettingsDestination::concerns(store::SettingKind kind) const { return target_for({})->concerns(kind); }

SettingsOutcome SettingsDestination::merge(store::AccountSource& source, account::AccountFacts facts,
                                           const sync::AccountOptions& options) {
  SettingsOutcome out;
  out.place = display(place_);
  try {
    lock_.lock(job_->target(), text_place_.path);
    const auto target = target_for(std::move(facts));
    sync::AccountOptions own = options;
    // What is another program's business is no loss of this one's.
    own.rename = [&](const store::Setting& setting, std::vector<std::string>& changes) {
      return target->concerns(setting.id.kind) ? options.rename(setting, changes) : std::nullopt;
    };
    out.outcome = sync::merge_account(source, *target, memory_.ledger, own);
    out.after_steps = target->after_steps();
    lock_.unlock();
  } catch (const Error& error) {
    out.outcome.error = error;
    out.outcome.is_complete = false;
  }
  return out;
}

std::string directory_of(const SettingsPlace& place) { return parts_of(place).directory; }

std::unique_ptr<store::AccountTarget> open_settings_place(const Machine& machine, JobContext& job,
                                                          const SettingsPlace& place) {
  Request request;
  request.dry_run = true;
  account::AccountFacts facts;
  facts.has_all_domains = true;
  const account::TextPlace at = open_place(machine, request, job.target(), place);
  if (!at.directory)
    throw Error(Cause::not_found, Scope::run, "reading settings").at(at.path).because("no such directory");
  account::dovecot::UsersOptions users;
  users.is_dry = true;
  return open_files(place.kind, at, parts_of(place).file, std::move(facts), std::move(users));
}

}  // namespace mailhaul::run
