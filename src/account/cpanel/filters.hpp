#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

/// Filters (cpanel.md 1.4): `filter.yaml` is what cPanel edits, the Exim text made of it (`etc/D/L/filter`,
/// `/etc/vfilters/D`) is what is done. Both are carried as they are.
namespace mailhaul::account::cpanel {

struct ReadFilters {
  store::Filters value{};
  std::vector<std::string> problems{};  ///< one sentence each
};

/// An empty text: there is none. Never throws; a YAML text that can't be understood is carried all the same.
[[nodiscard]] ReadFilters read_filters(std::string yaml, std::string exim);

/// Newer servers refuse new messages by a file instead, empty, below the home: that it is there counts. Both ways are
/// read and both are written, since which one a server asks is not in its files.
[[nodiscard]] inline std::string incoming_flag_file(std::string_view local_part, std::string_view domain) {
  return "etc/." + std::string(local_part) + '@' + std::string(domain) + ".suspended_incoming";
}

/// Whether the Exim text refuses all new messages of the mailbox.
[[nodiscard]] bool blocks_incoming(std::string_view exim);

/// The text with that block or without it; as it was where it says so already. Nothing where it can't be done: the text
/// is no Exim filter, or the end of the block is not to be found.
///
/// The text that marks the block is cPanel's (seen in its own diagnostics); what stands in the block is not documented.
/// Ours is put between two lines with that text, behind the first line, and comes out again without a trace.
[[nodiscard]] std::optional<std::string> with_incoming_block(std::string_view exim, bool is_blocked);

}  // namespace mailhaul::account::cpanel
