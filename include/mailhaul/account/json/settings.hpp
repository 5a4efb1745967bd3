#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

/// Settings as JSON: one object a setting, with the fields of its value under their own names. What is no UTF-8 is
/// `{"hex": "c3…"}` in the place of its string.
namespace mailhaul::account::json {

/// The version of the whole text; a newer one is refused.
inline constexpr std::int64_t bundle_version = 1;

/// ASCII alone, one line, no octet of a setting raw.
[[nodiscard]] std::string to_line(const store::Setting& setting);
/// Error(damaged, folder): it is no such line; the reason says where.
[[nodiscard]] store::Setting from_line(std::string_view line);

/// The settings of one account.
struct Bundle {
  std::string user{};
  std::vector<store::Setting> settings{};  ///< sorted by id, none twice
};
/// `{"mailhaul_settings": 1, "user": …, "settings": […]}`, one setting a line so that differences can be read.
[[nodiscard]] std::string to_bundle(const Bundle& bundle);
/// Error(damaged, folder), also for a newer version and for two settings of one id.
[[nodiscard]] Bundle from_bundle(std::string_view text);

}  // namespace mailhaul::account::json
