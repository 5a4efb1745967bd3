#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/listing.hpp"
#include "formats/maildir/target_keywords.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// A change of a message that is there already.
struct Change {
  store::Handle handle{};
  store::FlagChange flags{};
  bool expunge = false;
};

/// Changes messages of a live folder: each file is found by its base name, looked at, and renamed or removed only while
/// it still is that file (safety.md section 4, S11). A message that moved meanwhile is looked for again, up to ten
/// times (D10). One thread.
class Changes {
 public:
  Changes(Tree& tree, const FolderDirectories& directories, TargetKeywords& keywords, std::string folder)
      : tree_(tree), directories_(directories), keywords_(keywords), folder_(std::move(folder)) {}

  /// One receipt a change, in order. `touched` is told each directory that was changed.
  [[nodiscard]] std::vector<store::Receipt> apply(const std::vector<Change>& changes,
                                                  const std::function<void(const fs::Directory&)>& touched);

 private:
  enum class Result { done, unchanged, impossible, not_listed, moved };
  /// `index`: where the listing has it, or its size.
  [[nodiscard]] Result try_one(const Change& change, std::size_t index,
                               const std::function<void(const fs::Directory&)>& touched);
  /// Of several listed names with one base: false when they are distinct files. Which one was meant can't be told then,
  /// and guessing could remove the wrong one. A message on its way from new/ to cur/ looks like this for one listing.
  [[nodiscard]] bool holds_one_file(std::size_t first, std::size_t end) const;
  [[nodiscard]] std::optional<std::string> changed_name(const std::string& name, const store::FlagChange& change);

  Tree& tree_;
  const FolderDirectories& directories_;
  TargetKeywords& keywords_;
  std::string folder_;
  std::optional<Listing> listing_;
};

}  // namespace mailhaul::formats::maildir
