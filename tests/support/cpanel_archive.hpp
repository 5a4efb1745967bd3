#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/cpanel_account.hpp"

namespace mailhaul::support {

/// cpanel.md section 3.
enum class ArchiveForm : std::uint8_t {
  tar_gz,       ///< cpmove-USER.tar.gz
  tar,          ///< cpmove-USER.tar, in the pax format
  homedir_tar,  ///< cpmove-USER.tar.gz with the home as a tar of its own in it
  directory,    ///< cpmove-USER, as an incremental backup leaves it
  parts,        ///< cpmove-USER.tar.gz.part00001 …
  without_top,  ///< USER.tar.gz, without the one directory that holds all
};
[[nodiscard]] std::string_view to_string(ArchiveForm form);
[[nodiscard]] const std::vector<ArchiveForm>& all_archive_forms();

/// Packs the account that make_cpanel_account() wrote below `root`, with the system's tar, into the directory `into`,
/// which is made. Returns the path of the archive, of parts that of the first.
[[nodiscard]] std::string pack_cpanel_account(const AccountFacts& facts, const std::string& root,
                                              const std::string& into, ArchiveForm form);

}  // namespace mailhaul::support
