#pragma once

#include <string>
#include <utility>

#include "mailhaul/store/account.hpp"

namespace mailhaul::account {

[[nodiscard]] inline store::SettingResult written(std::string what_to_do = {}) {
  return {store::SettingResult::Outcome::written, {}, std::move(what_to_do)};
}
[[nodiscard]] inline store::SettingResult approximated(std::string how, std::string what_to_do = {}) {
  return {store::SettingResult::Outcome::approximated, std::move(how), std::move(what_to_do)};
}
[[nodiscard]] inline store::SettingResult not_carried(std::string why, std::string what_to_do = {}) {
  return {store::SettingResult::Outcome::not_carried, std::move(why), std::move(what_to_do)};
}

}  // namespace mailhaul::account
