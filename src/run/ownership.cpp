#include "mailhaul/run/ownership.hpp"

#include <charconv>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {

fs::Owner parse_owner(std::string_view text, NumericIds numeric, std::string_view option) {
  const AccountNames names(option, "name the owner: --chown USER:GROUP", numeric);
  const std::size_t colon = text.find(':');
  const auto user = names.user(text, text.substr(0, colon));
  std::optional<std::uint32_t> gid = user.login_group;
  if (colon != std::string_view::npos) gid = names.group(text, text.substr(colon + 1));
  if (!gid) throw names.bad(text, "this user has no login group here: name a group");
  if (user.uid == 0 || *gid == 0) throw names.bad(text, "mail is not given to root");
  return {user.uid, *gid};
}

void parse_modes(std::string_view text, OwnershipOptions& options) {
  const auto bad = [&](std::string_view reason) {
    return Error(Cause::usage, Scope::run, "reading --chmod").at(text).because(reason).hint("--chmod D700,F600");
  };
  std::string_view rest = text;
  do {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (one.size() < 2 || (one[0] != 'D' && one[0] != 'F')) throw bad("each part is D or F and an octal mode");
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(one.data() + 1, one.data() + one.size(), mode, 8);
    if (error != std::errc() || end != one.data() + one.size()) throw bad("not an octal number");
    if (mode > 0777) throw bad("only permission bits, at most 777");
    const unsigned needed = one[0] == 'D' ? 0700 : 0600;
    if ((mode & needed) != needed) throw bad("the owner must be able to use it: D7.., F6..");
    (one[0] == 'D' ? options.directory_mode : options.file_mode) = mode;
  } while (!rest.empty());
}

std::optional<fs::Owner> named_owner(const fs::Status& source_root, const OwnershipOptions& options) {
  if (options.owner) return options.owner;
  const IdMap::Rule* const user = options.users.find(source_root.owner.uid);
  if (user == nullptr) return options.profile_owner;
  const IdMap::Rule* const group = options.groups.find(source_root.owner.gid);
  if (group == nullptr && !user->to_group)
    throw Error(Cause::usage, Scope::run, "choosing the owner of what is made")
        .at("uid " + std::to_string(user->to))
        .because("--usermap gives the mail to a user whose login group is not known here, and no rule of --groupmap "
                 "matches gid " +
                 std::to_string(source_root.owner.gid))
        .hint("add --groupmap '*:GROUP'");
  const fs::Owner owner{user->to, group != nullptr ? group->to : *user->to_group};
  if (owner.gid == 0)
    throw Error(Cause::usage, Scope::run, "choosing the owner of what is made")
        .at("uid " + std::to_string(user->to))
        .because("its login group is root's")
        .hint("add --groupmap '*:GROUP'");
  return owner;
}

namespace {

/// Whose the target is where the options name nobody.
fs::Owner usual_owner(const Roots& roots, const OwnershipOptions& options) {
  const auto belongs_to_somebody = [](const std::optional<fs::Status>& root) {
    return root && root->owner.uid != 0 && root->owner.gid != 0;
  };
  if (roots.target && roots.target->owner.uid != 0) return roots.target->owner;
  if (options.profile != nullptr && belongs_to_somebody(roots.home)) return roots.home->owner;
  if (roots.source.owner.uid != 0 || !roots.target) return roots.source.owner;
  return roots.target->owner;
}

}  // namespace

fs::Birth decide_birth(const Roots& roots, const OwnershipOptions& options, fs::Owner runner) {
  fs::Birth birth;
  if (const auto named = named_owner(roots.source, options)) {
    birth.owner = *named;
    if (runner.uid != 0 && birth.owner.uid != runner.uid)
      throw Error(Cause::permission, Scope::run, "giving mail to another user").hint("run as root");
  } else {
    birth.owner = runner.uid == 0 ? usual_owner(roots, options) : runner;
    if (const IdMap::Rule* const group = options.groups.find(roots.source.owner.gid)) birth.owner.gid = group->to;
  }
  if (options.profile != nullptr) {
    birth.directory_mode = options.profile->directory_mode;
    birth.file_mode = options.profile->file_mode;
  } else if (roots.target) {
    // Group bits are somebody's plan; those of others are what umask 022 leaves behind, and mail is nobody else's.
    const mode_t mode = roots.target->permissions & 0770;
    const bool directory = roots.target->kind == fs::EntryKind::directory;
    birth.directory_mode = directory ? mode : 0700;
    birth.file_mode = mode & 0660;
  }
  if (options.directory_mode) birth.directory_mode = *options.directory_mode;
  if (options.file_mode) birth.file_mode = *options.file_mode;
  return birth;
}

std::vector<uid_t> more_source_owners(const OwnershipOptions& options, const fs::Birth& birth) {
  return options.users.named_for(birth.owner.uid);
}

}  // namespace mailhaul::run
