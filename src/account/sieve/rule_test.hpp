#pragma once

#include <string>
#include <string_view>

#include "account/sieve/sieve_text.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::sieve {

/// Whether an earlier filter of this script delivered the message; `delivered_mark` is what such a filter sets.
inline constexpr std::string_view delivered_test = "string :is \"${mailhaul_delivered}\" \"yes\"";
inline constexpr std::string_view delivered_mark = "set \"mailhaul_delivered\" \"yes\";";

/// What a rule of a filter is in Sieve.
struct RuleTest {
  std::string test{};
  Needs needs{};
  bool asks_delivered = false;
  std::string difference{};  ///< how it is not quite the same; empty: it is
  std::string what_to_do{};  ///< about the difference
  std::string refusal{};     ///< why there is no test; empty: there is one
};

/// As targets.md 5.3 has it, row by row.
[[nodiscard]] RuleTest rule_test(const store::FilterRule& rule);

}  // namespace mailhaul::account::sieve
