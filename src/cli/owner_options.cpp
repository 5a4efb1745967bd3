#include "owner_options.hpp"

#include <fmt/format.h>

#include "mailhaul/run/account_names.hpp"

namespace mailhaul::cli {
namespace {

run::NumericIds numeric_ids(const TypedOwners& typed) {
  return typed.numeric_ids ? run::NumericIds::yes : run::NumericIds::no;
}

}  // namespace

void add_owner_options(CLI::App& command, TypedOwners& typed) {
  command.add_option("--chown", typed.chown, "owner of what is made at DST (default: that of DST, else of SRC)")
      ->type_name("USER:GROUP");
  command
      .add_option("--usermap", typed.usermap,
                  "owner of what is made at DST, by the owner of SRC: the first rule that matches. FROM is a user, a "
                  "number, LOW-HIGH or *. Files in SRC of a user who is named there for the same TO are taken too")
      ->type_name("FROM:TO,...");
  command.add_option("--groupmap", typed.groupmap, "the same for the group (default: the login group of the user)")
      ->type_name("FROM:TO,...");
  command.add_flag("--numeric-ids", typed.numeric_ids,
                   "only numbers in these options: names of a rescue system are not those of the machine it serves");
  command
      .add_option("--owner-profile", typed.profile,
                  "owner and modes as a kind of server has them: user (D700,F600, whose home it is), vmail (D700,F600, "
                  "vmail:vmail of this machine), cpanel (D751,F640, whose home it is); --chown, --usermap and --chmod "
                  "overrule it")
      ->type_name("user|vmail|cpanel");
}

void add_mode_options(CLI::App& command, TypedOwners& typed) {
  command.add_option("--chmod", typed.chmod, "modes of what is made at DST (default: those of DST, else D700,F600)")
      ->type_name("D700,F600");
}

std::vector<uid_t> read_from_owners(const std::vector<std::string>& users, const TypedOwners& typed) {
  const run::AccountNames names("--from-owner", "--from-owner USER", numeric_ids(typed));
  std::vector<uid_t> uids;
  uids.reserve(users.size());
  for (const std::string& user : users) uids.push_back(names.user(user, user).uid);
  return uids;
}

run::OwnershipOptions read_owner_options(const TypedOwners& typed) {
  const auto numeric = numeric_ids(typed);
  run::OwnershipOptions options;
  for (const auto& [name, value] : {std::pair{"--usermap", &typed.usermap}, std::pair{"--groupmap", &typed.groupmap}}) {
    if (!typed.chown.empty() && !value->empty())
      throw Error(Cause::usage, Scope::run, fmt::format("reading {}", name))
          .at(*value)
          .because("--chown says already who the owner is");
  }
  if (!typed.chown.empty()) options.owner = run::parse_owner(typed.chown, numeric);
  if (!typed.usermap.empty()) options.users = run::IdMap::of_users(typed.usermap, numeric);
  if (!typed.groupmap.empty()) options.groups = run::IdMap::of_groups(typed.groupmap, numeric);
  if (!typed.profile.empty()) {
    options.profile = &run::find_owner_profile(typed.profile);
    if (!options.owner && !options.profile->owner.empty())
      options.profile_owner = run::parse_owner(options.profile->owner, numeric, "--owner-profile");
  }
  if (!typed.chmod.empty()) run::parse_modes(typed.chmod, options);
  return options;
}

}  // namespace mailhaul::cli
