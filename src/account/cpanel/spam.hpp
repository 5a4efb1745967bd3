#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mailhaul/store/account_settings.hpp"

/// Spam filtering (cpanel.md 1.5): empty files at the top of the home switch it, `.spamassassin/user_prefs` tunes it.
namespace mailhaul::account::cpanel {

struct SpamFlagFile {
  std::string_view name;
  bool store::Spam::*flag;
};
inline constexpr std::array<SpamFlagFile, 4> spam_flag_files{{
    {".spamassassinenable", &store::Spam::is_enabled},
    {".spamassassinboxenable", &store::Spam::has_box},
    {".spamassassindisable", &store::Spam::is_disabled},
    {".spamassassinboxdisable", &store::Spam::box_is_disabled},
}};
inline constexpr std::string_view spam_preferences_file = ".spamassassin/user_prefs";

[[nodiscard]] bool is_spam_flag_file(std::string_view name);

/// `present`: names at the top of the home, others among them do no harm. They are empty: it is their being there that
/// counts.
[[nodiscard]] store::Spam read_spam(const std::set<std::string>& present, std::string preferences);

/// The flag files that must be there; those of `spam_flag_files` that are not in it must not.
[[nodiscard]] std::set<std::string> spam_files(const store::Spam& value);

/// What is told of the preferences; everything else in them is SpamAssassin's business.
struct SpamPreferences {
  std::optional<std::string> required_score{};   ///< the last one counts
  std::optional<std::string> rewrite_subject{};  ///< what is put before the subject
  std::size_t allowed = 0;                       ///< patterns of senders that are never spam
  std::size_t blocked = 0;                       ///< and of those that always are
};
[[nodiscard]] SpamPreferences read_spam_preferences(std::string_view text);

}  // namespace mailhaul::account::cpanel
