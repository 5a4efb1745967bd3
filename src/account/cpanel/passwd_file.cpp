#include "account/cpanel/passwd_file.hpp"

#include <charconv>
#include <utility>

#include "account/text/keyed_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

// PASSWORD:UID:GID:GECOS:HOME:SHELL; without the shell it is as good.
constexpr std::size_t fields_needed = 5;

}  // namespace

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return id;
}

PasswdFile parse_passwd(std::string_view text) {
  PasswdFile out;
  KeyedLines lines = parse_keyed_lines(text);
  out.problems = std::move(lines.problems);
  for (const KeyedLine& line : lines.lines) {
    std::vector<std::string> fields = split_fields(line.rest);
    if (fields.size() < fields_needed)
      out.problems.push_back({Weight::note, line.number, line.local_part,
                              "the line has " + std::to_string(fields.size() + 1) +
                                  " fields of 7: the mailbox is taken, what is missing is empty"});
    fields.resize(6);
    PasswdRecord record{line.number, line.local_part, parse_id(fields[1]), parse_id(fields[2]), fields[4], fields[5]};
    if (!fields[0].empty() && fields[0].front() == '$')
      out.problems.push_back({Weight::note, line.number, line.local_part,
                              "there is a password where none belongs: the one of the shadow file counts"});
    out.records.push_back(std::move(record));
  }
  return out;
}

std::vector<std::string> passwd_fields(std::uint32_t uid, std::uint32_t gid, const std::string& home,
                                       const std::string& shell) {
  if (uid == 0 || gid == 0)
    throw Error(Cause::refused, Scope::folder, "writing a line of an account").because("it would be of root's");
  if (home.empty() || home.front() != '/')
    throw Error(Cause::refused, Scope::folder, "writing a line of an account")
        .at(home)
        .because("the home is not an absolute path");
  return {"x", std::to_string(uid), std::to_string(gid), "", home, shell};
}

}  // namespace mailhaul::account::cpanel
