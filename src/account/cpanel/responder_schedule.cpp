#include "account/cpanel/responder_schedule.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "account/cpanel/yaml_text.hpp"

namespace mailhaul::account::cpanel {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t limit_octets = std::size_t{64} << 10U;
constexpr int limit_depth = 16;

/// Nothing where it is not JSON, or deeper than what may be written again by recursion.
std::optional<ordered_json> parsed(std::string_view text) {
  if (text.size() > limit_octets) return std::nullopt;
  bool is_too_deep = false;
  const auto look = [&is_too_deep](int depth, ordered_json::parse_event_t, ordered_json&) {
    is_too_deep = is_too_deep || depth > limit_depth;
    return !is_too_deep;
  };
  ordered_json value = ordered_json::parse(text, look, false);
  if (is_too_deep || value.is_discarded()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Number {
  bool is_set = false;
  std::optional<std::int64_t> value{};  ///< nothing though it is set: it is no number
};

Number number_at(const ordered_json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return {};
  if (at->is_number_unsigned()) {
    const auto value = at->get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {true, std::nullopt};
    return {true, static_cast<std::int64_t>(value)};
  }
  if (at->is_number_integer()) return {true, at->get<std::int64_t>()};
  if (at->is_number_float()) {
    const auto value = at->get<double>();
    // Beyond 2^53 a double is no count of seconds any more.
    if (!(std::fabs(value) < 9007199254740992.0)) return {true, std::nullopt};
    return {true, static_cast<std::int64_t>(value)};
  }
  if (at->is_string()) {
    const auto& text = at->get_ref<const std::string&>();
    if (text.find_first_not_of(' ') == std::string::npos) return {};
    return {true, number_in(text)};
  }
  return {true, std::nullopt};
}

struct Times {
  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> stop{};
  std::optional<std::uint32_t> interval_hours{};
  std::vector<std::string> problems{};
};

std::optional<std::int64_t> bound_at(const ordered_json& object, const char* key, std::vector<std::string>& problems) {
  const Number number = number_at(object, key);
  if (!number.is_set || number.value == 0) return std::nullopt;
  if (number.value && *number.value > 0) return number.value;
  problems.push_back(std::string(key) + " is no time: taken for unset");
  return std::nullopt;
}

Times times_in(const ordered_json& object) {
  Times out;
  out.start = bound_at(object, "start", out.problems);
  out.stop = bound_at(object, "stop", out.problems);
  const Number hours = number_at(object, "interval");
  if (!hours.is_set) return out;
  if (hours.value && *hours.value >= 0 && *hours.value <= std::numeric_limits<std::uint32_t>::max())
    out.interval_hours = static_cast<std::uint32_t>(*hours.value);
  else
    out.problems.emplace_back("interval is no number of hours: taken for unset");
  return out;
}

ordered_json json_of(const YamlNode& node) {
  switch (node.kind) {
  case YamlNode::Kind::none: return nullptr;
  case YamlNode::Kind::scalar: {
    const auto number = node.is_plain ? number_in(node.text) : std::nullopt;
    return number ? ordered_json(*number) : ordered_json(node.text);
  }
  case YamlNode::Kind::list: {
    ordered_json list = ordered_json::array();
    for (const YamlNode& item : node.items) list.push_back(json_of(item));
    return list;
  }
  case YamlNode::Kind::map: break;
  }
  ordered_json map = ordered_json::object();
  for (std::size_t i = 0; i < node.keys.size(); ++i) map[node.keys[i]] = json_of(node.items[i]);
  return map;
}

ResponderSchedule schedule_of(const ordered_json& object, std::string text) {
  ResponderSchedule out;
  Times times = times_in(object);
  out.start = times.start;
  out.stop = times.stop;
  out.interval_hours = times.interval_hours;
  out.problems = std::move(times.problems);
  out.text = std::move(text);
  return out;
}

ResponderSchedule unreadable(std::string problem) {
  ResponderSchedule out;
  out.is_readable = false;
  out.problems.push_back(std::move(problem));
  return out;
}

/// An unset value leaves no trace where there was none and overwrites what said otherwise.
template <class Value>
void set(ordered_json& object, const char* key, const std::optional<Value>& wanted, const std::optional<Value>& is) {
  if (wanted == is) return;
  if (wanted)
    object[key] = *wanted;
  else
    object[key] = nullptr;
}

}  // namespace

ResponderSchedule parse_responder_json(std::string_view text) {
  const auto value = parsed(text);
  if (!value || !value->is_object()) {
    ResponderSchedule out = unreadable("its schedule is no JSON object");
    out.text = text;
    return out;
  }
  return schedule_of(*value, std::string(text));
}

ResponderSchedule parse_responder_conf(std::string_view text) {
  const YamlText yaml = read_yaml(text, YamlLimits{limit_octets, limit_depth, 1000});
  if (!yaml.root) return unreadable("its schedule can't be read: " + yaml.problem);
  if (yaml.root->kind == YamlNode::Kind::none) return {};
  if (yaml.root->kind != YamlNode::Kind::map) return unreadable("its schedule is no YAML map");
  const ordered_json object = json_of(*yaml.root);
  return schedule_of(object, object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

std::string responder_json(const ResponderSchedule& schedule) {
  const auto old = parsed(schedule.text);
  const bool has_object = old && old->is_object();
  const Times is = has_object ? times_in(*old) : Times{};
  if (is.start == schedule.start && is.stop == schedule.stop && is.interval_hours == schedule.interval_hours)
    return schedule.text;
  ordered_json object = has_object ? *old : ordered_json::object();
  set(object, "interval", schedule.interval_hours, is.interval_hours);
  set(object, "start", schedule.start, is.start);
  set(object, "stop", schedule.stop, is.stop);
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace mailhaul::account::cpanel
