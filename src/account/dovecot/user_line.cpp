#include "account/dovecot/user_line.hpp"

#include <algorithm>
#include <array>

#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::dovecot {
namespace {

std::string_view key_of(std::string_view field) { return field.substr(0, field.find('=')); }

void require_cell(const UserLine& line, std::string_view cell, bool may_have_colon) {
  if (!has_control_octet(cell) && (may_have_colon || cell.find(':') == std::string_view::npos)) return;
  throw Error(Cause::refused, Scope::folder, "writing a user of Dovecot")
      .at(line.user)
      .because("a field of a passwd-file can hold neither ':' nor a control octet");
}

}  // namespace

std::optional<std::string> UserLine::field(std::string_view key) const {
  for (const std::string& field : extra)
    if (key_of(field) == key) return field.size() == key.size() ? "" : field.substr(key.size() + 1);
  return std::nullopt;
}

void UserLine::set_field(std::string_view key, const std::optional<std::string>& value) {
  const auto there = std::find_if(extra.begin(), extra.end(), [&](const auto& field) { return key_of(field) == key; });
  if (!value) {
    if (there != extra.end()) extra.erase(there);
    return;
  }
  std::string field = std::string(key) + '=' + *value;
  if (there == extra.end())
    extra.push_back(std::move(field));
  else
    *there = std::move(field);
}

std::optional<UserLine> parse_user_line(std::string_view line) {
  if (line.empty() || line.front() == ':' || line.front() == '#') return std::nullopt;
  UserLine user;
  const std::array<std::string*, 7> cells{&user.user,  &user.password, &user.uid,  &user.gid,
                                          &user.gecos, &user.home,     &user.shell};
  std::string_view rest = line;
  for (std::string* const cell : cells) {
    const std::size_t colon = rest.find(':');
    *cell = rest.substr(0, colon);
    if (colon == std::string_view::npos) return user;
    rest.remove_prefix(colon + 1);
  }
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) user.extra.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return user;
}

std::string to_text(const UserLine& line) {
  std::string text;
  for (const std::string* const cell :
       {&line.user, &line.password, &line.uid, &line.gid, &line.gecos, &line.home, &line.shell}) {
    require_cell(line, *cell, false);
    text += *cell + ':';
  }
  for (const std::string& field : line.extra) {
    require_cell(line, field, true);
    if (field.find(' ') != std::string::npos)
      throw Error(Cause::refused, Scope::folder, "writing a user of Dovecot")
          .at(line.user)
          .because("an extra field can't hold a blank");
    if (&field != &line.extra.front()) text += ' ';
    text += field;
  }
  return text;
}

}  // namespace mailhaul::account::dovecot
