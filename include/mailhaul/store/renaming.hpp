#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::store {

/// What an account is called at the target where that is not what it is called at the source (cpanel.md 5).
///
/// The new names are the caller's to check (S14): domains and users as they may stand in a server's files, the home an
/// absolute path without blanks or quotes.
struct Renaming {
  std::map<std::string, std::string> domains{};  ///< old, in lower case, to new
  std::map<std::string, std::string> users{};    ///< of the account; old to new
  std::vector<std::string> old_homes{};          ///< every path that the home had; none: paths keep their home
  std::string new_home{};
  /// "bob@old.example", in lower case, to "rob@new.example": goes before what becomes of its domain.
  std::map<std::string, std::string> mailboxes{};
};

/// The setting as the target has it: owner, name, and every place in the value that names a mailbox of a renamed
/// domain, the account's user or a path below an old home. Paths match at component boundaries: /home/chicagoland does
/// not match /home/chicagolandandco. Left alone: texts of refusals, bodies of responders, conditions of filters,
/// message data.
///
/// One line for each change is appended: "forwarder info@old.example: /home/a/bin/x -> /home/b/bin/x". Not escaped.
/// `original` of a forwarder is emptied where its destinations changed. Filters in YAML are rewritten only where the
/// list and the text agree; where they don't, a line says so.
[[nodiscard]] Setting renamed(const Setting& setting, const Renaming& renaming, std::vector<std::string>& changes);

/// "bob@old.example" -> "bob@new.example"; the account's user -> its new name; others as they are.
[[nodiscard]] std::string renamed_mailbox(std::string_view name, const Renaming& renaming);

/// A path below the home, of which some carry a domain, an address or the user in a component.
[[nodiscard]] std::string renamed_home_path(std::string_view path, const Renaming& renaming);

/// What `~/.forward` says: an Exim filter, or destinations. Appends to `changes` as above.
[[nodiscard]] std::string renamed_forward_file(std::string_view text, const Renaming& renaming,
                                               std::vector<std::string>& changes);

}  // namespace mailhaul::store
