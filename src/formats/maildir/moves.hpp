#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/base_names.hpp"
#include "formats/maildir/live_messages.hpp"
#include "formats/maildir/shown_keywords.hpp"
#include "formats/maildir/target_keywords.hpp"
#include "formats/maildir/tree.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// A message of another folder of the tree that shall come here.
struct Move {
  store::FolderRef from{};
  store::AsSeen message{};
};

/// Moves messages into a folder, each in one step and only while it is as it was seen: at any time it is in exactly one
/// of both folders. Its letters become those that its keywords have here. The lists of both folders stay as they are:
/// a server drops the record of a file that is gone. One thread.
class Moves {
 public:
  Moves(Tree& tree, const FolderDirectories& directories, TargetKeywords& keywords, BaseNames& bases,
        std::string folder)
      : tree_(tree), here_(directories), keywords_(keywords), bases_(bases), folder_(std::move(folder)) {}

  /// One receipt a move, in order: with the base name that the message has here. The keywords have letters already.
  /// `touched` is told each directory that was changed, those that gained before those that lost (D1).
  [[nodiscard]] std::vector<store::Receipt> apply(const std::vector<Move>& moves,
                                                  const std::function<void(const fs::Directory&)>& touched);
  /// The batch came to nothing: what was moved since the last forget() goes back where it was, under the name it had,
  /// unless somebody did something to it meanwhile.
  void take_back();
  void forget() { done_.clear(); }

 private:
  using Found = LiveMessages::Found;
  using Result = LiveMessages::Result;
  struct Done {
    fs::Directory from;
    std::string old_name;
    fs::FileId id;
    bool in_new;
    std::string base;
    std::string name;
  };
  /// Those of one folder.
  [[nodiscard]] std::vector<store::Receipt> move_all(const store::FolderRef& from,
                                                     const std::vector<store::AsSeen>& messages);
  [[nodiscard]] Result move(const Found& found, const store::AsSeen& message);
  /// What stands behind the base name here.
  [[nodiscard]] std::string rest_of_name(const Found& found, const store::AsSeen& message, bool in_new) const;

  Tree& tree_;
  const FolderDirectories& here_;
  TargetKeywords& keywords_;
  BaseNames& bases_;
  std::string folder_;
  std::vector<Done> done_;
};

}  // namespace mailhaul::formats::maildir
