#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "account/sieve/sieve_text.hpp"
#include "mailhaul/account/sieve/script.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::sieve {

/// What the actions of a filter are in Sieve.
struct ActionLines {
  std::vector<std::string> lines{};
  Needs needs{};
  bool delivers = false;  ///< the message is filed, redirected or thrown away
  bool refuses = false;   ///< it goes back; it is the last line but one then, and nothing is done beside it
  bool stops = false;     ///< nothing behind it is done
  unsigned redirects = 0;
  std::vector<std::string> differences{};
  std::string refusal{};  ///< why there are no lines; empty: there are
};

/// As targets.md 5.3 has it.
[[nodiscard]] ActionLines action_lines(const std::vector<store::FilterAction>& actions, const MailboxRules& rules,
                                       const Options& options);

/// What `fileinto` calls the folder; its name in UTF-8, levels separated by '.', without a prefix.
[[nodiscard]] std::string folder_at_target(std::string_view name, const Options& options);

}  // namespace mailhaul::account::sieve
