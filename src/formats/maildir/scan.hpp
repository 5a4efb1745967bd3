#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/listing.hpp"
#include "mailhaul/base/finding.hpp"

namespace mailhaul::formats::maildir {

/// What a folder holds, by name alone.
struct Scan {
  Listing listing;
  /// Taken before the listing it vouches for; nothing when unstable.
  std::optional<store::Stamp> stamp;
  bool stable = false;         ///< D11
  bool has_namesakes = false;  ///< files that share a base name were met
  std::vector<Finding> findings;
};

/// Most passes of one scan (D11), and most looks for a message that moved (D10).
inline constexpr unsigned most_passes = 10;

/// One look at new/, then at cur/; sorted. What is no message goes to `findings` where one is given.
[[nodiscard]] Listing list_once(const FolderDirectories& directories, std::uint8_t pass, const Listing* like,
                                const std::string& folder, std::vector<Finding>* findings);

/// The listing of a live folder (D10, D11): new, cur, new, cur …, merged by base name, until two passes running agree
/// on the set of base names and new/ and cur/ did not change across them; at most 10. One pass will do where new/ and
/// cur/ have changed neither in the two seconds before it nor across it, and their times are exact: then nothing was
/// renamed under it, which is what a second pass is to find. A message that a server moves
/// from new/ to cur/, or gives other flags, while we look is then seen twice and not missed. `enough`, asked after each
/// pass, ends it early.
[[nodiscard]] Scan scan_folder(const FolderDirectories& directories, const Clock& clock, const std::string& folder,
                               const std::function<bool(const Listing&)>& enough = {});

}  // namespace mailhaul::formats::maildir
