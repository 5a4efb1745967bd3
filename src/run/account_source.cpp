#include "account_source.hpp"

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

bool is_home_at(formats::Context& context, const fs::Directory& home, const std::string& path,
                const std::string& server_root, Side side) {
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

}  // namespace

bool has_settings(const Store& store) { return store.format == Format::cpanel || store.format == Format::cpmove; }

account::cpanel::LiveAccount open_live_account(const Machine& machine, const Request& request,
                                               formats::Context& context, const Store& store,
                                               const std::string& server_root, Side side) {
  fs::Rules rules;
  rules.side = side;
  rules.durability = request.open.durability;
  account::cpanel::LiveAccount account{
      fs::Directory::open_root(context.kernel, context.entropy, store.path, rules), {}, {}, {}, {}, {}};
  rules.cross_mounts = true;  // the rest of a server lies on what file systems it likes
  rules.more_owners = {account.home.opened_as().owner.uid};
  if (const auto user = store.options.find("USER"); user != store.options.end()) account.user = user->second;
  account.home_path = path_on_its_machine(store.path, server_root);
  account.homes = {account.home_path};
  const std::string by_passwd = home_in_passwd(context, account.user, server_root, side);
  if (!by_passwd.empty() && by_passwd != account.home_path) account.homes.push_back(by_passwd);
  // Whose user lives elsewhere (a copy, a disk without --src-root, one of the same number) would lend it the files of
  // another account, and have its own changed.
  if (is_home_at(context, account.home, by_passwd, server_root, side))
    account.server = fs::Directory::find_root(context.kernel, context.entropy, server_root, rules);
  else
    context.findings.add({FindingKind::setting, Weight::lost, "", store.path,
                          "by " + below_root(server_root, "/etc/passwd") + " it is not the home of " + account.user +
                              ": what the server keeps beside it (forwarders, domains) is left out; " +
                              (side == Side::source ? "--src-root" : "--dst-root") +
                              " says where the server's files are, :USER=NAME whose home it is",
                          1});
  account.scratch = scratch_of(machine, request);
  return account;
}

std::set<std::string> own_domains(const Machine& machine, const Request& request, const Store& source,
                                  const std::string& source_root, const Store& target) {
  if (!has_settings(source) || target.format != Format::vmail) return {};
  FindingLog told_elsewhere(nullptr);
  JobContext job(machine, request, told_elsewhere);
  return SourceAccount(machine, request, job.source(), source, source_root).open(job.source(), nullptr)->find_served();
}

SourceAccount::SourceAccount(const Machine& machine, const Request& request, formats::Context& context,
                             const Store& store, const std::string& server_root)
    : packed_(store.packed) {
  if (packed_)
    scratch_ = scratch_of(machine, request);
  else
    live_.emplace(open_live_account(machine, request, context, store, server_root, Side::source));
}

std::unique_ptr<account::cpanel::SettingsSource> SourceAccount::open(formats::Context& context,
                                                                     const store::Renaming* renaming) const {
  return packed_ ? account::cpanel::open_settings(context, packed_, scratch_, renaming)
                 : account::cpanel::open_settings(context, *live_, renaming);
}

}  // namespace mailhaul::run
