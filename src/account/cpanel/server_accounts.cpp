#include "mailhaul/account/cpanel/server_accounts.hpp"

#include <algorithm>

#include "account/bearable_name.hpp"
#include "account/cpanel/account_file.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/cpanel/server_users.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::uint64_t longest_octets = std::uint64_t{1} << 20U;

std::vector<std::string> names_in(const fs::Directory& directory) {
  std::vector<std::string> names;
  directory.list([&names](const fs::Entry& entry) {
    // A name that begins with a dot is a file being written; `system` has no user.
    if (!entry.name.starts_with('.') && entry.name != "system") names.push_back(entry.name);
  });
  std::sort(names.begin(), names.end());
  return names;
}

void pass_over(formats::Context& context, const std::string& name, const std::string& why) {
  context.findings.add({FindingKind::mailbox, Weight::note, "", "var/cpanel/users/" + name, why, 1});
}

}  // namespace

std::vector<ServerAccount> accounts_of_server(formats::Context& context, const std::string& server_root) {
  const std::string path = below_root(server_root, "/var/cpanel/users");
  const auto directory = fs::Directory::find_root(context.kernel, context.entropy, path, {});
  if (!directory)
    throw Error(Cause::not_found, Scope::run, "listing the accounts of a cPanel server")
        .at(path)
        .because("there is no such directory")
        .hint("--src-root says where the server's files are")
        .on(Side::source);
  const std::map<std::string, std::string> homes = homes_in_passwd(context, server_root, Side::source);
  std::vector<ServerAccount> accounts;
  for (const std::string& name : names_in(*directory)) {
    if (!is_bearable_local_part(name) || homes.count(name) == 0) {
      pass_over(context, name, "there is no such user in etc/passwd: passed over");
      continue;
    }
    try {
      const auto file = fs::read_control_file(*directory, name, longest_octets);
      if (!file) continue;
      const AccountFile facts = parse_account_file(file->text);
      const std::vector<std::string> domains = facts.domains();
      const bool has_domain = !domains.empty() && is_safe_domain(domains.front());
      accounts.push_back({name, has_domain ? domains.front() : "", facts.is_set("SUSPENDED")});
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      pass_over(context, name, error.what());
      accounts.push_back({name, "", false});
    }
  }
  return accounts;
}

}  // namespace mailhaul::account::cpanel
