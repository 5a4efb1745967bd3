#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/status.hpp"

namespace mailhaul::fs {

/// Whose what is there already shall be, and with which modes (S7, the part about existing trees).
struct AdoptionRules {
  Owner owner{};
  std::vector<uid_t> from{};  ///< whom it may be taken from, beside what is `owner`'s already
  std::optional<mode_t> file_mode{};
  std::optional<mode_t> directory_mode{};
  /// Without a mode asked for, these bits stay where they are set and no others: nothing is ever widened unasked.
  mode_t kept_of_files = 0600;
  mode_t kept_of_directories = 0700;

  [[nodiscard]] bool allows(uid_t uid) const;
};

/// Owner and all mode bits of an inode.
struct Dress {
  Owner owner{};
  mode_t permissions = 0;
  bool operator==(const Dress&) const = default;
};
[[nodiscard]] Dress dress_of(const Status& status);
/// Set-id and sticky bits are never wanted.
[[nodiscard]] Dress wanted_dress(const Status& status, const AdoptionRules& rules);

/// Why an inode was not adopted; an ordinary outcome.
enum class AdoptionRefusal {
  none,
  changed,        ///< missing, or no longer what was seen under that name
  not_regular,    ///< a symlink or a special file: never touched
  foreign_owner,  ///< owned by nobody that it may be taken from
  other_names,    ///< it has names that are not known to lie in the tree (A4)
  other_mount,
};
[[nodiscard]] const char* to_string(AdoptionRefusal refusal);

/// Whether an inode with that status may be adopted, `names` of its names being known to lie in the tree.
[[nodiscard]] AdoptionRefusal judge_adoption(const Status& status, const AdoptionRules& rules, std::size_t names);

/// Gives a regular file its owner, then its mode: through its descriptor, judged by what fstat says of that one, and
/// looked at again afterwards. `seen`: what was seen under that name. Error of scope message where a call fails, of
/// mailbox for a quota.
[[nodiscard]] AdoptionRefusal adopt_file(const Directory& directory, const std::string& name, const Status& seen,
                                         const AdoptionRules& rules);

/// The same for a file with several names, `paths` below `root`. All its names must be among them at one moment: each
/// is looked at between two looks at the time of the last change of the inode, which a rename or link moves.
[[nodiscard]] AdoptionRefusal adopt_linked_file(const Directory& root, const std::vector<std::string>& paths,
                                                const Status& seen, const AdoptionRules& rules, const Clock& clock);

/// The same for a directory, which is open.
[[nodiscard]] AdoptionRefusal adopt_directory(const Directory& directory, const AdoptionRules& rules);

}  // namespace mailhaul::fs
