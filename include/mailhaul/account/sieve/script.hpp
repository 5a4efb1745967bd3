#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/account/sieve/section.hpp"
#include "mailhaul/store/account.hpp"
#include "mailhaul/store/account_settings.hpp"

/// Responders, filters and spam settings as a Sieve script (RFC 5228) for Dovecot's Pigeonhole, with the extensions
/// that it has without being configured (targets.md 5). Pure: nothing is read or written here.
namespace mailhaul::account::sieve {

/// A longer script is refused by the server (sieve_max_script_size).
inline constexpr std::size_t script_limit_octets = 1'000'000;

/// The extension for intervals that are no whole days (RFC 6131); Pigeonhole has it, and has not switched it on.
inline constexpr std::string_view vacation_seconds = "vacation-seconds";

/// What one mailbox has. Null: there is no such setting.
struct MailboxRules {
  std::string address{};
  std::vector<std::string> addresses{};  ///< all that lead to it, its own first: mail to others is not answered
  const store::Responder* responder = nullptr;
  const store::Filters* account_filters = nullptr;
  const store::Filters* own_filters = nullptr;
  const store::Spam* spam = nullptr;
};

/// What the target is like.
struct Options {
  bool has_vacation_seconds = false;  ///< the server has that extension switched on
  bool has_global_spam_rule = false;  ///< the server files spam for all
  /// The preferences of SpamAssassin are written beside the script, for a scanner that reads them in a mailbox's home.
  bool has_spam_preferences = false;
  std::string inbox_prefix{};  ///< of its namespace: "" or "INBOX."
  char separator = '.';        ///< between the levels of a folder's name
  /// Folders that are called otherwise there; with them those below. Names in UTF-8, without the prefix, levels
  /// separated by '.': {"spam", "Junk"}.
  std::map<std::string, std::string> folders{};
  /// Where the mailboxes lie in the settings' paths: $home/mail/DOMAIN/LOCAL. Empty: any home.
  std::string mail_home{};
  std::int64_t now = 0;  ///< seconds since 1970: a responder that ended before answers nobody
};

/// One setting in the script.
struct Part {
  store::SettingId id{};
  store::SettingResult result{};
  std::string section{};  ///< its name
  std::string text{};     ///< valid UTF-8, whole lines; empty: there is nothing to write
  std::set<std::string> extensions{};
};

/// One part a setting that is there, in the order in which they stand in the script. Nothing of it is dropped without a
/// word in the part's result.
[[nodiscard]] std::vector<Part> parts(const MailboxRules& rules, const Options& options);

/// To give to with_sections(): what the script has to have, and what it has no longer because no part is there.
[[nodiscard]] std::vector<SectionChange> section_changes(const std::vector<Part>& parts);

/// A new script of them; empty when there is nothing to write.
[[nodiscard]] std::string script_of(const std::vector<Part>& parts);

}  // namespace mailhaul::account::sieve
