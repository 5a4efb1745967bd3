#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account::cpanel {

/// When a responder answers.
struct ResponderSchedule {
  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> stop{};
  std::optional<std::uint32_t> interval_hours{};
  std::string text{};                   ///< JSON; as stored, or made of the YAML
  std::vector<std::string> problems{};  ///< one sentence each
  bool is_readable = true;              ///< false: the text is no map, or over a limit
};

[[nodiscard]] ResponderSchedule parse_responder_json(std::string_view text);
[[nodiscard]] ResponderSchedule parse_responder_conf(std::string_view text);

/// `text` where it says this already; else with those three keys set and all others kept. Empty: there is nothing to
/// say.
[[nodiscard]] std::string responder_json(const ResponderSchedule& schedule);

}  // namespace mailhaul::account::cpanel
