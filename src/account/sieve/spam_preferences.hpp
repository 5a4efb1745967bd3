#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailhaul::account::sieve {

/// Preferences of SpamAssassin as a mailbox of another server may have them.
struct CarriedPreferences {
  std::string text{};        ///< whole lines; empty: there is nothing that does anything
  std::size_t left_out = 0;  ///< lines that stand there as remarks alone
  std::string names{};       ///< what they would set, each once: "include, body"; shortened where they are many
};

/// What SpamAssassin takes from a user without being told to trust him. Rules, plugins and paths are the
/// administrator's there (spamd passes over them, or reads them with its own rights, as `include` does), and what names
/// networks and servers is about the old one's surroundings. A line with control characters is no line at all here.
[[nodiscard]] CarriedPreferences carried_preferences(std::string_view preferences);

}  // namespace mailhaul::account::sieve
