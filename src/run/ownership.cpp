#include "mailhaul/run/ownership.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <limits>
#include <vector>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

Error bad_owner(std::string_view text, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading --chown").at(text).because(reason).hint("--chown USER:GROUP");
}

/// A number of 1 .. 2^32-2; (id_t)-1 means "leave as it is" to chown(2).
std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_number(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

struct User {
  std::uint32_t uid;
  std::optional<std::uint32_t> gid;
};

User find_user(std::string_view whole, std::string_view name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (is_number(name)) {
    const auto uid = parse_id(name);
    if (!uid) throw bad_owner(whole, "the user id does not fit");
    ::getpwuid_r(*uid, &entry, buffer.data(), buffer.size(), &found);
    return {*uid, found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->pw_gid)};
  }
  ::getpwnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw bad_owner(whole, "no such user on this machine");
  return {found->pw_uid, found->pw_gid};
}

std::uint32_t find_group(std::string_view whole, std::string_view name) {
  if (is_number(name)) {
    const auto gid = parse_id(name);
    if (!gid) throw bad_owner(whole, "the group id does not fit");
    return *gid;
  }
  group entry{};
  group* found = nullptr;
  std::vector<char> buffer(65536);
  ::getgrnam_r(std::string(name).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) throw bad_owner(whole, "no such group on this machine");
  return found->gr_gid;
}

}  // namespace

fs::Owner parse_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view user_name = text.substr(0, colon);
  if (user_name.empty()) throw bad_owner(text, "the user is empty");
  const User user = find_user(text, user_name);
  std::optional<std::uint32_t> gid = user.gid;
  if (colon != std::string_view::npos) {
    const std::string_view group_name = text.substr(colon + 1);
    if (group_name.empty()) throw bad_owner(text, "the group is empty");
    gid = find_group(text, group_name);
  }
  if (!gid) throw bad_owner(text, "this user has no login group here: name a group");
  constexpr auto keep = std::numeric_limits<std::uint32_t>::max();
  if (user.uid == 0 || *gid == 0) throw bad_owner(text, "mail is not given to root");
  if (user.uid == keep || *gid == keep) throw bad_owner(text, "the id does not fit");
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
    (one[0] == 'D' ? options.directory_mode : options.file_mode) = mode;
  } while (!rest.empty());
}

fs::Birth decide_birth(const fs::Status& source_root, const std::optional<fs::Status>& target_root,
                       const OwnershipOptions& options, fs::Owner runner) {
  fs::Birth birth;
  if (options.owner) {
    birth.owner = *options.owner;
    if (runner.uid != 0 && birth.owner.uid != runner.uid)
      throw Error(Cause::permission, Scope::run, "giving mail to another user").hint("run as root");
  } else if (runner.uid != 0) {
    birth.owner = runner;
  } else if (target_root && target_root->owner.uid != 0) {
    birth.owner = target_root->owner;
  } else if (source_root.owner.uid != 0 || !target_root) {
    birth.owner = source_root.owner;
  } else {
    birth.owner = target_root->owner;
  }
  if (target_root) {
    // Group bits are somebody's plan; those of others are what umask 022 leaves behind, and mail is nobody else's.
    const mode_t mode = target_root->permissions & 0770;
    const bool directory = target_root->kind == fs::EntryKind::directory;
    birth.directory_mode = directory ? mode : 0700;
    birth.file_mode = mode & 0660;
  }
  if (options.directory_mode) birth.directory_mode = *options.directory_mode;
  if (options.file_mode) birth.file_mode = *options.file_mode;
  return birth;
}

}  // namespace mailhaul::run
