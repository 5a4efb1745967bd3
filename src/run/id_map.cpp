#include "mailhaul/run/id_map.hpp"

#include <limits>

namespace mailhaul::run {
namespace {

/// The largest id there is; one more means "leave it" to chown(2).
constexpr std::uint32_t last_id = std::numeric_limits<std::uint32_t>::max() - 1;

/// "100-199": both ends are digits. Names may hold a dash too.
struct Range {
  std::string_view low;
  std::string_view high;
};
std::optional<Range> split_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const Range range{text.substr(0, dash), text.substr(dash + 1)};
  if (!AccountNames::is_number(range.low) || !AccountNames::is_number(range.high)) return std::nullopt;
  return range;
}

/// `one` reads a single id, `to` the right side into the rule.
template <typename One, typename To>
std::vector<IdMap::Rule> parse_rules(std::string_view text, const AccountNames& names, One one, To to) {
  std::vector<IdMap::Rule> rules;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = rest.substr(0, comma);
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos || pair.find(':', colon + 1) != std::string_view::npos)
      throw names.bad(text, "each rule is FROM:TO");
    const std::string_view from = pair.substr(0, colon);
    IdMap::Rule rule;
    if (from == "*") {
      rule.low = 1;
      rule.high = last_id;
    } else if (const auto range = split_range(from)) {
      rule.low = names.number(text, range->low);
      rule.high = names.number(text, range->high);
      if (rule.low > rule.high) throw names.bad(text, "the range ends before it begins");
      if (rule.low == 0) throw names.bad(text, "a range does not hold root: write 0 in a rule of its own");
    } else {
      rule.low = rule.high = one(from);
      rule.is_one = true;
    }
    to(pair.substr(colon + 1), rule);
    if (rule.to == 0) throw names.bad(text, "mail is not given to root");
    rules.push_back(rule);
    if (comma == std::string_view::npos) return rules;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace

IdMap IdMap::of_users(std::string_view text, NumericIds numeric) {
  const AccountNames names("--usermap", "--usermap FROM:TO[,FROM:TO...]", numeric);
  IdMap map;
  map.rules_ = parse_rules(
      text, names, [&](std::string_view from) { return names.user(text, from).uid; },
      [&](std::string_view to, Rule& rule) {
        const auto user = names.user(text, to);
        rule.to = user.uid;
        rule.to_group = user.login_group;
      });
  return map;
}

IdMap IdMap::of_groups(std::string_view text, NumericIds numeric) {
  const AccountNames names("--groupmap", "--groupmap FROM:TO[,FROM:TO...]", numeric);
  IdMap map;
  map.rules_ = parse_rules(
      text, names, [&](std::string_view from) { return names.group(text, from); },
      [&](std::string_view to, Rule& rule) { rule.to = names.group(text, to); });
  return map;
}

const IdMap::Rule* IdMap::find(std::uint32_t id) const {
  for (const Rule& rule : rules_)
    if (rule.low <= id && id <= rule.high) return &rule;
  return nullptr;
}

std::vector<std::uint32_t> IdMap::named_for(std::uint32_t to) const {
  std::vector<std::uint32_t> ids;
  for (const Rule& rule : rules_)
    if (rule.is_one && rule.to == to && find(rule.low) == &rule) ids.push_back(rule.low);
  return ids;
}

}  // namespace mailhaul::run
