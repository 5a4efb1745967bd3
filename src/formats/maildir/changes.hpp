#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/folder_directories.hpp"
#include "formats/maildir/live_messages.hpp"
#include "formats/maildir/shown_keywords.hpp"
#include "formats/maildir/target_keywords.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// A change of a message that is there already.
struct Change {
  store::AsSeen message{};  ///< of a change of flags its handle alone
  store::FlagChange flags{};
  bool expunge = false;
};

/// Changes messages of a live folder: each file is found by its base name, looked at, and renamed or removed only while
/// it still is that file; removed only while it also has the flags and keywords that were seen. One thread.
class Changes {
 public:
  Changes(Tree& tree, const store::FolderRef& folder, const FolderDirectories& directories, TargetKeywords& keywords)
      : tree_(tree),
        directories_(directories),
        keywords_(keywords),
        folder_(folder.display()),
        messages_(directories, folder_, tree.known_listings().find(folder)) {}

  /// One receipt a change, in order. `touched` is told each directory that was changed.
  [[nodiscard]] std::vector<store::Receipt> apply(const std::vector<Change>& changes,
                                                  const std::function<void(const fs::Directory&)>& touched);

 private:
  using Found = LiveMessages::Found;
  using Result = LiveMessages::Result;
  [[nodiscard]] static Result expunge(const Found& found, const store::AsSeen& message, ShownKeywords& shown);
  [[nodiscard]] Result change_flags(const Found& found, const store::FlagChange& change,
                                    const std::function<void(const fs::Directory&)>& touched);
  [[nodiscard]] std::optional<std::string> changed_name(const std::string& name, const store::FlagChange& change);

  Tree& tree_;
  const FolderDirectories& directories_;
  TargetKeywords& keywords_;
  std::string folder_;
  LiveMessages messages_;
};

}  // namespace mailhaul::formats::maildir
