#include "account_job.hpp"

#include <algorithm>
#include <utility>

#include "mailhaul/account/address.hpp"
#include "mailhaul/account/cpanel/server_users.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "pair_ledger.hpp"
#include "state_directory.hpp"

namespace mailhaul::run {
namespace {

using account::cpanel::below_root;
using account::cpanel::home_in_passwd;

/// As the account's own files say it: without what its machine's disk is mounted under.
std::string path_on_its_machine(const std::string& path, const std::string& server_root) {
  if (server_root != "/" && path.starts_with(server_root + '/')) return path.substr(server_root.size());
  return path;
}

bool is_home_of(formats::Context& context, const fs::Directory& home, const std::string& user,
                const std::string& server_root, Side side) {
  const std::string path = home_in_passwd(context, user, server_root, side);
  if (!path.starts_with('/')) return false;
  fs::Rules rules;
  rules.side = side;
  const auto there = fs::Directory::find_root(context.kernel, context.entropy, below_root(server_root, path), rules);
  return there && there->opened_as().id == home.opened_as().id;
}

std::optional<fs::Directory> scratch_of(const Machine& machine, const Request& request) {
  const std::string& state = state_directory_of(machine, request);
  return state.empty() ? std::nullopt : find_state_directory(machine, state);
}

account::cpanel::LiveAccount live_account(const Machine& machine, const Request& request, formats::Context& context,
                                          const Store& store, const std::string& server_root, Side side) {
  fs::Rules rules;
  rules.side = side;
  rules.durability = request.open.durability;
  account::cpanel::LiveAccount account{
      fs::Directory::open_root(context.kernel, context.entropy, store.path, rules), {}, {}, {}, {}};
  rules.cross_mounts = true;  // the rest of a server lies on what file systems it likes
  rules.more_owners = {account.home.opened_as().owner.uid};
  if (const auto user = store.options.find("USER"); user != store.options.end()) account.user = user->second;
  // Whose user lives elsewhere (a copy, a disk without --src-root, one of the same number) would lend it the files of
  // another account, and have its own changed.
  if (is_home_of(context, account.home, account.user, server_root, side))
    account.server = fs::Directory::find_root(context.kernel, context.entropy, server_root, rules);
  else
    context.findings.add({FindingKind::setting, Weight::lost, "", store.path,
                          "by " + below_root(server_root, "/etc/passwd") + " it is not the home of " + account.user +
                              ": what the server keeps beside it (forwarders, domains) is left out; " +
                              (side == Side::source ? "--src-root" : "--dst-root") +
                              " says where the server's files are, :USER=NAME whose home it is",
                          1});
  account.home_path = path_on_its_machine(store.path, server_root);
  account.scratch = scratch_of(machine, request);
  return account;
}

/// An account on a disk, or packed.
class SourceAccount {
 public:
  SourceAccount(const Machine& machine, const Request& request, formats::Context& context, const Store& store,
                const std::string& server_root)
      : packed_(store.packed) {
    if (packed_)
      scratch_ = scratch_of(machine, request);
    else
      live_.emplace(live_account(machine, request, context, store, server_root, Side::source));
  }

  [[nodiscard]] const std::string& user() const { return packed_ ? packed_->user() : live_->user; }

  /// Every path that its home has or had.
  [[nodiscard]] std::vector<std::string> homes(formats::Context& context, const std::string& server_root) const {
    if (packed_) return packed_->homes();
    std::vector<std::string> homes{live_->home_path};
    const std::string by_passwd = home_in_passwd(context, live_->user, server_root, Side::source);
    if (!by_passwd.empty() && by_passwd != live_->home_path) homes.push_back(by_passwd);
    return homes;
  }

  [[nodiscard]] std::unique_ptr<account::cpanel::SettingsSource> open(formats::Context& context,
                                                                      const store::Renaming* renaming) const {
    return packed_ ? account::cpanel::open_settings(context, packed_, scratch_, renaming)
                   : account::cpanel::open_settings(context, *live_, renaming);
  }

 private:
  std::shared_ptr<const account::cpanel::PackedAccount> packed_;
  std::optional<fs::Directory> scratch_{};
  std::optional<account::cpanel::LiveAccount> live_{};
};

}  // namespace

bool has_settings(const Store& store) { return store.format == Format::cpanel || store.format == Format::cpmove; }

AccountJob::AccountJob(const Machine& machine, const Request& request, JobContext& job, const SyncReport& report,
                       const Location& source, const Location& target, const fs::Birth& birth)
    : only_(request.mailboxes.mailbox),
      take_away_(request.options.removal != sync::Removal::none),
      most_taken_away_(request.options.max_removals) {
  const SourceAccount from(machine, request, job.source(), report.source, source.server_root);
  const auto to = live_account(machine, request, job.target(), report.target, target.server_root, Side::target);
  for (const auto& [old_name, new_name] : request.mailboxes.domains)
    renaming_.domains.emplace(account::lower_case(old_name), account::lower_case(new_name));
  for (const auto& [old_name, new_name] : request.mailboxes.users)
    if (old_name.find('@') == std::string::npos)
      renaming_.users.emplace(old_name, new_name);
    else
      job.source().findings.add({FindingKind::setting, Weight::lost, "", old_name,
                                 "only its mail gets another name: password, quota and the like are those of " +
                                     old_name + " at the target too",
                                 1});
  if (from.user() != to.user) renaming_.users.emplace(from.user(), to.user);
  const std::vector<std::string> homes = from.homes(job.source(), source.server_root);
  if (homes != std::vector<std::string>{to.home_path}) {
    renaming_.old_homes = homes;
    renaming_.new_home = to.home_path;
  }
  std::vector<std::pair<std::string, Side>> servers{{target.server_root, Side::target}};
  if (!report.source.packed) servers.emplace_back(source.server_root, Side::source);
  for (const char* const part : {"/etc", "/var/cpanel"})
    for (const auto& [root, side] : servers) places_.push_back({below_root(root, part), Landlock::Access::read, side});
  // Derived links are made anew there (fs/: below the root alone, and downwards).
  if (!request.dry_run) places_.push_back({report.target.path, Landlock::Access::write_and_link, Side::target});
  if (!request.dry_run)
    for (const char* const part : {"/etc/valiases", "/etc/vdomainaliases", "/etc/vfilters"})
      places_.push_back({below_root(target.server_root, part), Landlock::Access::write, Side::target});
  source_ = from.open(job.source(), &renaming_);
  const gid_t mail_group = account::cpanel::group_of_server(job.target(), "mail", target.server_root, Side::target)
                               .value_or(birth.owner.gid);
  target_ = account::cpanel::open_settings_target(job.target(), to, birth.owner, mail_group, request.dry_run);
}

sync::AccountOutcome AccountJob::run(ledger::Ledger& ledger) {
  sync::AccountOptions options;
  options.take_away = take_away_;
  options.most_taken_away = most_taken_away_;
  options.rename = [this](const store::Setting& setting, std::vector<std::string>& changes) {
    const bool is_its_key = only_.find('@') != std::string::npos && setting.id.name == only_;
    const bool is_wanted = only_.empty() || setting.id.owner == only_ || is_its_key;
    return is_wanted ? std::optional(store::renamed(setting, renaming_, changes)) : std::nullopt;
  };
  options.source_is_complete = [this] { return source_->is_complete(); };
  return sync::merge_account(*source_, *target_, ledger, options);
}

SettingsReport run_settings(const Machine& machine, const Request& request, const Location& location,
                            FindingLog& findings) {
  JobContext job(machine, request, findings);
  SettingsReport report;
  report.store = detect(job.source(), location, Side::source);
  if (!has_settings(report.store))
    throw Error(Cause::usage, Scope::run, "reading settings")
        .at(report.store.path)
        .because("it is mail alone, and no account")
        .hint("name the account: cpanel:HOME, cpanel:USER or cpmove:FILE");
  (void)existing_root(job.source(), report.store, Side::source);
  const auto source =
      SourceAccount(machine, request, job.source(), report.store, location.server_root).open(job.source(), nullptr);
  report.settings = source->read();
  report.verdict = std::to_string(report.settings.size()) + " settings.";
  const bool is_cut = report.store.packed && !source->is_complete();
  if (is_cut || findings.count(Weight::lost) > 0) {
    report.status = ExitStatus::settings_missing;
    report.verdict += " Not all could be read: see above.";
  }
  return report;
}

}  // namespace mailhaul::run
