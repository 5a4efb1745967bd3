#include "account/cpanel/shadow_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "account/text/keyed_lines.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view locked = "*LOCKED*";
constexpr std::size_t field_count = 8;  // behind the local part
constexpr std::size_t expiry = 6;

std::optional<std::int64_t> day_of(std::string_view text) {
  std::int64_t day = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), day);
  if (error != std::errc{} || stop != text.data() + text.size() || day < 0) return std::nullopt;
  return day;
}

}  // namespace

ShadowRecord decode_shadow(std::string_view rest, std::vector<Problem>& problems) {
  ShadowRecord out;
  const auto note = [&](std::string_view text) { problems.push_back({Weight::note, 0, {}, std::string(text)}); };
  rest = trimmed(rest);
  bool before = false;
  bool behind = false;
  bool barred = false;
  while (true) {
    if (rest.substr(0, locked.size()) == locked) {
      before = true;
      rest.remove_prefix(locked.size());
    } else if (!rest.empty() && rest.front() == '!') {
      barred = true;
      rest.remove_prefix(1);
    } else {
      break;
    }
  }
  while (rest.size() >= locked.size() && rest.substr(rest.size() - locked.size()) == locked) {
    behind = true;
    rest.remove_suffix(locked.size());
  }
  out.suspension.account = before || behind;
  if (before != behind) note("the mark of a suspended account is at one end of the line only: taken as suspended");

  const std::vector<std::string> fields = split_fields(rest);
  const std::string& hash = fields.front();
  // Bars with nothing behind them are how "no password" is written, not a suspension.
  out.suspension.login = barred && !hash.empty();
  if (hash != "*") out.password.hash = hash;
  if (hash.empty() && !barred && !out.suspension.account)
    note("the password is empty: taken as none, so that nobody gets in without one");
  if (fields.size() > 1 && !fields[1].empty()) {
    out.password.changed_day = day_of(fields[1]);
    if (!out.password.changed_day) note("the day of the last change is no number");
  }
  if (fields.size() > expiry && !fields[expiry].empty()) note("the login has a last day, which is not carried");
  return out;
}

ShadowFile parse_shadow(std::string_view text) {
  ShadowFile out;
  KeyedLines lines = parse_keyed_lines(text);
  out.problems = std::move(lines.problems);
  for (const KeyedLine& line : lines.lines) {
    std::vector<Problem> problems;
    ShadowRecord record = decode_shadow(line.rest, problems);
    record.line = line.number;
    record.local_part = line.local_part;
    out.records.push_back(std::move(record));
    for (Problem& problem : problems) {
      problem.line = line.number;
      problem.subject = line.local_part;
      out.problems.push_back(std::move(problem));
    }
  }
  return out;
}

std::vector<std::string> shadow_fields(const store::Password& password, const store::Suspension& suspension) {
  const std::string& hash = password.hash;
  const bool is_hash = std::all_of(hash.begin(), hash.end(), [](char c) { return c > ' ' && c < 0x7f && c != ':'; }) &&
                       (hash.empty() || (hash.front() != '!' && hash.front() != '*'));
  if (!is_hash)
    throw Error(Cause::refused, Scope::folder, "writing a password").because("what is stored is no hash of one");
  std::vector<std::string> fields(field_count);
  if (suspension.account) fields.front() += locked;
  if (suspension.login) fields.front() += "!!";
  fields.front() += hash.empty() ? "*" : hash;
  if (password.changed_day) fields[1] = std::to_string(*password.changed_day);
  if (suspension.account) fields.back() += locked;
  return fields;
}

}  // namespace mailhaul::account::cpanel
