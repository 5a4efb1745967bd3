#include "account/cpanel/responder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "account/cpanel/responder_schedule.hpp"
#include "account/cpanel/responder_text.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

/// Endings of files that are no addresses though they look like one: no such top-level domains exist.
constexpr std::array<std::string_view, 14> file_endings{"lock", "json", "conf", "yaml", "yml", "bak", "old",
                                                        "orig", "save", "swp",  "tmp",  "log", "db",  "history"};

bool is_address(std::string_view name) {
  const auto address = split_address(name);
  if (!address || !is_safe_domain(address->domain) || address->local_part.size() > 64) return false;
  for (const char c : address->local_part)
    if (c == '/' || static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
  const std::string last = lower_case(address->domain.substr(address->domain.rfind('.') + 1));
  if (std::find(file_endings.begin(), file_endings.end(), last) != file_endings.end()) return false;
  // "info@example.com.1700000000"
  return last.size() > 1 && (last.substr(0, 4) == "xn--" ||
                             std::none_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

std::optional<std::string> address_before(std::string_view name, std::string_view ending) {
  if (name.size() <= ending.size() || name.substr(name.size() - ending.size()) != ending) return std::nullopt;
  name.remove_suffix(ending.size());
  return is_address(name) ? std::optional(std::string(name)) : std::nullopt;
}

}  // namespace

ResponderFileName responder_file_name(std::string_view name) {
  if (const auto address = address_before(name, ".json")) return {ResponderFileName::Kind::json, *address};
  if (const auto address = address_before(name, ".conf")) return {ResponderFileName::Kind::conf, *address};
  if (const auto address = address_before(name, ".yaml")) return {ResponderFileName::Kind::conf, *address};
  if (is_address(name)) return {ResponderFileName::Kind::text, std::string(name)};
  return {};
}

bool is_responder_name(std::string_view name) {
  return responder_file_name(name).kind == ResponderFileName::Kind::text;
}

ReadResponder read_responder(const ResponderFiles& files, bool is_active) {
  ReadResponder out;
  store::Responder& value = out.value;
  value.is_active = is_active;
  value.has_text = files.text.has_value();
  if (files.text) {
    ResponderText text = parse_responder_text(*files.text);
    value.headers = std::move(text.headers);
    value.body = std::move(text.body);
    value.charset = charset_of(value.headers);
    value.original = *files.text;
  }

  ResponderSchedule schedule;
  if (files.json) schedule = parse_responder_json(*files.json);
  if (files.conf && (!files.json || !schedule.is_readable)) {
    ResponderSchedule older = parse_responder_conf(*files.conf);
    older.problems.insert(older.problems.begin(), schedule.problems.begin(), schedule.problems.end());
    if (!older.is_readable && files.json) older.text = schedule.text;
    schedule = std::move(older);
  }
  value.start = schedule.start;
  value.stop = schedule.stop;
  value.interval_hours = schedule.interval_hours;
  value.schedule = std::move(schedule.text);
  out.problems = std::move(schedule.problems);
  return out;
}

ResponderFiles responder_files(const store::Responder& value) {
  ResponderFiles out;
  if (value.has_text) {
    auto headers = value.headers;
    if (!value.charset.empty() && charset_of(headers).empty() &&
        std::none_of(headers.begin(), headers.end(),
                     [](const auto& header) { return lower_case(header.first) == "content-type"; }))
      headers.emplace_back("Content-type", "text/plain; charset=" + value.charset);
    out.text = responder_text(headers, value.body, value.original);
  }
  ResponderSchedule schedule;
  schedule.start = value.start;
  schedule.stop = value.stop;
  schedule.interval_hours = value.interval_hours;
  schedule.text = value.schedule;
  std::string json = responder_json(schedule);
  if (!json.empty()) out.json = std::move(json);
  return out;
}

}  // namespace mailhaul::account::cpanel
