#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mailhaul/account/facts.hpp"
#include "mailhaul/account/sieve/script.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account::sieve {

/// Where the scripts of an account's mailboxes lie.
struct ScriptPlaces {
  std::optional<fs::Directory> root{};  ///< unset: it is not there yet, in a dry run
  std::string path{};                   ///< as the admin sees it
  fs::Birth birth{};
  /// Of an address its home below the root; empty: it has none.
  std::function<std::string(const std::string& address)> home{};
  /// In a home, for SpamAssassin's preferences. A Maildir that is a home would show a name with a dot as a folder.
  std::string preferences{".spamassassin"};
};

/// Responders, filters and the spam box, as one script a mailbox (targets.md 5). What belongs to the account stands in
/// the script of each mailbox with a login. Beside what the server does each section holds the setting itself, so that
/// it can be read back; a section that somebody changed is his.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_scripts(ScriptPlaces places, AccountFacts facts,
                                                                 Options options, bool is_dry);

}  // namespace mailhaul::account::sieve
