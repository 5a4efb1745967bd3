#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/status.hpp"
#include "mailhaul/run/account_names.hpp"
#include "mailhaul/run/id_map.hpp"
#include "mailhaul/run/owner_profile.hpp"

namespace mailhaul::run {

/// What the operator said about owners and modes at the target.
struct OwnershipOptions {
  std::optional<fs::Owner> owner{};          ///< --chown
  IdMap users{};                             ///< --usermap: never beside --chown
  IdMap groups{};                            ///< --groupmap: never beside --chown
  const OwnerProfile* profile = nullptr;     ///< --owner-profile; may be null
  std::optional<fs::Owner> profile_owner{};  ///< whom the profile names
  std::optional<mode_t> directory_mode{};
  std::optional<mode_t> file_mode{};
};

/// "USER:GROUP" or "USER" (then its login group); names of this machine or numbers. Error(usage) for an unknown name,
/// an empty field, a number that does not fit, and for uid or gid 0: mail is never given to root by a slip (S7, A21).
/// `option` is what errors name.
[[nodiscard]] fs::Owner parse_owner(std::string_view text, NumericIds numeric = NumericIds::no,
                                    std::string_view option = "--chown");

/// "D700,F600" (either or both, octal, at most 0777: S7). Error(usage).
void parse_modes(std::string_view text, OwnershipOptions& options);

/// What is known of the stores when it is decided who shall own what is made.
struct Roots {
  fs::Status source{};
  std::optional<fs::Status> target{};  ///< where it exists
  std::optional<fs::Status> home{};    ///< the directory that the target lies in
};

/// Whom the options name as the owner: --chown, else what --usermap makes of the owner of the source root, else whom
/// the profile names. Error(usage) when a rule gives a user whose group nobody says.
[[nodiscard]] std::optional<fs::Owner> named_owner(const fs::Status& source_root, const OwnershipOptions& options);

/// What new files and directories are born with (S7). Pure.
///
/// Owner: the named one; else that of the target root where it exists and is not uid 0's; else, with a profile, that of
/// the home around it where neither user nor group is 0; else of the source root, uid 0 only where that is its owner.
/// A runner who is not root can only make files of his own. --groupmap goes by the group of the source root.
/// Modes: the option; else the profile's; else those of the target root without the bits of others; else 0700 and 0600.
[[nodiscard]] fs::Birth decide_birth(const Roots& roots, const OwnershipOptions& options, fs::Owner runner);

/// Owners accepted in the source beside that of its root (S6): those that --usermap names one by one and gives to the
/// very owner of `birth`.
[[nodiscard]] std::vector<uid_t> more_source_owners(const OwnershipOptions& options, const fs::Birth& birth);

}  // namespace mailhaul::run
