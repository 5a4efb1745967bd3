#include "mailhaul/account/cpanel/server_users.hpp"

#include <vector>

#include "account/cpanel/passwd_file.hpp"
#include "account/text/keyed_lines.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

std::string text_in_etc(formats::Context& context, const std::string& server_root, const std::string& name, Side side) {
  constexpr std::uint64_t longest = std::uint64_t{16} << 20U;
  fs::Rules rules;
  rules.side = side;
  const auto etc = fs::Directory::find_root(context.kernel, context.entropy, below_root(server_root, "/etc"), rules);
  auto file = etc ? fs::read_control_file(*etc, name, longest) : std::nullopt;
  return file ? std::move(file->text) : std::string();
}

std::vector<PasswdRecord> users_of(formats::Context& context, const std::string& server_root, Side side) {
  return parse_passwd(text_in_etc(context, server_root, "passwd", side)).records;
}

}  // namespace

std::string below_root(const std::string& server_root, const std::string& path) {
  return server_root == "/" ? path : server_root + path;
}

std::string home_of_user(formats::Context& context, const std::string& user, const std::string& server_root,
                         Side side) {
  const std::string home = home_in_passwd(context, user, server_root, side);
  if (home.starts_with('/')) return below_root(server_root, home);
  throw Error(Cause::not_found, Scope::run, "looking for the home of a user")
      .at(user)
      .because("there is no such user in " + below_root(server_root, "/etc/passwd"))
      .hint("name the home itself: cpanel:/home/USER, or cpanel:./USER for a directory here")
      .on(side);
}

std::map<std::string, std::string> homes_in_passwd(formats::Context& context, const std::string& server_root,
                                                   Side side) {
  std::map<std::string, std::string> homes;
  for (PasswdRecord& record : users_of(context, server_root, side))
    homes.emplace(std::move(record.local_part), std::move(record.home));
  return homes;
}

std::string home_in_passwd(formats::Context& context, const std::string& user, const std::string& server_root,
                           Side side) {
  for (const PasswdRecord& record : users_of(context, server_root, side))
    if (record.local_part == user) return record.home;
  return {};
}

std::string user_of_home(formats::Context& context, const std::string& home, const std::string& server_root,
                         Side side) {
  const std::string name = fs::split_operator_path(home).name;
  fs::Rules rules;
  rules.side = side;
  const auto root = fs::Directory::find_root(context.kernel, context.entropy, home, rules);
  if (!root || root->opened_as().owner.uid == 0) return name;
  std::string by_uid;
  for (const PasswdRecord& record : users_of(context, server_root, side)) {
    if (below_root(server_root, record.home) == home) return record.local_part;
    if (record.uid == root->opened_as().owner.uid && (by_uid.empty() || record.local_part == name))
      by_uid = record.local_part;
  }
  return by_uid.empty() ? name : by_uid;
}

std::optional<gid_t> group_of_server(formats::Context& context, const std::string& name, const std::string& server_root,
                                     Side side) {
  // GROUP:PASSWORD:GID:MEMBERS
  for (const KeyedLine& line : parse_keyed_lines(text_in_etc(context, server_root, "group", side)).lines) {
    if (line.local_part != name) continue;
    const std::vector<std::string> fields = split_fields(line.rest);
    return fields.size() > 1 ? parse_id(fields[1]) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mailhaul::account::cpanel
