#include "account_home.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <vector>

#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::run {
namespace {

struct Line {
  std::string user{};
  std::optional<uid_t> uid{};
  std::string home{};
};

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `user:x:UID:GID:gecos:HOME:shell`
std::optional<Line> read_line(std::string_view text) {
  const std::vector<std::string_view> fields = fields_of(text);
  constexpr std::size_t uid_field = 2;
  constexpr std::size_t home_field = 5;
  if (fields.size() <= home_field || fields[0].empty()) return std::nullopt;
  Line line;
  line.user = fields[0];
  line.home = fields[home_field];
  line.uid = number_of(fields[uid_field]);
  return line;
}

/// Each line of a file in etc below `server_root`.
void each_line(formats::Context& context, const std::string& server_root, const std::string& name, Side side,
               const std::function<void(std::string_view)>& take) {
  constexpr std::uint64_t longest = std::uint64_t{16} << 20U;
  fs::Rules rules;
  rules.side = side;
  const auto etc = fs::Directory::find_root(context.kernel, context.entropy, server_root + "/etc", rules);
  const auto file = etc ? fs::read_control_file(*etc, name, longest) : std::nullopt;
  if (!file) return;
  std::string_view rest = file->text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    take(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

std::vector<Line> read_passwd(formats::Context& context, const std::string& server_root, Side side) {
  std::vector<Line> lines;
  each_line(context, server_root, "passwd", side, [&lines](std::string_view text) {
    if (auto line = read_line(text)) lines.push_back(*std::move(line));
  });
  return lines;
}

std::string below(const std::string& server_root, const std::string& home) {
  return server_root == "/" ? home : server_root + home;
}

}  // namespace

bool names_a_user(const Location& location) {
  const std::string& path = location.path;
  return !path.empty() && path != "." && path != ".." && path.find('/') == std::string::npos && path.front() != '~';
}

std::string home_of_user(formats::Context& context, const std::string& user, const std::string& server_root,
                         Side side) {
  for (const Line& line : read_passwd(context, server_root, side))
    if (line.user == user && line.home.starts_with('/')) return below(server_root, line.home);
  throw Error(Cause::not_found, Scope::run, "looking for the home of a user")
      .at(user)
      .because("there is no such user in " + below(server_root, "/etc/passwd"))
      .hint("name the home itself: cpanel:/home/USER, or cpanel:./USER for a directory here")
      .on(side);
}

std::string user_of_home(formats::Context& context, const std::string& home, const std::string& server_root,
                         Side side) {
  const std::string name = fs::split_operator_path(home).name;
  fs::Rules rules;
  rules.side = side;
  const auto root = fs::Directory::find_root(context.kernel, context.entropy, home, rules);
  if (!root || root->opened_as().owner.uid == 0) return name;
  std::string by_uid;
  for (const Line& line : read_passwd(context, server_root, side)) {
    if (below(server_root, line.home) == home) return line.user;
    if (line.uid == root->opened_as().owner.uid && (by_uid.empty() || line.user == name)) by_uid = line.user;
  }
  return by_uid.empty() ? name : by_uid;
}

std::string home_in_passwd(formats::Context& context, const std::string& user, const std::string& server_root,
                           Side side) {
  for (const Line& line : read_passwd(context, server_root, side))
    if (line.user == user) return line.home;
  return {};
}

std::optional<gid_t> group_on_machine(formats::Context& context, const std::string& name,
                                      const std::string& server_root, Side side) {
  std::optional<gid_t> group;
  each_line(context, server_root, "group", side, [&](std::string_view text) {
    constexpr std::size_t gid_field = 2;
    const std::vector<std::string_view> fields = fields_of(text);
    if (!group && fields.size() > gid_field && fields[0] == name) group = number_of(fields[gid_field]);
  });
  return group;
}

}  // namespace mailhaul::run
