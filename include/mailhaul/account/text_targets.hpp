#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "mailhaul/account/facts.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

/// Settings as the files of other mail servers (targets.md): pieces to include or to import, nothing of a server's own
/// configuration. Each merges into what is there, line by line and key by key; lines of other accounts and of the admin
/// stay octet for octet. Where several accounts go into the same files, each target touches its own domains alone.
namespace mailhaul::account {

/// A directory that the admin named for such files.
struct TextPlace {
  std::optional<fs::Directory> directory{};  ///< unset: it is not there yet, in a dry run
  std::string path{};                        ///< as he named it
};

struct TextTargetOptions {
  bool is_dry = false;  ///< nothing is written; file_changes() says what would be
  fs::Owner owner{};    ///< of new files
};

/// virtual_mailbox_domains, virtual_mailbox_maps, virtual_alias_maps, transport and recipient_access below `place`.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_postfix_target(const TextPlace& place, AccountFacts facts,
                                                                        const TextTargetOptions& options);
/// One CSV file for Modoboa's importer, `name` in `place`.
[[nodiscard]] std::unique_ptr<store::AccountTarget> open_modoboa_target(const TextPlace& place, const std::string& name,
                                                                        AccountFacts facts,
                                                                        const TextTargetOptions& options);

/// The values themselves, `name` in `place`: of one account. Error(refused) when it holds another one's.
[[nodiscard]] std::unique_ptr<store::AccountTarget>
open_json_target(const TextPlace& place, const std::string& name, AccountFacts facts, const TextTargetOptions& options);

}  // namespace mailhaul::account
