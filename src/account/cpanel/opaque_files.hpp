#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "mailhaul/store/account_settings.hpp"

/// What lies below an account's home beside its mail, told by name alone (cpanel.md 1.2, 1.5).
namespace mailhaul::account::cpanel {

enum class HomePathKind : std::uint8_t {
  not_ours,   ///< neither mail nor anything of it; nothing is said
  mail,       ///< below `mail`: the mail reader's
  setting,    ///< read into a value of its own
  opaque,     ///< carried octet for octet
  database,   ///< SQLite: copied through its backup interface, never octet for octet
  companion,  ///< of a database, in which it is contained once that is copied so; not carried by itself
  snapshot,   ///< an old state of a database; not carried, to be said once an account
  cache,      ///< made anew by the server, or a lock; nothing is said
  unknown,    ///< in a place of mail, and not known; not carried, to be said
  attack,     ///< what break-ins leave; never carried, to be said
};

struct HomePath {
  HomePathKind kind = HomePathKind::not_ours;
  std::string owner{};   ///< of the setting: "bob@example.com", "example.com" or "" (the account)
  std::string remark{};  ///< one sentence, for the report; empty: there is nothing to say
};

/// Directories below the home in which there is something to classify, beside single files at the top of it.
inline constexpr std::array<std::string_view, 10> classified_directories{
    "etc",         ".autorespond",  ".spamassassin", ".cpanel",      ".cphorde",
    ".sqmaildata", ".sqmailattach", ".caldav",       ".subaccounts", ".boxtrapper"};

/// Of a file's path below the home, components joined by '/'.
[[nodiscard]] HomePath classify_home_path(std::string_view path);

/// Of a path of kind opaque or database.
[[nodiscard]] store::SettingId file_setting_id(std::string_view path, const HomePath& what);

}  // namespace mailhaul::account::cpanel
