#include "mailhaul/base/zone.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace mailhaul {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// "+0130", "-08:00"
std::optional<seconds> distance(std::string_view text) {
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if ((text[0] != '+' && text[0] != '-') || digits.size() != 4 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const hours whole{std::stoi(digits.substr(0, 2))};
  const minutes part{std::stoi(digits.substr(2))};
  // No zone is a day away from UTC.
  if (whole >= hours{24} || part >= minutes{60}) return std::nullopt;
  const seconds east = whole + part;
  return text[0] == '-' ? -east : east;
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  if (name.empty()) return std::nullopt;
  if (const auto east = distance(name)) return Zone(name, nullptr, *east);
  if (name == "UTC" || name == "Z") return Zone(name, nullptr, seconds{0});
  try {
    const date::time_zone* const rules = date::locate_zone(std::string(name));
    static_cast<void>(rules->get_info(date::sys_seconds{}));  // loads it now: later no file is looked for
    return Zone(name, rules, seconds{0});
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::chrono::sys_seconds Zone::from_local(CivilSeconds civil) const {
  const seconds reading = civil.time_since_epoch();
  if (rules_ == nullptr) return std::chrono::sys_seconds{reading - east_};
  // Of a reading that came twice `first` is the earlier; of one that never came, what was in force before.
  return std::chrono::sys_seconds{reading - rules_->get_info(date::local_seconds{reading}).first.offset};
}

}  // namespace mailhaul
