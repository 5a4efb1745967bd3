#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::run {

/// What the operator said about owners and modes at the target.
struct OwnershipOptions {
  std::optional<fs::Owner> owner{};
  std::optional<mode_t> directory_mode{};
  std::optional<mode_t> file_mode{};
};

/// "USER:GROUP" or "USER" (then its login group); names of this machine or numbers. Error(usage) for an unknown name,
/// an empty field, a number that does not fit, and for uid or gid 0: mail is never given to root by a slip (S7, A21).
[[nodiscard]] fs::Owner parse_owner(std::string_view text);

/// "D700,F600" (either or both, octal, at most 0777: S7). Error(usage).
void parse_modes(std::string_view text, OwnershipOptions& options);

/// What new files and directories are born with (S7). Pure.
///
/// Owner: the option; else that of the target root where it exists and is not uid 0's; else of the source root, uid 0
/// only where that is its owner. A runner who is not root can only make files of his own.
/// Modes: the option; else those of the target root without the bits of others; else 0700 and 0600.
[[nodiscard]] fs::Birth decide_birth(const fs::Status& source_root, const std::optional<fs::Status>& target_root,
                                     const OwnershipOptions& options, fs::Owner runner);

}  // namespace mailhaul::run
